import { type PluginDatabase, Temporal } from '#framework';
import { z } from 'zod';

import type { PartitionState } from './partition-bar.ts';

/** What became of one partition. */
export interface PartitionDetail {
  readonly state: PartitionState;
  /** The last good materialization. */
  readonly made: {
    readonly at: Temporal.Instant;
    readonly runId: number | null;
    readonly recordId: number | null;
  } | null;
  /** The run of the last try, where that failed. */
  readonly failedRunId: number | null;
}

const UNTRIED: PartitionDetail = { state: 'missing', made: null, failedRunId: null };

export async function showPartition(
  database: PluginDatabase,
  { asset, partition }: { readonly asset: string; readonly partition: string },
): Promise<PartitionDetail> {
  const [row] = await database.run(PARTITION, [asset, partition]);
  if (row === undefined) return UNTRIED;
  const { isFailed, at, runId, recordId, failedRunId } = PartitionRow.parse(row);
  return {
    state: isFailed ? 'failed' : 'materialized',
    made: at === null ? null : { at, runId, recordId },
    failedRunId,
  };
}

const PARTITION = `
select s.failed_id is not null as "isFailed", s.at, e.run_id as "runId", e.record_id as "recordId", s.failed_run as "failedRunId"
from partition_status s
left join asset_event e on e.id = s.event_id and e.part = s.part
where s.asset = $1 and s.partition = $2`;

const PartitionRow = z.object({
  isFailed: z.boolean(),
  at: z.instanceof(Temporal.Instant).nullable(),
  runId: z.number().nullable(),
  recordId: z.number().nullable(),
  failedRunId: z.number().nullable(),
});
