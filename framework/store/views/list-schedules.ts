import { z } from 'zod';

import { type DagId, dagId } from '../../core/ids.ts';
import type { Temporal } from '../../core/time.ts';
import { type NextDue, nextDue } from '../../dag/schedule/due-windows.ts';
import { scheduleFromJson } from '../../dag/schedule/schedule-json.ts';
import type { Schedule } from '../../dag/schedule/schedule.ts';
import type { Executor } from '../database.ts';
import { LAST_WINDOW_END } from './last-window-ends.ts';
import { MaybeInstant } from './view-rows.ts';

/** The schedule of a dag, and what it has made and will make. */
export interface ScheduleView {
  readonly dagId: DagId;
  readonly paused: boolean;
  readonly isPipeline: boolean;
  readonly schedule: Schedule;
  /** The end of the newest window that it made. */
  readonly lastEnd: Temporal.Instant | null;
  /** What it makes next; of a paused dag once it goes on. Due in the past while no scheduler has made it. */
  readonly next: NextDue;
  readonly lastDay: MadeWindows;
}

/** Windows that ended during the last day. */
export interface MadeWindows {
  readonly made: number;
  /** Made more than a minute after they were due: nothing made them in time, and they were recovered. */
  readonly recovered: number;
  /** Time between them for which none was made, as behind an outage with a schedule that makes only the newest windows. */
  readonly passedOverMs: number;
}

export interface SchedulePage {
  readonly now: Temporal.Instant;
  /** Those behind the dag with this id. */
  readonly after?: string;
  readonly limit: number;
}

/** Schedules by the name of their dag. */
export async function listSchedules(
  executor: Executor,
  { now, after = '', limit }: SchedulePage,
): Promise<readonly ScheduleView[]> {
  const rows = await executor.run(LIST, [after, limit, now.subtract({ hours: 24 }).toString(), now.toString()]);
  return rows.map((row) => {
    const { made, recovered, passedOverMs, schedule: stored, ...view } = Row.parse(row);
    const schedule = scheduleFromJson(stored);
    const next = nextDue(schedule, view.lastEnd ?? undefined, now);
    return { ...view, schedule, next, lastDay: { made, recovered, passedOverMs } };
  });
}

/** No unit of the wall clock is longer than a month and a day; windows of runs are found by their beginnings. */
const LONGEST_UNIT_MS = 32 * 86_400_000;

// The windows of a day are few of all, and an index finds them. "offset 0" reads the JSON once for a dag and not for each window: of
// 200 dags with 96 windows each 32 ms instead of 62; with a window function over them in place of the sums it takes
// a quarter longer.
const LIST = {
  name: 'list_schedules',
  text: `
select d.id as "dagId", d.paused, d.is_pipeline as "isPipeline", d.schedule, ${LAST_WINDOW_END} as "lastEnd", day.*
from dag d
cross join lateral (
  select ((d.schedule ->> 'lagMs')::bigint + 60000) * interval '1 ms' as behind
  offset 0
) late
cross join lateral (
  select count(*)::integer as made,
    count(*) filter (where at > "end" + late.behind)::integer as recovered,
    coalesce(extract(epoch from max("end") - min(start) - sum("end" - start)) * 1000, 0)::bigint as "passedOverMs"
  from (
    select window_start_time as start, window_end_time as "end", record_first_created_time as at
    from pipeline_records
    where d.is_pipeline and pipeline_id = d.id and not made_by_backfill
      and window_end_time > $3::timestamptz and window_end_time <= $4::timestamptz
    union all
    select window_start, window_end, created_at
    from dag_run
    where not d.is_pipeline and dag_id = d.id and kind = 'scheduled' and record_id is null
      and window_start > $3::timestamptz - coalesce(
        (d.schedule #>> '{windows,lengthMs}')::bigint,
        (d.schedule #>> '{windows,count}')::bigint * ${LONGEST_UNIT_MS}
      ) * interval '1 ms'
      and window_end > $3::timestamptz and window_end <= $4::timestamptz
  ) ended
) day
where d.schedule is not null and d.id > $1
order by d.id
limit $2`,
};

const Row = z.object({
  dagId: z.string().transform(dagId),
  paused: z.boolean(),
  isPipeline: z.boolean(),
  schedule: z.json(),
  lastEnd: MaybeInstant,
  made: z.number(),
  recovered: z.number(),
  passedOverMs: z.number(),
});
