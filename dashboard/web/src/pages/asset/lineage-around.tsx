import { type ReactNode, useMemo, useState } from 'react';

import type { AssetDetailJson, AssetGraphJson } from '../../../../server/api/shapes/asset.ts';
import { useRead } from '../../api/queries.ts';
import { Choice } from '../../components/controls/choice.tsx';
import { Link } from '../../components/controls/link.tsx';
import { Ready } from '../../components/states/states.tsx';
import { GRAPH_PATH, MOST_SHOWN, lineageHref } from '../assets/asset-address.ts';
import { ChosenAsset } from '../assets/lineage/chosen-asset.tsx';
import { LineageGraph } from '../assets/lineage/lineage-graph.tsx';
import styles from '../assets/lineage/lineage.module.css';

const DEPTHS = ['1', '2', '3'] as const;
type Depth = (typeof DEPTHS)[number];
const OPTIONS = DEPTHS.map((value) => ({ value, words: value === '1' ? '1 step' : `${value} steps` }));

/** From what an asset is made and what is made from it, so many steps either way. */
export function LineageAround({ asset }: { readonly asset: AssetDetailJson }): ReactNode {
  const [depth, setDepth] = useState<Depth>('2');
  const [chosen, choose] = useState<string | undefined>();
  const select = `${depth}+${asset.key}+${depth}`;
  const main = useMemo(() => new Set([asset.key]), [asset.key]);
  const reading = useRead<AssetGraphJson>(GRAPH_PATH, { select, limit: MOST_SHOWN });
  return (
    <div className={styles['beside']}>
      <div className={styles['tools']}>
        <Choice label="Up and down" value={depth} options={OPTIONS} onChange={setDepth} />
        <Link href={lineageHref(select)}>On the page of all assets</Link>
      </div>
      <Ready reading={reading} what="lineage">
        {(graph) => {
          const shown = graph.nodes.find(({ key }) => key === chosen);
          return (
            <>
              <LineageGraph lineage={graph} main={main} selected={chosen} onSelect={(box) => choose(box.id)} />
              {shown === undefined ? null : <ChosenAsset asset={shown} />}
            </>
          );
        }}
      </Ready>
    </div>
  );
}
