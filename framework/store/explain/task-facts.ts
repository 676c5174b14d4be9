import { z } from 'zod';

import { TRIGGER_RULES } from '../../dag/trigger-rule.ts';
import type { TaskFacts } from '../../run/explain/explain-task.ts';
import { MOST_COUNTED } from '../../run/explain/reason.ts';
import { TASK_STATES } from '../../run/task-state.ts';
import type { Executor } from '../database.ts';
import { InstantColumn, TaskStateColumn } from '../runs/run-rows.ts';
import { MaybeFailure, MaybeInstant } from '../views/view-rows.ts';
import { HAS_TASK } from '../able-workers.ts';
import { SILENCE } from '../workers.ts';
import { LimitColumns, WITH_LIMITS } from './held-facts.ts';
import { SchedulersColumn, withLiveSchedulers } from './live-schedulers.ts';

/** A task of a run, or one instance of a mapped task. */
export interface AskedTask {
  readonly taskId: string;
  readonly instance?: number;
}

/** What explains tasks of a run, in the order asked for; those that the run has not (yet) are missing. */
export async function readTaskFacts(
  executor: Executor,
  runId: number,
  tasks: readonly AskedTask[],
): Promise<readonly TaskFacts[]> {
  const rows = await executor.run(READ, [
    runId,
    tasks.map(({ taskId }) => taskId),
    SILENCE,
    MOST_COUNTED,
    tasks.map(({ instance }) => instance ?? null),
  ]);
  return rows.map((row) => FactsRow.parse(row));
}

// The instance that is looked at first, of each state, is found by its moment: sorting 10,000 of them takes 35 ms, this 5.
const READ = {
  name: 'task_facts',
  text: `
select t.run_id as "runId", t.task_id as "taskId", case when t.map_index >= 0 and t.map_total is not null then t.map_index end as instance,
  t.map_index < 0 as mapped, parts.instances, r.dag_id as "dagId", t.state, spec.rule, spec.teardown, t.pool, t.attempt,
  t.upstream_total as total, t.upstream_success as success, t.upstream_failed as failed, t.upstream_skipped as skipped,
  upstream.tasks as upstream, r.cancel_requested as "cancelRequested", t.worker, t.lease_until as "leaseUntil",
  t.next_at as "nextAt", t.dispatched_at as "dispatchedAt", t.started_at as "startedAt", t.ended_at as "endedAt", t.reason,
  t.failure, tried.try as "lastTry", waiting.ahead, busy.running as "runningInPool", able.workers, live.schedulers,
  t.slots, limits.limits, before.previous, held.ahead as "heldAhead", now() as now
from unnest($2::text[], $5::integer[]) with ordinality as asked (task, instance, place)
join dag_run r on r.id = $1
join dag_version v on v.hash = r.graph_hash
cross join lateral (
  select *
  from task_instance i
  where i.run_id = r.id and i.task_id = asked.task
    and (asked.instance is null or i.map_index = asked.instance and i.map_total is not null)
  order by i.map_index
  limit 1
) t
cross join lateral (
  select g.rule, g.teardown
  from jsonb_to_recordset(v.graph -> 'tasks') as g (id text, rule text, teardown boolean)
  where g.id = t.task_id
) spec
cross join lateral (
  select coalesce(jsonb_agg(jsonb_build_object('id', e.upstream, 'state', u.state) order by e.upstream), '[]') as tasks
  from task_edge e
  cross join lateral (
    select state from task_instance where run_id = r.id and task_id = e.upstream order by map_index limit 1
  ) u
  where e.graph_hash = r.graph_hash and e.downstream = t.task_id
) upstream
left join lateral (
  select jsonb_build_object('attempt', a.attempt, 'outcome', a.outcome, 'reason', a.reason) as try
  from task_attempt a
  where a.run_id = t.run_id and a.task_id = t.task_id and a.map_index = t.map_index
  order by a.id desc
  limit 1
) tried on true
cross join lateral (
  select count(*) as ahead
  from (
    select *
    from task_instance q
    where q.state in ('queued', 'up_for_retry') and t.state = 'queued'
    order by greatest(q.dispatched_at, q.looked_at)
    limit $4
  ) q
  where q.state = 'queued' and q.pool = t.pool
    and (q.priority, q.dispatched_at, q.run_id, q.task_id, q.map_index) < (t.priority, t.dispatched_at, t.run_id, t.task_id, t.map_index)
) waiting
cross join lateral (
  select count(*) as running
  from task_instance b
  where b.state = 'running' and t.state = 'queued' and b.pool = t.pool
) busy
cross join lateral (
  select coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'pools', w.pools, 'dags', w.dags, 'hasTask', ${HAS_TASK}) order by w.id), '[]') as workers
  from worker w
  where w.kind = 'worker' and w.seen_at >= now() - $3::bigint * interval '1 ms'
) able
left join lateral (
  select jsonb_build_object('total', t.map_total, 'success', t.map_success, 'failed', t.map_failed, 'skipped', t.map_skipped,
    'open', coalesce(jsonb_agg(jsonb_build_object('state', o.state, 'count', o.count, 'nearest', nearest.map_index)), '[]')) as instances
  from (
    select i.state, count(*) as count, case when i.state in ('deferred', 'up_for_retry') then max(i.next_at) else min(i.started_at) end as moment
    from task_instance i
    where i.run_id = t.run_id and i.task_id = t.task_id and t.state = 'running'
      and i.map_index >= 0 and i.state in ('scheduled', 'queued', 'running', 'deferred', 'up_for_retry')
    group by i.state
  ) o
  cross join lateral (
    select i.map_index
    from task_instance i
    where i.run_id = t.run_id and i.task_id = t.task_id and i.map_index >= 0 and i.state = o.state
      and case when o.state in ('deferred', 'up_for_retry') then i.next_at else i.started_at end is not distinct from o.moment
    order by i.map_index
    limit 1
  ) nearest
  having t.map_index < 0 and t.map_total is not null
) parts on true
${WITH_LIMITS}
${withLiveSchedulers('r.dag_id', '$3')}
order by asked.place`,
};

