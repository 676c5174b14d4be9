import { Graph, layout } from '@dagrejs/dagre';

import type { Picture } from './picture-of.ts';

export const BOX = { width: 228, height: 58 } as const;
const GAP = 16;
/** So many boxes stand in longer rows. */
const MANY = 24;
const FRAME = { side: 14, top: 34, bottom: 14 } as const;

interface Place {
  readonly x: number;
  readonly y: number;
}

export interface GroupFrame extends Place {
  readonly group: string;
  readonly width: number;
  readonly height: number;
}

export interface LineageLayout {
  readonly places: ReadonlyMap<string, Place>;
  /** Around the assets of each group, where there are several groups. */
  readonly frames: readonly GroupFrame[];
  readonly height: number;
}

/** Places boxes from left to right, each behind what it is made from, and those of a group together; what hangs on nothing stands below. */
export function layoutLineage({ boxes, arrows }: Picture): LineageLayout {
  const joined = new Set(arrows.flatMap(({ from, to }) => [from, to]));
  const groupOf = new Map(boxes.flatMap((box) => (box.kind === 'asset' ? [[box.id, box.asset.group] as const] : [])));
  const isFramed = new Set(groupOf.values()).size > 1;
  const framed = isFramed ? groupOf : new Map<string, string>();
  const ids = boxes.map(({ id }) => id);
  const flow = flowing(
    ids.filter((id) => joined.has(id)),
    arrows,
    framed,
  );
  const loose = inRows(
    ids.filter((id) => !joined.has(id)),
    framed,
    flow.height,
  );
  return {
    places: new Map([...flow.places, ...loose.places]),
    frames: [...framesAround(flow.places, framed), ...framesAround(loose.places, framed)],
    height: loose.height,
  };
}

interface Placed {
  readonly places: ReadonlyMap<string, Place>;
  readonly height: number;
}

function flowing(ids: readonly string[], arrows: Picture['arrows'], groupOf: ReadonlyMap<string, string>): Placed {
  const graph = new Graph({ compound: groupOf.size > 0 });
  graph.setGraph({ rankdir: 'LR', nodesep: 16, ranksep: 60, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const group of new Set(groupOf.values())) graph.setNode(frameId(group), {});
  for (const id of ids) {
    graph.setNode(id, { ...BOX });
    const group = groupOf.get(id);
    if (group !== undefined) graph.setParent(id, frameId(group));
  }
  for (const { from, to } of arrows) graph.setEdge(from, to);
  if (ids.length > 0) layout(graph);
  return {
    places: new Map(ids.map((id) => [id, corner(graph, id)])),
    height: ids.length === 0 ? 0 : (graph.graph().height ?? 0),
  };
}

/** Row by row, each group for itself. */
function inRows(ids: readonly string[], groupOf: ReadonlyMap<string, string>, from: number): Placed {
  const places = new Map<string, Place>();
  let top = from;
  for (const members of Map.groupBy(ids, (id) => groupOf.get(id)).values()) {
    const perRow = members.length > MANY ? 7 : 4;
    top += FRAME.top;
    for (const [index, id] of members.entries()) {
      places.set(id, {
        x: FRAME.side + (index % perRow) * (BOX.width + GAP),
        y: top + Math.floor(index / perRow) * (BOX.height + GAP),
      });
    }
    top += Math.ceil(members.length / perRow) * (BOX.height + GAP) + FRAME.bottom;
  }
  return { places, height: top };
}

function frameId(group: string): string {
  return `group ${group}`;
}

/** dagre gives the middle of a box. */
function corner(graph: Graph, id: string): Place {
  const { x = 0, y = 0 } = graph.node(id);
  return { x: x - BOX.width / 2, y: y - BOX.height / 2 };
}

function framesAround(places: ReadonlyMap<string, Place>, groupOf: ReadonlyMap<string, string>): readonly GroupFrame[] {
  const framed = [...places].filter(([id]) => groupOf.has(id));
  const members = Map.groupBy(framed, ([id]) => groupOf.get(id) ?? '');
  return [...members].map(([group, inside]) => {
    const [xs, ys] = [inside.map(([, { x }]) => x), inside.map(([, { y }]) => y)];
    const [left, top] = [Math.min(...xs) - FRAME.side, Math.min(...ys) - FRAME.top];
    const [right, bottom] = [Math.max(...xs) + BOX.width + FRAME.side, Math.max(...ys) + BOX.height + FRAME.bottom];
    return { group, x: left, y: top, width: right - left, height: bottom - top };
  });
}
