import type { AssetJson } from '../../../dashboard/server/api/shapes/asset.ts';

/** An asset as the API tells of it, all well unless said otherwise. */
export function assetExample(key: string, given: Partial<AssetJson> = {}): AssetJson {
  return {
    key,
    isDefined: true,
    group: key.split('/')[0] ?? '',
    kinds: [],
    owners: [],
    tags: {},
    description: null,
    maker: { kind: 'external' },
    status: 'materialized',
    statusText: 'Made.',
    unsynced: [],
    last: null,
    partitions: null,
    checks: [],
    freshness: null,
    ...given,
  };
}
