import { z } from 'zod';

import type { RunId, TaskId } from '../../core/ids.ts';
import type { Millis } from '../../core/duration.ts';
import type { Json } from '../../core/json.ts';
import type { Temporal } from '../../core/time.ts';
import type { Database } from '../database.ts';
import { jobId } from './dispatch.ts';
import { openFences } from './open-fences.ts';
import { InstantColumn, RunIdColumn, TaskIdColumn } from './run-rows.ts';

/** What a BullMQ job asks for. */
export interface Claim {
  readonly runId: RunId;
  readonly taskId: TaskId;
  readonly mapIndex: number;
  readonly seq: number;
}

/** A started try: whoever holds `fence` may report on it. */
export interface Started extends Claim {
  readonly fence: number;
  readonly attempt: number;
  /** Of an instance of a mapped task: how many there are. */
  readonly mapTotal: number | null;
  readonly dagId: string;
  readonly graphHash: string;
  readonly recordId: number | null;
  readonly window:
    | { readonly start: Temporal.Instant; readonly end: Temporal.Instant; readonly zone: string }
    | undefined;
  readonly params: Readonly<Record<string, Json>>;
}

export interface StartedBy {
  readonly worker: string;
  readonly leaseMs: Millis;
  /** Tasks whose starts become events, as `dag task`, for plugins; otherwise the row of the task alone knows it. */
  readonly tells: readonly string[];
}

/**
 * Starts tries and mints a fence for each. A claim that is missing in the reply was late: somebody else runs the task, it
 * was dispatched anew, or it was cancelled. Locks task rows only. A task whose worker died is not taken over here: the sweeper
 * ends the lost try first, so that history and limits see it.
 *
 * Does not wait for the disk, which takes most of a hop (a commit of one row: 2.6 ms on a busy disk, 0.04 ms without).
 * A start that PostgreSQL forgets in a crash is made again with a newer fence, and the forgotten try is refused.
 */
export async function startTasks(
  database: Database,
  claims: readonly Claim[],
  by: StartedBy,
): Promise<readonly Started[]> {
  const started = await startThose(database, claims, by);
  if (started.length === claims.length) return started;
  // Late claims are rare, and nothing starts after a crash before the fences are open.
  await openFences(database);
  const found = new Set(started.map(jobId));
  const missing = claims.filter((claim) => !found.has(jobId(claim)));
  return [...started, ...(await startThose(database, missing, by))];
}

async function startThose(
  { forgetful }: Pick<Database, 'forgetful'>,
  claims: readonly Claim[],
  by: StartedBy,
): Promise<readonly Started[]> {
  const tells = by.tells.length > 0;
  const rows = await forgetful.run(tells ? START_AND_TELL : START, [
    claims.map(({ runId }) => runId),
    claims.map(({ taskId }) => taskId),
    claims.map(({ mapIndex }) => mapIndex),
    claims.map(({ seq }) => seq),
    by.worker,
    by.leaseMs,
    ...(tells ? [by.tells] : []),
  ]);
  return rows.map((row) => StartedRow.parse(row));
}

// By keys, as `changeStatement` says: a plan made over a few rows would take an index of states for the way, and read all tasks that
// wait and all runs that are open for each start. A `case` and an `offset 0` are no ways.
// A retry that limits hold has no job of its own before it is admitted: one that comes holds no slots.
const START = {
  name: 'start_tasks',
  text: `
update task_instance t set
  state = 'running', fence = nextval('fence'), worker = $5, started_at = now(), ended_at = null, reason = null, failure = null,
  lease_until = now() + $6::integer * interval '1 ms'
from unnest($1::bigint[], $2::text[], $3::integer[], $4::integer[]) as claim (run_id, task_id, map_index, seq)
cross join lateral (select * from dag_run where id = claim.run_id offset 0) r
cross join open_fences
where t.run_id = claim.run_id and t.task_id = claim.task_id and t.map_index = claim.map_index and t.seq = claim.seq
  and case t.state when 'queued' then true when 'up_for_retry' then not t.limited else false end
  and r.state = 'running' and open_fences.is_only
returning t.run_id as "runId", t.task_id as "taskId", t.map_index as "mapIndex", t.seq, t.fence, t.attempt, t.map_total as "mapTotal", r.dag_id as "dagId",
  r.graph_hash as "graphHash", r.record_id as "recordId", r.window_start as "windowStart", r.window_end as "windowEnd",
  r.window_zone as "windowZone", r.params`,
};

// In the same round trip. What a mapped task does first is no try of its own: its instances are told.
const START_AND_TELL = {
  name: 'start_and_tell_tasks',
  text: `
with started as (${START.text}
),
told as (
  insert into event (kind, dag_id, run_id, task_id, record_id, details)
  select 'task_started', "dagId", "runId", "taskId", "recordId", jsonb_strip_nulls(jsonb_build_object(
    'attempt', attempt, 'fence', fence, 'mapIndex', case when "mapTotal" is not null then "mapIndex" end))
  from started
  where "mapIndex" >= 0 and "dagId" || ' ' || "taskId" = any ($7::text[])
)
select * from started`,
};

const StartedRow = z
  .object({
    runId: RunIdColumn,
    taskId: TaskIdColumn,
    mapIndex: z.number(),
    seq: z.number(),
    fence: z.number(),
    attempt: z.number(),
    mapTotal: z.number().nullable(),
    dagId: z.string(),
    graphHash: z.string(),
    recordId: z.number().nullable(),
    windowStart: InstantColumn.nullable(),
    windowEnd: InstantColumn.nullable(),
    windowZone: z.string().nullable(),
    params: z.record(z.string(), z.json()),
  })
  .transform(({ windowStart: start, windowEnd: end, windowZone: zone, ...started }): Started => ({
    ...started,
    window: start === null || end === null || zone === null ? undefined : { start, end, zone },
  }));
