import { z } from 'zod';

import type { DagGraph } from '../../dag/graph.ts';
import { NO_LIMITS, type RunLimits } from '../../run/limits.ts';
import { type FirstTask, planStart } from '../../run/plan.ts';
import type { Database, Executor } from '../database.ts';
import { lockDag } from '../lock-dag.ts';
import { WAITS_FOR_EARLIER_ITEM } from '../sensors/item-order.ts';
import { dispatchLabel } from './apply-plans.ts';
import { RUN_KINDS } from './create-run.ts';
import { type Dispatch, type Ready, jobId } from './dispatch.ts';
import { INSERT_NEW_DISPATCHES, withIds } from './outbox.ts';
import { restartRuns } from './restart-runs.ts';
import { InstantColumn, RunIdColumn } from './run-rows.ts';

export interface Activated extends Ready {
  readonly mayBeMore: boolean;
}

/** Their first tasks run while the next ones are activated. */
const AT_MOST = 50;

/**
 * Turns queued runs of a dag into running ones, as many as its limit and one transaction allow: task rows, unless the run was cleared and has them,
 * and outbox rows for those that may start. An advisory lock per dag keeps two processes from passing the limit together.
 */
export async function activateRuns(database: Database, dagId: string): Promise<Activated> {
  return database.transaction(async (transaction) => {
    await lockDag(transaction, dagId);
    const rows = await transaction.run(TAKE, [dagId, AT_MOST]);
    const taken = rows.map((row) => Taken.parse(row));
    // All at once: the statements travel together and run one after the other.
    const started = await Promise.all(
      taken.filter(({ isCleared }) => !isCleared).map((run) => startRun(transaction, run)),
    );
    const again = new Map(taken.flatMap(({ id, graph, isCleared }) => (isCleared ? [[id, graph] as const] : [])));
    if (again.size > 0) started.push(await restartRuns(transaction, again));
    return {
      mayBeMore: taken.length === AT_MOST,
      dispatches: started.flatMap(({ dispatches }) => dispatches),
      pools: new Set(started.flatMap(({ pools }) => [...pools])),
    };
  });
}

type Taken = z.infer<typeof Taken>;

async function startRun(transaction: Executor, run: Taken): Promise<Ready> {
  const tasks = planStart(run.graph, limitsOf(run));
  const outbox = tasks.filter(({ state }) => state === 'queued').map((task) => firstDispatch(run, task));
  const rows = await transaction.run(INSERT_TASKS, [
    run.id,
    run.priority,
    JSON.stringify(tasks),
    JSON.stringify(outbox),
    tasks.length,
    run.dagId,
    run.recordId,
    run.windowStart?.toString() ?? null,
  ]);
  return {
    dispatches: withIds(outbox, rows),
    pools: new Set(tasks.filter(({ state }) => state === 'scheduled').map(({ pool }) => pool)),
  };
}

/** A test of a dag runs in one process, whatever others do: limits are for the work of the installation. */
function limitsOf({ kind, pools, windowStart }: Taken): RunLimits {
  return kind === 'test' ? NO_LIMITS : { pools: new Set(pools), hasWindow: windowStart !== null };
}

function firstDispatch(run: Taken, task: FirstTask): Omit<Dispatch, 'id'> {
  const claim = { runId: run.id, taskId: task.id, mapIndex: task.mapIndex, seq: task.seq };
  return {
    ...claim,
    jobId: jobId(claim),
    pool: task.pool,
    attempt: task.attempt,
    priority: run.priority,
    label: dispatchLabel(run, task.id, task.attempt),
  };
}

/** Of run `r` of dag `d`: whether a backfill, which no paused dag holds up, waits for its end. */
const WANTED_BY_BACKFILL = `exists (
      select
      from backfill b
      join backfill_window w on w.backfill_id = b.id and w.state = 'active'
      where b.dag_id = d.id and b.ended_at is null and b.state = 'running' and w.run_id = r.id)`;

const TAKE = {
  name: 'take_queued_runs',
  text: `
with allowed as (
  select greatest(0, d.max_active_runs - count(r.id))::integer as free
  from dag d
  left join dag_run r on r.dag_id = d.id and r.state = 'running'
  where d.id = $1
  group by d.id
),
chosen as (
  select r.id
  from dag_run r
  join dag d on d.id = r.dag_id
  where r.dag_id = $1 and r.state = 'queued'
    and (not d.paused or r.cleared > 0 or r.kind not in ('scheduled', 'sensor') or ${WANTED_BY_BACKFILL})
    and (r.kind <> 'sensor' or not ${WAITS_FOR_EARLIER_ITEM})
  order by r.priority, r.window_start nulls first, r.id
  limit (select least(free, $2) from allowed)
)
update dag_run r set state = 'running', started_at = now(),
  deadline_at = now() + (v.graph ->> 'runTimeoutMs')::bigint * interval '1 ms'
from chosen, dag_version v
where r.id = chosen.id and case r.state when 'queued' then true else false end and v.hash = r.graph_hash
returning r.id, r.kind, r.dag_id as "dagId", r.priority, r.record_id as "recordId", r.window_start as "windowStart",
  r.window_end as "windowEnd", v.graph, r.cleared > 0 as "isCleared",
  (select coalesce(jsonb_agg(name), '[]') from pool) as pools`,
};

const INSERT_TASKS = {
  name: 'insert_tasks',
  text: `
with task as (
  insert into task_instance (run_id, task_id, map_index, state, seq, attempt, pool, priority, upstream_total, dispatched_at,
    slots, after_previous, window_start)
  select $1, id, "mapIndex", state, seq, attempt, pool, $2, "upstreamTotal", case when state = 'queued' then now() end,
    slots, "afterPrevious", case when slots > 0 or "afterPrevious" then $8::timestamptz end
  from jsonb_to_recordset($3::jsonb) as t (id text, "mapIndex" integer, state text, seq integer, attempt integer, pool text,
    "upstreamTotal" integer, slots integer, "afterPrevious" boolean)
),
run as (
  update dag_run set open_tasks = $5 where id = $1
),
happened as (
  insert into event (kind, dag_id, run_id, record_id) values ('run_running', $6, $1, $7)
)
${INSERT_NEW_DISPATCHES}`,
};

const Taken = z.object({
  id: RunIdColumn,
  kind: z.enum(RUN_KINDS),
  dagId: z.string(),
  priority: z.number(),
  recordId: z.number().nullable(),
  windowStart: InstantColumn.nullable(),
  windowEnd: InstantColumn.nullable(),
  pools: z.array(z.string()),
  isCleared: z.boolean(),
  // Written by `registerDags` from a checked value.
  graph: z.custom<DagGraph>((value) => typeof value === 'object' && value !== null),
});
