import type { Temporal } from '#framework';

import { findAssetKey } from '../key.ts';
import type { Catalog } from './catalog.ts';
import { type AssetSummary, summaries } from './asset-summary.ts';

export interface AssetDetail extends AssetSummary {
  readonly parents: readonly AssetSummary[];
  readonly children: readonly AssetSummary[];
}

/** An asset with its neighbours; undefined where there is none. */
export async function showAsset(
  catalog: Catalog,
  text: string,
  now: Temporal.Instant,
): Promise<AssetDetail | undefined> {
  const graph = await catalog.graph();
  const key = findAssetKey(text);
  if (key === undefined || !graph.has(key)) return undefined;
  const [parents, children] = [graph.parents(key), graph.children(key)];
  const [own, ...others] = await summaries({ catalog, graph, now }, [key, ...parents, ...children]);
  if (own === undefined) return undefined;
  return { ...own, parents: others.slice(0, parents.length), children: others.slice(parents.length) };
}
