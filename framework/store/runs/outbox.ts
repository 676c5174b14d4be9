import { z } from 'zod';

import type { Millis } from '../../core/duration.ts';
import type { Executor, Row } from '../database.ts';
import type { Dispatch } from './dispatch.ts';
import { InstantColumn, RunIdColumn, TaskIdColumn } from './run-rows.ts';

/** Forgets dispatches that BullMQ has accepted. */
export async function forgetSent(executor: Executor, ids: readonly number[]): Promise<void> {
  await executor.run({ name: 'outbox_sent', text: 'delete from outbox where id = any ($1::bigint[])' }, [ids]);
}

/** Dispatches that were decided a while ago and never confirmed: the process that decided them is gone. */
export async function findUnsent(executor: Executor, olderThan: Millis, atMost: number): Promise<readonly Dispatch[]> {
  const rows = await executor.run(UNSENT, [olderThan, atMost]);
  return rows.map((row) => DispatchRow.parse(row));
}

/**
 * Finds the tasks that still wait in SQL `olderThan` after they should have been sent, and does not name them again for as
 * long. BullMQ may have lost their jobs (a flush); whether it did is the caller's to find out.
 */
export async function findQuiet(executor: Executor, olderThan: Millis, atMost: number): Promise<readonly Dispatch[]> {
  const rows = await executor.run(QUIET, [olderThan, atMost]);
  return rows.map((row) => DispatchRow.parse(row));
}

/**
 * Dispatches anew those of these that have not been started since, with a new number, so that the old job starts nothing.
 * Passes over tasks that somebody has locked: they are being started or ended.
 */
export async function redispatch(executor: Executor, stale: readonly Dispatch[]): Promise<readonly Dispatch[]> {
  if (stale.length === 0) return [];
  const rows = await executor.run(REDISPATCH, [
    stale.map(({ runId }) => runId),
    stale.map(({ taskId }) => taskId),
    stale.map(({ mapIndex }) => mapIndex),
    stale.map(({ seq }) => seq),
  ]);
  return rows.map((row) => DispatchRow.parse(row));
}

/** Makes deferred tasks that are due ready, but for those that limits hold, with outbox rows; under the clock that the deferral was made by. */
export async function dispatchDue(executor: Executor, now: string, atMost: number): Promise<readonly Dispatch[]> {
  const rows = await executor.run(DUE, [now, atMost]);
  return rows.map((row) => DispatchRow.parse(row));
}

/** New dispatches with their ids, by the rows of a statement with `INSERT_NEW_DISPATCHES`. */
export function withIds(dispatches: readonly Omit<Dispatch, 'id'>[], rows: readonly Row[]): readonly Dispatch[] {
  const ids = new Map(rows.map((row) => Sent.parse(row)).map((sent) => [sent.jobId, sent.id]));
  return dispatches.flatMap((dispatch) => {
    const id = ids.get(dispatch.jobId);
    return id === undefined ? [] : [{ ...dispatch, id }];
  });
}

const Sent = z.object({ id: z.number(), jobId: z.string() });

const COLUMNS = `id, job_id as "jobId", pool, label, run_id as "runId", task_id as "taskId", map_index as "mapIndex", seq, attempt, priority, not_before as "notBefore"`;

const UNSENT = {
  name: 'outbox_unsent',
  text: `
select ${COLUMNS}
from outbox
where created_at < now() - $1::integer * interval '1 ms'
order by id
limit $2`,
};

/** What people see of a dispatch in the queue: of task `t` in run `r`. */
export const LABEL = `r.dag_id || ' · ' || coalesce(to_char(r.window_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') || '..'
    || to_char(r.window_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'), 'run ' || r.id)
    || ' · ' || t.task_id || case when t.map_index >= 0 and t.map_total is not null then '[' || t.map_index || ']' else '' end
    || ' · attempt ' || t.attempt`;

