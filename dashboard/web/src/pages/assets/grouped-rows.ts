import type { AssetJson, AssetListJson } from '../../../../server/api/shapes/asset.ts';

export type ListedRow =
  | { readonly kind: 'group'; readonly group: string; readonly assets: number; readonly isOpen: boolean }
  | { readonly kind: 'asset'; readonly asset: AssetJson };

/** The assets that are there so far below the names of their groups; of a closed group only its name. */
export function groupedRows(
  assets: readonly AssetJson[],
  groups: AssetListJson['groups'],
  closed: ReadonlySet<string>,
): readonly ListedRow[] {
  const counts = new Map(groups.map(({ group, assets: count }) => [group, count]));
  return [...Map.groupBy(assets, ({ group }) => group)].flatMap(([group, members]): readonly ListedRow[] => {
    const isOpen = !closed.has(group);
    const head = { kind: 'group' as const, group, assets: counts.get(group) ?? members.length, isOpen };
    return isOpen ? [head, ...members.map((asset) => ({ kind: 'asset' as const, asset }))] : [head];
  });
}
