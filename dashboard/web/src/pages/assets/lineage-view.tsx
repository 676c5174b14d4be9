import { type ReactNode, Suspense, lazy, useMemo } from 'react';
import { useLocation } from 'wouter';

import type { AssetGraphJson } from '../../../../server/api/shapes/asset.ts';
import { useRead } from '../../api/queries.ts';
import { useFilter } from '../../components/filter/use-filter.ts';
import { EmptyState, LoadingState, Ready } from '../../components/states/states.tsx';
import { GRAPH_PATH, MOST_SHOWN, lineageHref } from './asset-address.ts';
import filters from './assets.module.css';
import { ChosenAsset } from './lineage/chosen-asset.tsx';
import styles from './lineage/lineage.module.css';
import type { LineageBox } from './lineage/picture-of.ts';
import { NoAssets } from './no-assets.tsx';
import { SelectField } from './select-field.tsx';
import { narrowed, selectionMistake } from './selection-mistake.ts';

const LineageGraph = lazy(async () => ({ default: (await import('./lineage/lineage-graph.tsx')).LineageGraph }));

/** From what assets are made: those of a selection one by one, very many of them bundled by group. */
export function LineageView(): ReactNode {
  const { values, set } = useFilter(['select', 'neighbours']);
  const { select = '' } = values;
  const reading = useRead<AssetGraphJson>(GRAPH_PATH, { select, limit: MOST_SHOWN });
  const mistake = selectionMistake(reading.error);
  return (
    <>
      <div className={filters['filters']}>
        <SelectField value={select} mistake={mistake} onSelect={(text) => set('select', text)} />
      </div>
      {mistake === undefined ? (
        <Ready reading={reading} what="lineage">
          {(graph) => (
            <Shown
              select={select}
              graph={graph}
              isWide={values.neighbours !== undefined}
              onWiden={(isWide) => set('neighbours', isWide ? 'yes' : '')}
            />
          )}
        </Ready>
      ) : null}
    </>
  );
}

interface ShownProps {
  readonly select: string;
  readonly graph: AssetGraphJson;
  readonly isWide: boolean;
  readonly onWiden: (isWide: boolean) => void;
}

function Shown({ select, graph, isWide, onWiden }: ShownProps): ReactNode {
  const { enabled, nodes } = graph;
  if (!enabled) return <NoAssets />;
  if (nodes.length === 0) return <EmptyState title="No asset is selected" />;
  return (
    <div className={styles['beside']}>
      <div className={styles['tools']}>
        <span className={styles['hint']}>{cutText(graph)}</span>
        {select === '' ? null : (
          <label>
            <input type="checkbox" checked={isWide} onChange={(event) => onWiden(event.target.checked)} />
            Show neighbours
          </label>
        )}
      </div>
      {isWide && select !== '' ? <Wide select={select} graph={graph} /> : <Drawn select={select} graph={graph} />}
    </div>
  );
}

function cutText({ total, isCut, nodes, groups }: AssetGraphJson): string {
  const all = `${total.toLocaleString('en')} ${total === 1 ? 'asset' : 'assets'}`;
  if (!isCut) return all;
  return groups.length > 1 ? `${all}, too many to show each` : `${nodes.length} of ${all}; select fewer to see all`;
}

/** The selection among what it is made from and what is made from it, one step either way. */
function Wide({ select, graph }: Pick<ShownProps, 'select' | 'graph'>): ReactNode {
  const wide = `1+(${select})+1`;
  const reading = useRead<AssetGraphJson>(GRAPH_PATH, { select: wide, limit: MOST_SHOWN });
  return (
    <Ready reading={reading} what="neighbours">
      {(around) => <Drawn select={select} graph={around} main={graph} />}
    </Ready>
  );
}

interface DrawnProps extends Pick<ShownProps, 'select' | 'graph'> {
  readonly main?: AssetGraphJson;
}

function Drawn({ select, graph, main }: DrawnProps): ReactNode {
  const [, navigate] = useLocation();
  const { values, set } = useFilter(['asset']);
  const mainKeys = useMemo(() => main && new Set(main.nodes.map(({ key }) => key)), [main]);
  const chosen = graph.nodes.find(({ key }) => key === values.asset);
  const choose = (box: LineageBox): void => {
    if (box.kind === 'asset') set('asset', box.id);
    else navigate(lineageHref(narrowed(select, box.bundle.select)));
  };
  return (
    <>
      <Suspense fallback={<LoadingState what="graph" />}>
        <LineageGraph lineage={graph} main={mainKeys} selected={values.asset} onSelect={choose} />
      </Suspense>
      {chosen === undefined ? (
        <p className={styles['hint']}>Choose a box: an asset says more of itself, a pile of assets opens.</p>
      ) : (
        <ChosenAsset asset={chosen} />
      )}
    </>
  );
}
