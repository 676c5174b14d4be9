import { DataFailure, type PluginRuns } from '#framework';
import { type Catalog, assetCatalog, assets } from '#framework/assets';
import { type Windrow, pluginDatabase, pluginRuns } from '#framework/operate';

import { Problem } from '../problem.ts';

/** What is asked of the assets of an installation; one for as long as the dashboard is there. */
export interface AssetDesk {
  readonly catalog: Catalog;
  readonly runs: PluginRuns;
}

/** Undefined where the project has no assets. */
export function assetDesk(windrow: Windrow): AssetDesk | undefined {
  const { name } = assets;
  if (!windrow.plugins.some((plugin) => plugin.name === name)) return undefined;
  return { catalog: assetCatalog(pluginDatabase(windrow.store.database, name)), runs: pluginRuns(windrow, name) };
}

/** What somebody wrote that assets cannot be selected by, as a problem that points at its place. */
export async function selecting<T>(path: 'query.select' | 'body.partition', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DataFailure) || !UNUSABLE.has(error.code)) throw error;
    const [message = error.message] = error.message.split('\n');
    const { at } = error.details;
    throw new Problem('E_REQUEST_UNUSABLE', error.message, [
      { path, message, ...(typeof at === 'number' ? { at } : {}) },
    ]);
  }
}

const UNUSABLE: ReadonlySet<string> = new Set([
  'E_ASSET_SELECTION',
  'E_PARTITION_UNKNOWN',
  'E_PARTITION_MISSING',
  'E_PARTITION_OPEN',
]);
