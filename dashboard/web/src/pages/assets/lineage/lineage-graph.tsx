import { type Edge, MarkerType, type Node, type NodeProps } from '@xyflow/react';
import { type ReactNode, useMemo } from 'react';

import type { AssetJson } from '../../../../../server/api/shapes/asset.ts';
import { GraphCanvas } from '../../../components/graph/graph-canvas.tsx';
import { Ports } from '../../../components/graph/ports.tsx';
import { StatusBadge } from '../../../components/values/status-badge.tsx';
import { Ago } from '../../../components/values/time.tsx';
import { AssetName } from '../asset-marks.tsx';
import { BOX, type LineageLayout, layoutLineage } from './layout-lineage.ts';
import styles from './lineage.module.css';
import { type Bundle, type Lineage, type LineageBox, type Picture, pictureOf } from './picture-of.ts';

type Chosen = LineageBox | undefined;

interface LineageGraphProps {
  readonly lineage: Lineage;
  /** Keys that stand out: the asset whose page it is, or those that were selected among their neighbours. */
  readonly main?: ReadonlySet<string> | undefined;
  readonly selected: string | undefined;
  readonly onSelect: (box: LineageBox) => void;
}

type AssetNode = Node<{ readonly asset: AssetJson; readonly isMain: boolean }, 'asset'>;
type BundleNode = Node<{ readonly bundle: Bundle }, 'bundle'>;
type FrameNode = Node<{ readonly group: string }, 'frame'>;
type AnyNode = AssetNode | BundleNode | FrameNode;

const NODE_TYPES = { asset: AssetBox, bundle: BundleBox, frame: Frame };

/** Assets and what they are made from, from left to right. */
export function LineageGraph({ lineage, main, selected, onSelect }: LineageGraphProps): ReactNode {
  const picture = useMemo(() => pictureOf(lineage, main), [lineage, main]);
  const shape = shapeText(picture);
  // What becomes of assets changes with every event, their shape hardly ever: it is placed once.
  // oxlint-disable-next-line react/exhaustive-deps
  const placed = useMemo(() => layoutLineage(picture), [shape]);
  const find = (id: string): Chosen => picture.boxes.find((box) => box.id === id);
  return (
    <GraphCanvas<AnyNode>
      key={shape}
      label="Lineage of the assets"
      nodes={nodesOf(picture, placed, { main, selected })}
      edges={edgesOf(picture)}
      nodeTypes={NODE_TYPES}
      drawnHeight={placed.height}
      mostHeight={620}
      begin={main === undefined ? 'top' : 'middle'}
      onSelect={(id) => {
        const box = find(id);
        if (box !== undefined) onSelect(box);
      }}
    />
  );
}

function nodesOf(
  picture: Picture,
  { places, frames }: LineageLayout,
  looks: Pick<LineageGraphProps, 'main' | 'selected'>,
): AnyNode[] {
  const around = frames.map(({ group, x, y, width, height }): AnyNode => ({
    id: `frame ${group} ${y}`,
    type: 'frame',
    position: { x, y },
    width,
    height,
    data: { group },
    selectable: false,
    focusable: false,
    zIndex: -1,
  }));
  return [...around, ...picture.boxes.map((box) => boxNode(box, places, looks))];
}

function boxNode(
  box: LineageBox,
  places: LineageLayout['places'],
  { main, selected }: Pick<LineageGraphProps, 'main' | 'selected'>,
): AnyNode {
  const shared = {
    id: box.id,
    position: places.get(box.id) ?? { x: 0, y: 0 },
    selected: box.id === selected,
    ...BOX,
  };
  if (box.kind === 'bundle') {
    const { bundle } = box;
    return { ...shared, type: 'bundle', data: { bundle }, ariaLabel: `${bundle.name}, ${bundle.assets} assets` };
  }
  const { asset } = box;
  const isMain = main === undefined || main.has(asset.key);
  return { ...shared, type: 'asset', data: { asset, isMain }, ariaLabel: `${asset.key}, ${asset.statusText}` };
}

function edgesOf({ arrows }: Picture): Edge[] {
  return arrows.map(({ from, to, count }) => ({
    id: `${from} ${to}`,
    source: from,
    target: to,
    markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: 'var(--line-strong)' },
    ...(count > 1 ? { label: String(count) } : {}),
  }));
}

/** What decides where boxes stand. */
function shapeText({ boxes, arrows }: Picture): string {
  return JSON.stringify([boxes.map(({ id }) => id), arrows.map(({ from, to }) => [from, to])]);
}

function AssetBox({ data: { asset, isMain }, selected }: NodeProps<AssetNode>): ReactNode {
  return (
    <div className={styles['box']} data-selected={selected} data-main={isMain} data-status={asset.status}>
      <Ports />
      <AssetName name={asset.key} />
      <span className={styles['note']}>
        <StatusBadge state={asset.status} />
        {asset.last === null ? null : <Ago at={asset.last.at} />}
      </span>
    </div>
  );
}

function BundleBox({ data: { bundle }, selected }: NodeProps<BundleNode>): ReactNode {
  const { name, assets, standing } = bundle;
  return (
    <div className={styles['bundle']} data-selected={selected}>
      <Ports />
      <span className={styles['title']}>
        <b title={name}>{name === '' ? 'no group' : name}</b>
        <small>{`${assets} assets`}</small>
      </span>
      <span className={styles['note']}>
        {standing === undefined ? 'open it to see more' : <Counts {...standing} />}
      </span>
    </div>
  );
}

function Counts({ failing, unsynced }: NonNullable<Bundle['standing']>): ReactNode {
  if (failing + unsynced === 0) return <StatusBadge state="materialized" words="all well" />;
  return (
    <>
      {failing === 0 ? null : <StatusBadge state="failed" words={`${failing} failing`} />}
      {unsynced === 0 ? null : <StatusBadge state="unsynced" words={`${unsynced} unsynced`} />}
    </>
  );
}

function Frame({ data: { group } }: NodeProps<FrameNode>): ReactNode {
  return <div className={styles['frame']}>{group === '' ? 'no group' : group}</div>;
}