// A queue that is long is not looked at again every second. A dispatch is always later than a look before it.
const QUIET = {
  name: 'quiet_tasks',
  text: `
with quiet as (
  select run_id, task_id, map_index
  from task_instance
  where (state = 'queued' or state = 'up_for_retry' and not limited) and state in ('queued', 'up_for_retry')
    and greatest(dispatched_at, looked_at) < now() - $1::integer * interval '1 ms'
  order by greatest(dispatched_at, looked_at)
  limit $2
  for update skip locked
)
update task_instance t set looked_at = now()
from quiet, dag_run r
where t.run_id = quiet.run_id and t.task_id = quiet.task_id and t.map_index = quiet.map_index and r.id = t.run_id
returning 0 as id, t.run_id || '__' || t.task_id || '__' || t.map_index || '__' || t.seq as "jobId", t.pool, ${LABEL} as label,
  t.run_id as "runId", t.task_id as "taskId", t.map_index as "mapIndex", t.seq, t.attempt, t.priority, null::timestamptz as "notBefore"`,
};

const INSERT = `insert into outbox (pool, job_id, label, run_id, task_id, map_index, seq, attempt, priority, not_before)`;

/** The end of a statement that made tasks ready as `due`. */
export const INSERT_DISPATCHES = `
${INSERT}
select pool, run_id || '__' || task_id || '__' || map_index || '__' || seq, label, run_id, task_id, map_index, seq, attempt, priority, null
from due
returning ${COLUMNS}`;

/** The end of a statement that has new dispatches, as JSON, in its parameter `$4`. */
export const INSERT_NEW_DISPATCHES = `
${INSERT}
select pool, "jobId", label, "runId", "taskId", "mapIndex", seq, attempt, priority, "notBefore"
from jsonb_to_recordset($4::jsonb) as o (pool text, "jobId" text, label text, "runId" bigint, "taskId" text,
  "mapIndex" integer, seq integer, attempt integer, priority integer, "notBefore" timestamptz)
returning id, job_id as "jobId"`;

const DUE = {
  name: 'dispatch_due',
  text: `
with due as (
  update task_instance t set state = 'queued', seq = t.seq + 1, next_at = null, dispatched_at = now()
  from (
    select run_id, task_id, map_index
    from task_instance
    where state = 'deferred' and not limited and next_at <= $1::timestamptz
    order by next_at
    limit $2
    for update skip locked
  ) ready, dag_run r
  where t.run_id = ready.run_id and t.task_id = ready.task_id and t.map_index = ready.map_index and r.id = t.run_id
  returning t.run_id, t.task_id, t.map_index, t.seq, t.attempt, t.priority, t.pool, ${LABEL} as label
)
${INSERT_DISPATCHES}`,
};

const REDISPATCH = {
  name: 'redispatch',
  text: `
with due as (
  update task_instance t set seq = t.seq + 1, dispatched_at = now()
  from (
    select t.run_id, t.task_id, t.map_index
    from unnest($1::bigint[], $2::text[], $3::integer[], $4::integer[]) as stale (run_id, task_id, map_index, seq)
    join task_instance t on t.run_id = stale.run_id and t.task_id = stale.task_id and t.map_index = stale.map_index
      and t.seq = stale.seq
    where t.state in ('queued', 'up_for_retry')
    order by t.run_id, t.task_id collate "C", t.map_index
    for update of t skip locked
  ) ready, dag_run r
  where t.run_id = ready.run_id and t.task_id = ready.task_id and t.map_index = ready.map_index and r.id = t.run_id
  returning t.run_id, t.task_id, t.map_index, t.seq, t.attempt, t.priority, t.pool, ${LABEL} as label
)
${INSERT_DISPATCHES}`,
};

export const DispatchRow = z
  .object({
    id: z.number(),
    jobId: z.string(),
    pool: z.string(),
    label: z.string(),
    runId: RunIdColumn,
    taskId: TaskIdColumn,
    mapIndex: z.number(),
    seq: z.number(),
    attempt: z.number(),
    priority: z.number(),
    notBefore: InstantColumn.nullable(),
  })
  .transform(({ notBefore, ...dispatch }): Dispatch => (notBefore === null ? dispatch : { ...dispatch, notBefore }));
