import { z } from 'zod';

import type { TaskId } from '../../core/ids.ts';
import { windowText } from '../../core/window.ts';
import { type RunPlan, type TaskChange, dispatchTime } from '../../run/plan.ts';
import { isFinal } from '../../run/task-state.ts';
import type { Transaction } from '../database.ts';
import { type Dispatch, jobId } from './dispatch.ts';
import type { LockedRun, LockedTask } from './locked-runs.ts';

/** A plan beside what it was made from. */
export interface AppliedPlan {
  readonly run: LockedRun;
  readonly tasks: ReadonlyMap<TaskId, LockedTask>;
  readonly plan: RunPlan;
}

/**
 * Writes everything that plans decided in one statement: task rows, the history of ended tries, run rows, the records of
 * closed runs, outbox rows and events. The runs must be locked. Commits. Returns the new dispatches.
 */
export async function applyPlans(
  transaction: Transaction,
  plans: readonly AppliedPlan[],
): Promise<readonly Dispatch[]> {
  const dispatches = plans.flatMap(newDispatches);
  const rows = await transaction.runLast(APPLY, [
    JSON.stringify(inLockOrder(plans).map(({ run, before, change }) => taskRow(run, before, change))),
    JSON.stringify(plans.flatMap(attemptRows)),
    JSON.stringify(plans.map(runRow)),
    JSON.stringify(
      dispatches.map(({ notBefore, ...dispatch }) => ({ ...dispatch, not_before: notBefore?.toString() })),
    ),
    JSON.stringify(plans.flatMap(eventRows)),
  ]);
  const ids = new Map(rows.map((row) => Sent.parse(row)).map((sent) => [sent.jobId, sent.id]));
  return dispatches.flatMap((dispatch) => {
    const id = ids.get(dispatch.jobId);
    return id === undefined ? [] : [{ ...dispatch, id }];
  });
}

interface Changed {
  readonly run: LockedRun;
  readonly before: LockedTask | undefined;
  readonly change: TaskChange;
}

/** By run and task: every statement that locks several tasks takes them in this order. */
function inLockOrder(plans: readonly AppliedPlan[]): readonly Changed[] {
  return plans
    .flatMap(({ run, tasks, plan }) => plan.tasks.map((change) => ({ run, before: tasks.get(change.id), change })))
    .toSorted((a, b) => a.run.id - b.run.id || (a.change.id < b.change.id ? -1 : 1));
}

const Sent = z.object({ id: z.number(), jobId: z.string() });

function newDispatches({ run, tasks, plan }: AppliedPlan): Omit<Dispatch, 'id'>[] {
  return plan.tasks.flatMap((change) => {
    const before = tasks.get(change.id);
    const when = dispatchTime(before, change);
    if (before === undefined || when === undefined) return [];
    return [
      {
        jobId: jobId(run.id, change.id, change.seq),
        pool: before.pool,
        runId: run.id,
        taskId: change.id,
        seq: change.seq,
        attempt: change.attempt,
        priority: before.priority,
        label: dispatchLabel(run, change.id, change.attempt),
        ...(when === 'now' ? {} : { notBefore: when }),
      },
    ];
  });
}

/** `veeva_incremental · 2026-01-20T13:15Z..2026-01-20T13:30Z · source_to_stage · attempt 1` */
export function dispatchLabel(
  run: Pick<LockedRun, 'dagId' | 'windowStart' | 'windowEnd'> & { readonly id: number },
  task: string,
  attempt: number,
): string {
  const { windowStart: start, windowEnd: end } = run;
  const what = start === null || end === null ? `run ${run.id}` : windowText({ start, end, zone: 'UTC' });
  return `${run.dagId} · ${what} · ${task} · attempt ${attempt}`;
}

function taskRow(run: LockedRun, before: LockedTask | undefined, change: TaskChange): object {
  const { settled, tally } = change;
  return {
    run_id: run.id,
    task_id: change.id,
    // A task that only heard of one more upstream may be started by a worker at this moment: its state is left alone.
    moved: before?.state !== change.state || before.seq !== change.seq,
    state: change.state,
    seq: change.seq,
    attempt: change.attempt,
    infra_attempt: change.infraAttempt,
    success: tally.success,
    failed: tally.failed,
    skipped: tally.skipped,
    ended: isFinal(change.state),
    next_at: settled?.nextAt?.toString(),
    wait_ms: settled?.waitMs ?? 0,
    reason: settled?.reason ?? change.reason,
    output: settled?.output,
    failure: settled?.failure,
  };
}

function attemptRows({ run, tasks, plan }: AppliedPlan): object[] {
  return plan.accepted.flatMap((report) => {
    const task = tasks.get(report.taskId);
    if (task === undefined) return [];
    const { outcome } = report;
    return [
      {
        run_id: run.id,
        task_id: report.taskId,
        attempt: task.attempt,
        fence: report.fence,
        outcome: outcome.kind,
        worker: task.worker,
        started_at: task.startedAt?.toString(),
        reason: 'reason' in outcome ? outcome.reason : undefined,
        failure: outcome.kind === 'fail' ? outcome.failure : undefined,
      },
    ];
  });
}

