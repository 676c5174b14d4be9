import { z } from 'zod';

import { type DagId, type RecordId, dagId, recordId } from '../../core/ids.ts';
import type { Temporal } from '../../core/time.ts';
import type { Window } from '../../core/window.ts';
import { RECORD_STATUSES, type RecordStatus } from '../../record/record.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';

/** The oldest window of a pipeline that is due, not complete and not failed. */
export interface LateWindowView {
  readonly dagId: DagId;
  readonly recordId: RecordId;
  readonly window: Window;
  readonly status: RecordStatus;
  readonly paused: boolean;
  /** The end of the window with the lag of its schedule. */
  readonly dueAt: Temporal.Instant;
}

/** Of each pipeline the oldest window that was due before a moment, is not complete and has not failed, the latest first. */
export async function listLateWindows(
  executor: Executor,
  { before, limit }: { readonly before: Temporal.Instant; readonly limit: number },
): Promise<readonly LateWindowView[]> {
  const rows = await executor.run(LATE, [before.toString(), limit]);
  return rows.map((row) => {
    const { start, end, zone, ...late } = Row.parse(row);
    return { ...late, window: { start, end, zone } };
  });
}

// Windows that are not complete have an index of their own: one look for each pipeline.
const LATE = {
  name: 'late_windows',
  text: `
select d.id as "dagId", d.paused, oldest.*
from dag d
cross join lateral (
  select p.id as "recordId", p.pipeline_status as status, p.window_start_time as start, p.window_end_time as "end",
    p.window_zone as zone, p.window_end_time + coalesce((d.schedule ->> 'lagMs')::bigint, 0) * interval '1 ms' as "dueAt"
  from pipeline_records p
  where p.pipeline_id = d.id and p.pipeline_status <> 'COMPLETED' and p.pipeline_status <> 'FAILED'
  order by p.window_start_time, p.window_end_time
  limit 1
) oldest
where d.is_pipeline and oldest."dueAt" < $1::timestamptz
order by oldest."dueAt"
limit $2`,
};

const Row = z.object({
  dagId: z.string().transform(dagId),
  recordId: z.number().transform(recordId),
  status: z.enum(RECORD_STATUSES),
  paused: z.boolean(),
  dueAt: InstantColumn,
  start: InstantColumn,
  end: InstantColumn,
  zone: z.string(),
});
