import type { AssetPartitionsJson } from '../../../../../server/api/shapes/asset.ts';

export type PartitionRange = AssetPartitionsJson['rows'][number]['ranges'][number];

/** `96 materialized: 2026-01-20T00:00Z to 2026-01-20T23:45Z`. */
export function rangeText({ state, from, to, count }: PartitionRange): string {
  return count === 1 ? `${state}: ${from}` : `${count.toLocaleString('en')} ${state}: ${from} to ${to}`;
}
