import { Graph, layout } from '@dagrejs/dagre';

export const NODE = { width: 208, height: 52 } as const;

/** A task and what stands directly before it. */
export interface GraphedTask {
  readonly id: string;
  readonly upstream: readonly string[];
}

/** Where the upper left corner of a task's box stands, and which tasks an arrow joins. */
export interface TaskLayout {
  readonly places: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
  readonly arrows: readonly { readonly from: string; readonly to: string }[];
  readonly width: number;
  readonly height: number;
}

/** Places the tasks of a dag from left to right, each behind everything that it waits for. */
export function layoutTasks(tasks: readonly GraphedTask[]): TaskLayout {
  const known = new Set(tasks.map(({ id }) => id));
  const arrows = tasks.flatMap(({ id, upstream }) =>
    upstream.filter((from) => known.has(from)).map((from) => ({ from, to: id })),
  );
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 20, ranksep: 56, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of tasks) graph.setNode(id, { ...NODE });
  for (const { from, to } of arrows) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return { places: new Map(tasks.map(({ id }) => [id, corner(graph, id)])), arrows, width, height };
}

/** dagre gives the middle of a box. */
function corner(graph: Graph, id: string): { readonly x: number; readonly y: number } {
  const { x = 0, y = 0 } = graph.node(id);
  return { x: x - NODE.width / 2, y: y - NODE.height / 2 };
}
