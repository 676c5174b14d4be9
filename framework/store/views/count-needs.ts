import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';

/** How much there is of what the lists of the first page show the beginning of. */
export interface NeedCounts {
  readonly failedWindows: number;
  /** Runs without a record that were made since a moment. */
  readonly failedRuns: number;
  /** Windows that were due before a moment, are not complete and have not failed. */
  readonly lateWindows: number;
  readonly runningRuns: number;
}

export async function countNeeds(
  executor: Executor,
  { failedSince, dueBefore }: { readonly failedSince: Temporal.Instant; readonly dueBefore: Temporal.Instant },
): Promise<NeedCounts> {
  const [row] = await executor.run(COUNT, [failedSince.toString(), dueBefore.toString()]);
  return Counts.parse(row);
}

// Windows that are not complete, runs that did not go well and open runs have indexes of their own.
const COUNT = {
  name: 'count_needs',
  text: `
select
  (select count(*) from pipeline_records where pipeline_status = 'FAILED') as "failedWindows",
  (select count(*) from dag_run where state = 'failed' and record_id is null and created_at >= $1::timestamptz) as "failedRuns",
  (
    select count(*)
    from pipeline_records p
    join dag d on d.id = p.pipeline_id and d.is_pipeline
    where p.pipeline_status <> 'COMPLETED' and p.pipeline_status <> 'FAILED'
      and p.window_end_time + coalesce((d.schedule ->> 'lagMs')::bigint, 0) * interval '1 ms' < $2::timestamptz
  ) as "lateWindows",
  (select count(*) from dag_run where state = 'running') as "runningRuns"`,
};

const Counts = z.object({
  failedWindows: z.number(),
  failedRuns: z.number(),
  lateWindows: z.number(),
  runningRuns: z.number(),
});
