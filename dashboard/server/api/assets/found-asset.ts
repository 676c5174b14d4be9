import { type AssetDefinition, type AssetKey, findAssetKey } from '#framework/assets';

import { notFound } from '../problem.ts';
import type { AssetDesk } from './asset-desk.ts';

/** An asset that is there, where to ask for more. */
export interface FoundAsset extends AssetDesk {
  readonly key: AssetKey;
  /** Absent: it is only named as a dependency. */
  readonly definition: AssetDefinition | undefined;
}

/** @throws Problem where there is no such asset, or no assets at all */
export async function foundAsset(desk: AssetDesk | undefined, text: string): Promise<FoundAsset> {
  const key = findAssetKey(text);
  const graph = await desk?.catalog.graph();
  if (desk === undefined || key === undefined || graph?.has(key) !== true) throw notFound('asset', text);
  return { ...desk, key, definition: graph.find(key) };
}