function runRow({ run, plan }: AppliedPlan): object {
  return {
    id: run.id,
    state: plan.run.state,
    open_tasks: plan.run.openTasks,
    failed_tasks: plan.run.failedTasks,
    cancel_requested: plan.run.cancelRequested,
    closed: plan.run.state !== run.state,
    error: plan.failure === undefined ? undefined : { task: plan.failure.task, ...plan.failure.failure },
  };
}

/** Success and starts are in the history already; events tell what is out of the ordinary, and how runs end. */
function eventRows({ run, plan }: AppliedPlan): object[] {
  const common = { dag_id: run.dagId, run_id: run.id, record_id: run.recordId };
  const tasks = plan.tasks
    .filter(({ state }) => TOLD.has(state))
    .map((change) => ({
      ...common,
      kind: `task_${change.state}`,
      task_id: change.id,
      details: {
        attempt: change.attempt,
        reason: change.settled?.reason ?? change.reason,
        code: change.settled?.failure?.code,
      },
    }));
  if (plan.run.state === run.state) return tasks;
  return [...tasks, { ...common, kind: `run_${plan.run.state}`, details: {} }];
}

const TOLD: ReadonlySet<string> = new Set([
  'deferred',
  'up_for_retry',
  'failed',
  'skipped',
  'upstream_failed',
  'cancelled',
]);

// One round trip. The rows of the runs are locked; a task row may still be renewed or started at this moment.
const APPLY = {
  name: 'apply_plans',
  text: `
with task as (
  update task_instance t set
    state = case when c.moved then c.state else t.state end,
    lease_until = case when c.moved then null else t.lease_until end,
    seq = case when c.moved then c.seq else t.seq end,
    attempt = case when c.moved then c.attempt else t.attempt end,
    infra_attempt = c.infra_attempt,
    upstream_success = c.success, upstream_failed = c.failed, upstream_skipped = c.skipped,
    next_at = case when c.moved then c.next_at else t.next_at end, output = coalesce(c.output, t.output), failure = coalesce(c.failure, t.failure),
    reason = coalesce(c.reason, t.reason),
    dispatched_at = case when c.moved and c.state in ('queued', 'up_for_retry')
      then now() + c.wait_ms * interval '1 ms' else t.dispatched_at end,
    ended_at = case when c.ended and t.ended_at is null then now() else t.ended_at end
  from jsonb_to_recordset($1::jsonb) as c (run_id bigint, task_id text, moved boolean, state text, seq integer, attempt integer,
    infra_attempt integer, success integer, failed integer, skipped integer, ended boolean, next_at timestamptz, wait_ms bigint,
    reason text, output jsonb, failure jsonb)
  where t.run_id = c.run_id and t.task_id = c.task_id
),
attempt as (
  insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, worker, started_at, reason, failure)
  select run_id, task_id, 0, attempt, fence, outcome, worker, started_at, reason, failure
  from jsonb_to_recordset($2::jsonb) as a (run_id bigint, task_id text, attempt integer, fence bigint, outcome text,
    worker text, started_at timestamptz, reason text, failure jsonb)
),
run_change as (
  select * from jsonb_to_recordset($3::jsonb) as r (id bigint, state text, open_tasks integer, failed_tasks integer,
    cancel_requested boolean, closed boolean, error jsonb)
),
run as (
  update dag_run r set
    state = c.state, open_tasks = c.open_tasks, failed_tasks = c.failed_tasks, cancel_requested = c.cancel_requested,
    ended_at = case when c.closed then now() else r.ended_at end
  from run_change c
  where r.id = c.id
),
record as (
  update pipeline_records p set
    pipeline_status = case
      when c.closed and c.state = 'failed' then 'FAILED'
      when c.closed and c.state = 'cancelled' then 'CANCELLED'
      else p.pipeline_status end,
    pipeline_end_time = case when c.closed then now() else p.pipeline_end_time end,
    lease_until = case when c.closed then null else p.lease_until end,
    error = coalesce(case when c.closed then r.timed_out end, c.error, p.error),
    record_last_updated_time = now()
  from run_change c
  join dag_run r on r.id = c.id
  where p.id = r.record_id
    and p.pipeline_status in ('PENDING', 'IN_PROGRESS')
    and (c.closed or c.error is not null)
),
happened as (
  insert into event (kind, dag_id, run_id, task_id, record_id, details)
  select kind, dag_id, run_id, task_id, record_id, coalesce(details, '{}')
  from jsonb_to_recordset($5::jsonb) as e (kind text, dag_id text, run_id bigint, task_id text, record_id bigint, details jsonb)
)
insert into outbox (pool, job_id, label, run_id, task_id, seq, attempt, priority, not_before)
select pool, "jobId", label, "runId", "taskId", seq, attempt, priority, not_before
from jsonb_to_recordset($4::jsonb) as o (pool text, "jobId" text, label text, "runId" bigint, "taskId" text,
  seq integer, attempt integer, priority integer, not_before timestamptz)
returning id, job_id as "jobId"`,
};
