import { z } from 'zod';

import type { Schedule } from '../dag/schedule/schedule.ts';
import { scheduleToJson } from '../dag/schedule/schedule-json.ts';
import type { Executor } from './database.ts';

export interface DagState {
  readonly paused: boolean;
  /** Runs of the schedule or by hand that have not ended. */
  readonly openRuns: number;
  /** Whether a backfill has something left to do. */
  readonly hasBackfill: boolean;
  /** Whether the schedule is the one that was registered last; otherwise another process has newer code, or older. */
  readonly isRegistered: boolean;
}

/** How a dag stands, for a process in whose code it has this schedule. */
export async function findDagState(
  executor: Executor,
  dagId: string,
  schedule: Schedule | undefined,
): Promise<DagState | undefined> {
  const [row] = await executor.run(STATE, [
    dagId,
    schedule === undefined ? null : JSON.stringify(scheduleToJson(schedule)),
  ]);
  return row === undefined ? undefined : StateRow.parse(row);
}

// Not by its start: that matters until the first window only, and code may reckon it anew in each process.
const STATE = {
  name: 'dag_state',
  text: `
select paused, (select count(*) from dag_run r where r.dag_id = d.id and r.state in ('queued', 'running') and r.kind <> 'backfill')
    as "openRuns",
  exists (select 1 from backfill b where b.dag_id = d.id and b.ended_at is null) as "hasBackfill",
  d.schedule - 'start' is not distinct from $2::jsonb - 'start' as "isRegistered"
from dag d
where id = $1`,
};

const StateRow = z.object({
  paused: z.boolean(),
  openRuns: z.number(),
  hasBackfill: z.boolean(),
  isRegistered: z.boolean(),
});

/** Returns whether there is such a dag. */
export async function setPaused(
  executor: Executor,
  dagId: string,
  { paused, by }: { readonly paused: boolean; readonly by: string },
): Promise<boolean> {
  return (await executor.run(SET_PAUSED, [dagId, paused, by])).length > 0;
}

const SET_PAUSED = {
  text: `
with written as (
  update dag set paused = $2 where id = $1 returning id, paused
)
insert into event (kind, dag_id, details)
select case when paused then 'dag_paused' else 'dag_unpaused' end, id, jsonb_build_object('by', $3::text)
from written
returning id`,
};
