import { z } from 'zod';

import type { FailureRecord } from '../../core/failures.ts';
import type { RunFacts } from '../../run/explain/explain-run.ts';
import { TASK_STATES } from '../../run/task-state.ts';
import type { Executor } from '../database.ts';
import { InstantColumn, RunStateColumn } from '../runs/run-rows.ts';
import { MaybeInstant } from '../views/view-rows.ts';
import { SILENCE } from '../workers.ts';
import { SchedulersColumn, withLiveSchedulers } from './live-schedulers.ts';

/** What explains a run; `taskIds` are all tasks of its dag, also before it has started. */
export interface FoundRunFacts extends RunFacts {
  readonly taskIds: readonly string[];
}

export async function findRunFacts(executor: Executor, runId: number): Promise<FoundRunFacts | undefined> {
  const [row] = await executor.run(FIND, [runId, SILENCE]);
  return row === undefined ? undefined : FactsRow.parse(row);
}

const FIND = {
  name: 'run_facts',
  text: `
select r.id as "runId", r.dag_id as "dagId", r.kind, r.cleared > 0 as cleared, r.state, d.paused, r.cancel_requested as "cancelRequested",
  d.max_active_runs as "maxActiveRuns", coalesce(d.schedule ->> 'overlap' <> 'allow', false) as serial, active.runs as active,
  before.runs as ahead, item.earlier as "earlierItem", r.created_at as "createdAt", r.started_at as "startedAt", r.ended_at as "endedAt", open.tasks as open,
  r.open_tasks as "openTasks",
  coalesce(case when r.timed_out is not null then jsonb_build_object('task', null, 'failure', r.timed_out) end, first.error) as "firstError", live.schedulers,
  r.state in ('failed', 'cancelled') and exists (
    select from task_instance t
    where t.run_id = r.id and t.state in ('failed', 'upstream_failed', 'cancelled') and not (t.map_index >= 0 and t.map_total is not null)
  ) as "hasFailedTasks", r.skip_reason as "skipReason",
  array(select task ->> 'id' from jsonb_array_elements(v.graph -> 'tasks') as task) as "taskIds"
from dag_run r
join dag d on d.id = r.dag_id
join dag_version v on v.hash = r.graph_hash
cross join lateral (
  select coalesce(jsonb_agg(a.id order by a.id), '[]') as runs
  from dag_run a
  where a.dag_id = r.dag_id and a.state = 'running' and r.state = 'queued'
) active
cross join lateral (
  select coalesce(jsonb_agg(q.id), '[]') as runs
  from (
    select q.id
    from dag_run q
    where q.dag_id = r.dag_id and q.state = 'queued' and r.state = 'queued' and (not d.paused or q.cleared > 0 or q.kind not in ('scheduled', 'sensor'))
      and (q.priority, coalesce(q.window_start, '-infinity'), q.id) < (r.priority, coalesce(r.window_start, '-infinity'), r.id)
    order by q.priority, q.window_start nulls first, q.id
    limit 20
  ) q
) before
left join lateral (
  select jsonb_build_object('sensor', e.sensor_id, 'key', e.key, 'run', b.id, 'state', b.state) as earlier
  from sensor_item i
  join sensor s on s.id = i.sensor_id and s.item_order = 'strict'
  join lateral (
    select sensor_id, key, run_id
    from sensor_item
    where sensor_id = i.sensor_id and position < i.position and skipped_reason is null
    order by position desc
    limit 1
  ) e on true
  join dag_run b on b.id = e.run_id and b.state <> 'success'
  where i.run_id = r.id and r.state = 'queued'
) item on true
cross join lateral (
  select coalesce(jsonb_agg(jsonb_build_object('id', t.task_id, 'state', t.state)), '[]') as tasks
  from (
    select task_id, state
    from task_instance
    where run_id = r.id and r.state = 'running'
      and state in ('none', 'scheduled', 'queued', 'running', 'deferred', 'up_for_retry')
      and not (map_index >= 0 and map_total is not null)
    order by state = 'none', task_id
    limit 20
  ) t
) open
left join lateral (
  select jsonb_build_object('failure', t.failure,
    'task', t.task_id || case when t.map_index >= 0 and t.map_total is not null then '[' || t.map_index || ']' else '' end) as error
  from task_instance t
  where t.run_id = r.id and t.state = 'failed' and t.failure is not null
  order by t.ended_at
  limit 1
) first on true
${withLiveSchedulers('r.dag_id', '$2')}
where r.id = $1`,
};

const FactsRow = z.object({
  runId: z.number(),
  dagId: z.string(),
  kind: z.string(),
  cleared: z.boolean(),
  state: RunStateColumn,
  paused: z.boolean(),
  cancelRequested: z.boolean(),
  maxActiveRuns: z.number(),
  serial: z.boolean(),
  active: z.array(z.number()),
  ahead: z.array(z.number()),
  earlierItem: z.object({ sensor: z.string(), key: z.string(), run: z.number(), state: RunStateColumn }).nullable(),
  createdAt: InstantColumn,
  startedAt: MaybeInstant,
  endedAt: MaybeInstant,
  open: z.array(z.object({ id: z.string(), state: z.enum(TASK_STATES) })),
  openTasks: z.number(),
  firstError: z
    // The failure was written by `failureRecord`.
    .object({
      task: z.string().nullable(),
      failure: z.custom<FailureRecord>((value) => typeof value === 'object' && value !== null),
    })
    .nullable(),
  hasFailedTasks: z.boolean(),
  skipReason: z.string().nullable(),
  schedulers: SchedulersColumn,
  taskIds: z.array(z.string()),
});
