import '@xyflow/react/dist/base.css';

import { Controls, type Edge, type Node, type NodeTypes, ReactFlow } from '@xyflow/react';
import type { ReactNode } from 'react';

import styles from './graph-canvas.module.css';

/** A graph that is larger than its frame is panned at first, not shrunk until nothing can be read; a button shows it whole. */
const READABLE = 0.55;

const TOP = { x: 24, y: 12, zoom: READABLE };

interface GraphCanvasProps<Box extends Node> {
  readonly label: string;
  readonly nodes: Box[];
  readonly edges: Edge[];
  readonly nodeTypes: NodeTypes;
  /** Of everything that is drawn, in pixels. */
  readonly drawnHeight: number;
  readonly mostHeight?: number;
  /** What is seen at first of a graph that is higher than its frame. */
  readonly begin?: 'top' | 'middle';
  readonly onSelect: (id: string) => void;
}

/** Boxes and arrows to look at: panned, zoomed, walked by Tab and chosen by Enter; nothing of it is moved or joined. */
export function GraphCanvas<Box extends Node>(props: GraphCanvasProps<Box>): ReactNode {
  const { label, nodes, edges, nodeTypes, drawnHeight, mostHeight = 460, begin = 'middle', onSelect } = props;
  const isFromTop = begin === 'top' && drawnHeight * READABLE > mostHeight;
  return (
    <div
      className={styles['graph']}
      style={{ height: heightFor(drawnHeight, mostHeight) }}
      role="group"
      aria-label={label}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        minZoom={0.05}
        maxZoom={1.5}
        fitView={!isFromTop}
        defaultViewport={TOP}
        fitViewOptions={{ minZoom: READABLE, maxZoom: 1, padding: 0.08 }}
        onNodeClick={(_, node) => onSelect(node.id)}
        onNodesChange={(changes) => {
          // A box that is focused is chosen by Enter or space.
          for (const change of changes) if (change.type === 'select' && change.selected) onSelect(change.id);
        }}
      >
        <Controls showInteractive={false} orientation="horizontal" />
      </ReactFlow>
    </div>
  );
}

/** As much as the boxes need, within reason: more is panned. */
function heightFor(drawn: number, most: number): number {
  return Math.min(Math.max(drawn + 96, 180), most);
}
