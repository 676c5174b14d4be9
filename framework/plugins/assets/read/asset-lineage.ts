import type { AssetDefinition } from '../definition.ts';
import type { AssetKey } from '../key.ts';
import { selectAssets } from '../select/selection.ts';
import type { Catalog } from './catalog.ts';

export interface LineageNode {
  readonly key: AssetKey;
  /** Null: it is only named as a dependency. */
  readonly definition: AssetDefinition | null;
  /** Among the selected ones. */
  readonly parents: readonly AssetKey[];
}

/**
 * The selected assets and the edges between them, parents first.
 * @throws DataFailure `E_ASSET_SELECTION`
 */
export async function assetLineage(catalog: Pick<Catalog, 'graph'>, select = ''): Promise<readonly LineageNode[]> {
  const graph = await catalog.graph();
  const keys = selectAssets(graph, select);
  const shown = new Set(keys);
  return keys.map((key) => ({
    key,
    definition: graph.find(key) ?? null,
    parents: graph.parents(key).filter((parent) => shown.has(parent)),
  }));
}
