import type { Temporal } from '#framework';

import type { AssetDefinition } from '../definition.ts';
import type { AssetGraph } from '../graph.ts';
import type { AssetKey } from '../key.ts';
import { selectAssets } from '../select/selection.ts';
import { type AssetSummary, summaries } from './asset-summary.ts';
import type { Catalog } from './catalog.ts';

export interface AssetFilter {
  /** See `selectAssets`. */
  readonly select?: string;
  /** A part of the key, the group or the description. */
  readonly search?: string;
  /** Those behind this one. */
  readonly after?: AssetPlace;
  /** Default 100. */
  readonly limit?: number;
  readonly now: Temporal.Instant;
}

/** Where an asset stands in lists: by group, then by key. */
export interface AssetPlace {
  readonly group: string;
  readonly key: string;
}

export interface AssetPage {
  readonly items: readonly AssetSummary[];
  /** The `after` of the next page; null behind the last one. */
  readonly next: AssetPlace | null;
  /** How many are selected, in all and by group. */
  readonly total: number;
  readonly groups: ReadonlyMap<string, number>;
}

/**
 * Assets with what became of them, by group and key.
 * @throws DataFailure `E_ASSET_SELECTION`
 */
export async function listAssets(catalog: Catalog, filter: AssetFilter): Promise<AssetPage> {
  const { select = '', search = '', after, limit = 100, now } = filter;
  const graph = await catalog.graph();
  const isFound = searching(graph, search);
  const places = selectAssets(graph, select)
    .filter(isFound)
    .map((key) => ({ key, group: graph.find(key)?.group ?? '' }))
    .toSorted(compare);
  const left = after === undefined ? places : places.filter((place) => compare(after, place) < 0);
  const page = left.slice(0, limit);
  const items = await summaries(
    { catalog, graph, now },
    page.map(({ key }) => key),
  );
  const groups = new Map([...Map.groupBy(places, ({ group }) => group)].map(([group, of]) => [group, of.length]));
  return { items, next: left.length > limit ? (page.at(-1) ?? null) : null, total: places.length, groups };
}

function searching(graph: AssetGraph<AssetDefinition>, search: string): (key: AssetKey) => boolean {
  const wanted = search.trim().toLowerCase();
  return (key) => {
    const { group = '', description = null } = graph.find(key) ?? {};
    return [key, group, description ?? ''].some((text) => text.toLowerCase().includes(wanted));
  };
}

function compare(one: AssetPlace, other: AssetPlace): number {
  // What has no group comes last.
  if (one.group !== other.group) return other.group === '' || (one.group !== '' && one.group < other.group) ? -1 : 1;
  if (one.key === other.key) return 0;
  return one.key < other.key ? -1 : 1;
}
