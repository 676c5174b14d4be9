import type { AssetPartitionsJson } from '../../../../../server/api/shapes/asset.ts';

export interface SuggestedPartition {
  readonly partition: string;
  /** Why it is worth naming. */
  readonly words: string;
}

const MOST_NAMES = 12;

/** Partitions that somebody may mean to make: the newest that failed, the newest that is missing, the newest at all. */
export function suggestedPartitions({ rows }: Pick<AssetPartitionsJson, 'rows'>): readonly SuggestedPartition[] {
  const found = rows.slice(0, MOST_NAMES).flatMap(({ name, ranges }) => {
    const of = name === null ? '' : ` of ${name}`;
    const newest = (state?: string): string | undefined =>
      ranges.findLast((range) => state === undefined || range.state === state)?.to;
    return [
      { partition: newest('failed'), words: `newest failed${of}` },
      { partition: newest('missing'), words: `newest missing${of}` },
      { partition: newest(), words: `newest${of}` },
    ];
  });
  const byKey = new Map<string, SuggestedPartition>();
  for (const { partition, words } of found) {
    if (partition !== undefined && !byKey.has(partition)) byKey.set(partition, { partition, words });
  }
  return [...byKey.values()];
}
