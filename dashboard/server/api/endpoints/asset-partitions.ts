import { z } from 'zod';

import {
  type PartitionRange,
  type Partitions,
  findPartition,
  partitionBar,
  partitionsText,
  showPartition,
} from '#framework/assets';

import { foundAsset } from '../assets/found-asset.ts';
import { limitOf } from '../cursor.ts';
import { type Endpoint, NOTHING, read } from '../endpoint.ts';
import { notFound } from '../problem.ts';
import { AssetPartition, AssetPartitions } from '../shapes/asset.ts';
import { AssetParams, PartitionParams } from '../shapes/names.ts';

const NO_PARTITIONS = { cut: null, counts: { materialized: 0, failed: 0, missing: 0 }, rows: [], isCut: false };

export const assetPartitionEndpoints: readonly Endpoint[] = [
  read({
    path: '/assets/:key/partitions',
    summary: 'The partitions of an asset by what became of them, as ranges, the oldest first',
    role: 'viewer',
    params: AssetParams,
    query: z.strictObject({ limit: limitOf(1000, 5000) }),
    answer: AssetPartitions,
    run: async ({ windrow, assets, params: { key }, query: { limit } }) => {
      const { catalog, definition } = await foundAsset(assets, key);
      const partitions = definition?.partitions ?? null;
      if (partitions === null) return NO_PARTITIONS;
      const bar = await partitionBar(catalog, { asset: key, partitions, now: windrow.clock.now() });
      return {
        cut: partitionsText(partitions),
        counts: bar.counts,
        rows: bar.rows.map(({ name, ranges }) => ({
          name,
          ranges: ranges.slice(-limit).map((range) => timed(partitions, range)),
        })),
        isCut: bar.rows.some(({ ranges }) => ranges.length > limit),
      };
    },
  }),
  read({
    path: '/assets/:key/partitions/:partition',
    summary: 'What became of one partition',
    role: 'viewer',
    params: PartitionParams,
    query: NOTHING,
    answer: AssetPartition,
    run: async ({ assets, params: { key, partition } }) => {
      const { catalog, definition } = await foundAsset(assets, key);
      const found = definition?.partitions && findPartition(definition.partitions, partition);
      if (!found) throw notFound('partition', `${partition} of ${key}`);
      const { window = null, name = null } = found;
      return { partition, window, name, ...(await showPartition(catalog.database, { asset: key, partition })) };
    },
  }),
];

function timed(partitions: Partitions, range: PartitionRange) {
  const start = findPartition(partitions, range.from)?.window?.start ?? null;
  return { ...range, start, end: findPartition(partitions, range.to)?.window?.end ?? null };
}
