import type { AssetDefinition, AssetGraph, AssetKey } from '#framework/assets';

import type { AssetGraphJson } from '../shapes/asset.ts';

/** The groups of these assets, and how many arrows lead from one to another. */
export function groupGraph(
  graph: AssetGraph<AssetDefinition>,
  keys: readonly AssetKey[],
): Pick<AssetGraphJson, 'groups' | 'groupEdges'> {
  const groupOf = new Map(keys.map((key) => [key, graph.find(key)?.group ?? '']));
  const groups = [...Map.groupBy([...groupOf.values()].toSorted(), (group) => group)].map(([group, all]) => ({
    group,
    assets: all.length,
  }));
  const joined = keys.flatMap((key) =>
    graph.parents(key).flatMap((parent) => edge(groupOf.get(parent), groupOf.get(key))),
  );
  const groupEdges = [...Map.groupBy(joined, ({ from, to }) => JSON.stringify([from, to])).values()].flatMap((same) =>
    same.slice(0, 1).map((one) => ({ ...one, count: same.length })),
  );
  return { groups, groupEdges };
}

function edge(
  from: string | undefined,
  to: string | undefined,
): readonly { readonly from: string; readonly to: string }[] {
  return from === undefined || to === undefined || from === to ? [] : [{ from, to }];
}