const Instances = z.object({
  total: z.number(),
  success: z.number(),
  failed: z.number(),
  skipped: z.number(),
  open: z.array(z.object({ state: z.enum(TASK_STATES), count: z.number(), nearest: z.number() })),
});

const FactsRow = z
  .object({
    runId: z.number(),
    taskId: z.string(),
    instance: z.number().nullable(),
    mapped: z.boolean(),
    instances: Instances.nullable(),
    dagId: z.string(),
    state: TaskStateColumn,
    rule: z.enum(TRIGGER_RULES),
    teardown: z.boolean(),
    pool: z.string(),
    attempt: z.number(),
    total: z.number(),
    success: z.number(),
    failed: z.number(),
    skipped: z.number(),
    upstream: z.array(z.object({ id: z.string(), state: z.enum(TASK_STATES) })),
    cancelRequested: z.boolean(),
    worker: z.string().nullable(),
    leaseUntil: MaybeInstant,
    nextAt: MaybeInstant,
    dispatchedAt: MaybeInstant,
    startedAt: MaybeInstant,
    endedAt: MaybeInstant,
    reason: z.string().nullable(),
    failure: MaybeFailure,
    lastTry: z.object({ attempt: z.number(), outcome: z.string(), reason: z.string().nullable() }).nullable(),
    ahead: z.number(),
    runningInPool: z.number(),
    workers: z.array(
      z.object({ id: z.string(), pools: z.array(z.string()), dags: z.array(z.string()), hasTask: z.boolean() }),
    ),
    schedulers: SchedulersColumn,
    ...LimitColumns,
    now: InstantColumn,
  })
  .transform(({ total, success, failed, skipped, ...task }): TaskFacts => ({
    ...task,
    tally: { total, success, failed, skipped },
  }));
