import { z } from 'zod';

import type { Millis } from '../../core/duration.ts';
import type { RunId, TaskId } from '../../core/ids.ts';
import type { Report } from '../../run/plan.ts';
import type { Executor } from '../database.ts';
import { RunIdColumn, TaskIdColumn } from './run-rows.ts';

export interface Held {
  readonly runId: RunId;
  readonly taskId: TaskId;
  readonly mapIndex: number;
  readonly fence: number;
}

export interface Renewed extends Held {
  readonly cancelRequested: boolean;
  /** Asked to stop because its run has passed its deadline. */
  readonly timedOut: boolean;
}

/** Renews leases, of tasks and of their records. A try that is missing in the reply was fenced out and must stop. */
export async function renewLeases(
  executor: Executor,
  held: readonly Held[],
  leaseMs: Millis,
): Promise<readonly Renewed[]> {
  const rows = await executor.run(RENEW, [
    held.map(({ runId }) => runId),
    held.map(({ taskId }) => taskId),
    held.map(({ mapIndex }) => mapIndex),
    held.map(({ fence }) => fence),
    leaseMs,
  ]);
  return rows.map((row) => RenewedRow.parse(row));
}

/** Running tasks whose worker did not renew, as reports that end the lost tries. */
export async function findLostTries(executor: Executor, atMost: number): Promise<readonly Report[]> {
  const rows = await executor.run(LOST, [atMost]);
  return rows.map((row) => {
    const { worker, ...held } = LostRow.parse(row);
    return { ...held, outcome: { kind: 'lost', reason: `worker ${worker ?? 'unknown'} stopped renewing its lease` } };
  });
}

/**
 * Those of the reports that still hold: a lease that was renewed since the look is not lost. Locks the tasks, so that no
 * renewal comes in between; one that is locked is being renewed or ended by somebody else, and the next look finds it again.
 */
export async function lockLostTries(transaction: Executor, reports: readonly Report[]): Promise<ReadonlySet<Report>> {
  const lost = reports.filter(({ outcome }) => outcome.kind === 'lost');
  if (lost.length === 0) return new Set();
  const rows = await transaction.run(LOCK_LOST, [
    lost.map(({ runId }) => runId),
    lost.map(({ taskId }) => taskId),
    lost.map(({ mapIndex }) => mapIndex),
    lost.map(({ fence }) => fence),
  ]);
  const expired = new Set(rows.map((row) => HeldRow.parse(row).fence));
  return new Set(lost.filter(({ fence }) => expired.has(fence)));
}

const LOCK_LOST = {
  name: 'lock_lost_tries',
  text: `
select t.run_id as "runId", t.task_id as "taskId", t.map_index as "mapIndex", t.fence
from unnest($1::bigint[], $2::text[], $3::integer[], $4::bigint[]) as lost (run_id, task_id, map_index, fence)
join task_instance t on t.run_id = lost.run_id and t.task_id = lost.task_id and t.map_index = lost.map_index
  and t.fence = lost.fence
where t.state = 'running' and t.lease_until < now()
order by t.run_id, t.task_id collate "C", t.map_index
for update of t skip locked`,
};

// The `case`s keep the plan from reading all running tasks by the index of leases, and all records in progress by theirs.
const RENEW = {
  name: 'renew_leases',
  text: `
with renewed as (
  update task_instance t set lease_until = now() + $5::integer * interval '1 ms'
  from unnest($1::bigint[], $2::text[], $3::integer[], $4::bigint[]) as held (run_id, task_id, map_index, fence)
  where t.run_id = held.run_id and t.task_id = held.task_id and t.map_index = held.map_index
    and t.fence = held.fence and case t.state when 'running' then true else false end
  returning t.run_id, t.task_id, t.map_index, t.fence
),
record as (
  update pipeline_records p set lease_until = now() + $5::integer * interval '1 ms'
  from renewed
  join dag_run r on r.id = renewed.run_id
  where p.id = r.record_id and p.dag_run_id = r.id and case p.pipeline_status when 'IN_PROGRESS' then true else false end
)
select n.run_id as "runId", n.task_id as "taskId", n.map_index as "mapIndex", n.fence, r.cancel_requested as "cancelRequested",
  r.timed_out is not null as "timedOut"
from renewed n
join dag_run r on r.id = n.run_id`,
};

const LOST = {
  name: 'lost_tries',
  text: `
select run_id as "runId", task_id as "taskId", map_index as "mapIndex", fence, worker
from task_instance
where state = 'running' and lease_until < now()
order by lease_until
limit $1`,
};

const HeldRow = z.object({ runId: RunIdColumn, taskId: TaskIdColumn, mapIndex: z.number(), fence: z.number() });
const RenewedRow = HeldRow.extend({ cancelRequested: z.boolean(), timedOut: z.boolean() });
const LostRow = HeldRow.extend({ worker: z.string().nullable() });
