import { windowText } from '../../core/window.ts';
import { isInstance } from '../../run/mapped.ts';
import type { Outcome } from '../../run/outcome.ts';
import { type RunPlan, type TaskChange, dispatchTime } from '../../run/plan.ts';
import { SUMMARY, taskKey } from '../../run/task-key.ts';
import { isFinal } from '../../run/task-state.ts';
import type { UpstreamTally } from '../../run/trigger-decision.ts';
import type { Transaction } from '../database.ts';
import { changeStatement } from './change-statement.ts';
import { type Dispatch, jobId } from './dispatch.ts';
import type { LockedRun, LockedTask } from './locked-runs.ts';
import { withIds } from './outbox.ts';

/** A plan beside what it was made from. */
export interface AppliedPlan {
  readonly run: LockedRun;
  /** By key. */
  readonly tasks: ReadonlyMap<string, LockedTask>;
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
  const changed = inLockOrder(plans);
  const { statement, values } = changeStatement({
    tasks: changed.filter(isThere).map(taskRow),
    attempts: plans.flatMap(attemptRows),
    runs: plans.map(runRow),
    dispatches,
    expansions: changed.filter(isExpanding).map(expansionRow),
    events: plans.flatMap(eventRows),
    ends: plans.some(({ run, plan }) => plan.run.state !== run.state || plan.failure !== undefined),
  });
  return withIds(dispatches, await transaction.runLast(statement, values));
}

interface Changed {
  readonly run: LockedRun;
  readonly before: LockedTask | undefined;
  readonly change: TaskChange;
}

/** By run, task and map index: every statement that locks several tasks takes them in this order. */
function inLockOrder(plans: readonly AppliedPlan[]): readonly Changed[] {
  return plans
    .flatMap(({ run, tasks, plan }) => plan.tasks.map((change) => ({ run, before: tasks.get(change.key), change })))
    .toSorted((a, b) => a.run.id - b.run.id || byTask(a.change, b.change));
}

function byTask(a: TaskChange, b: TaskChange): number {
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return a.mapIndex - b.mapIndex;
}

/** New instances of a mapped task have no row yet: their summary's expansion makes them all. */
function isThere({ before }: Changed): boolean {
  return before !== undefined;
}

function isExpanding({ before, change }: Changed): boolean {
  return before !== undefined && before.instances === undefined && change.instances !== undefined;
}

function expansionRow({ run, change }: Changed): object {
  return {
    run_id: run.id,
    task_id: change.id,
    summary: SUMMARY,
    count: change.instances?.total,
    seq: change.seq,
    first_attempt: change.firstAttempt,
    held: change.holdsInstances ?? false,
  };
}

function newDispatches({ run, tasks, plan }: AppliedPlan): Omit<Dispatch, 'id'>[] {
  return plan.tasks.flatMap((change) => {
    const before = tasks.get(change.key);
    const when = dispatchTime(before, change);
    // A new instance has the pool and the priority of its summary.
    const { pool, priority } = before ?? tasks.get(change.id) ?? {};
    if (pool === undefined || priority === undefined || when === undefined) return [];
    const claim = { runId: run.id, taskId: change.id, mapIndex: change.mapIndex, seq: change.seq };
    return [
      {
        ...claim,
        jobId: jobId(claim),
        pool,
        attempt: change.attempt,
        priority,
        label: dispatchLabel(run, change.key, change.attempt),
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

function taskRow({ run, before, change }: Changed): object {
  const { settled, tally, instances } = change;
  return {
    run_id: run.id,
    task_id: change.id,
    map_index: change.mapIndex,
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
    wait_ms: waitOf(change),
    reason: settled?.reason ?? change.reason,
    output: settled?.output,
    choice: change.choice,
    failure: settled?.failure,
    ...(instances === undefined ? {} : instanceCounts(instances)),
  };
}

/** One that was handed back to wait for another worker stays queued since it was sent first. */
function waitOf({ state, settled }: TaskChange): number | undefined {
  return state === 'queued' && settled?.nextAt !== undefined ? undefined : (settled?.waitMs ?? 0);
}

function instanceCounts({ total, success, failed, skipped }: UpstreamTally): object {
  return { map_total: total, map_success: success, map_failed: failed, map_skipped: skipped };
}

function attemptRows({ run, tasks, plan }: AppliedPlan): object[] {
  return plan.accepted.flatMap((report) => {
    const { outcome, mapIndex } = report;
    const task = tasks.get(taskKey(report.taskId, mapIndex, tasks.get(report.taskId)?.mapIndex === SUMMARY));
    if (task === undefined || isUntried(outcome)) return [];
    return [
      {
        run_id: run.id,
        task_id: report.taskId,
        map_index: mapIndex,
        attempt: task.attempt,
        fence: report.fence,
        outcome: outcome.kind,
        worker: task.worker,
        started_at: task.startedAt?.toString(),
        reason: 'reason' in outcome ? outcome.reason : undefined,
        failure: outcome.kind === 'fail' ? outcome.failure : undefined,
        notes: report.notes,
      },
    ];
  });
}

function isUntried(outcome: Outcome): boolean {
  return outcome.kind === 'handed_back' && outcome.untaken !== undefined;
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
  const untried = new Set(plan.accepted.filter(({ outcome }) => isUntried(outcome)).map(({ fence }) => fence));
  const tasks = plan.tasks
    .filter(({ state, fence }) => TOLD.has(state) && !untried.has(fence))
    .map((change) => ({
      ...common,
      kind: `task_${change.state}`,
      task_id: change.id,
      details: {
        ...(isInstance(change) ? { mapIndex: change.mapIndex } : {}),
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
