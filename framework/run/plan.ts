import type { FailureRecord } from '../core/failures.ts';
import type { RunId, TaskId } from '../core/ids.ts';
import type { Temporal } from '../core/time.ts';
import type { DagGraph } from '../dag/graph.ts';
import { DEFAULT_INFRA_RETRIES } from '../dag/retry-policy.ts';
import { type JoinState, type Shape, cascade, firstState } from './cascade.ts';
import { unchosen } from './choice.ts';
import type { Outcome } from './outcome.ts';
import { type RunState, closedState } from './run-state.ts';
import { type SettleInput, type Settled, type Tools, settle } from './settle.ts';
import { type TaskState, isFinal } from './task-state.ts';

/** A run as it stands, locked. */
export interface PlannedRun {
  readonly id: RunId;
  readonly state: RunState;
  readonly openTasks: number;
  readonly failedTasks: number;
  readonly cancelRequested: boolean;
  readonly timedOut: boolean;
}

/** A task instance as it stands, with what joins need to know. */
export interface PlannedTask extends JoinState {
  readonly id: TaskId;
  readonly seq: number;
  readonly attempt: number;
  readonly infraAttempt: number;
  readonly fence: number;
}

/** A locked run with its dag's shape and the tasks that matter. */
export interface FoundRun {
  readonly shape: Shape;
  readonly run: PlannedRun;
  readonly tasks: ReadonlyMap<TaskId, PlannedTask>;
}

export interface Report {
  readonly runId: RunId;
  readonly taskId: TaskId;
  readonly fence: number;
  readonly outcome: Outcome;
}

export interface TaskChange extends PlannedTask {
  /** Present on the task that was reported on. */
  readonly settled?: Settled;
  /** Why a task that nobody reported on is what it is, where that is not the cascade. */
  readonly reason?: string;
}

export interface RunPlan {
  readonly run: PlannedRun;
  readonly tasks: readonly TaskChange[];
  /** The reports that counted; the others were late. */
  readonly accepted: readonly Report[];
  /** The failure that the run's record shows. */
  readonly failure?: { readonly task: TaskId; readonly failure: FailureRecord };
}

/**
 * Decides everything that reports change in one run. Hearing a report twice changes nothing the second time, because
 * the first one ended its fence.
 * @param found must hold every reported task and every task that it may affect
 */
export function planReports(found: FoundRun, reports: readonly Report[], tools: Tools): RunPlan {
  const tasks = new Map(found.tasks);
  const changes = new Map<TaskId, TaskChange>();
  const accepted: Report[] = [];
  for (const report of reports) {
    const task = tasks.get(report.taskId);
    const input = heard(found, task, report);
    const settled = input === undefined ? undefined : settle(input, report.outcome, tools);
    if (task === undefined || settled === undefined) continue;
    accepted.push(report);
    const change = { ...task, ...settled, settled };
    tasks.set(task.id, change);
    changes.set(task.id, change);
    const skipped = skippedByChoice({ ...found, tasks }, report);
    for (const skip of skipped) {
      tasks.set(skip.id, skip);
      changes.set(skip.id, skip);
    }
    for (const [id, join] of cascade(found.shape, tasks, [change, ...skipped])) {
      const joined = moved(tasks.get(id), join);
      if (joined === undefined) continue;
      tasks.set(id, joined);
      changes.set(id, { ...changes.get(id), ...joined });
    }
  }
  return { ...closing(found, [...changes.values()]), accepted };
}

/** What the choice of a task that succeeded ends. A task that its rule has started already is left alone. */
function skippedByChoice({ shape, tasks }: FoundRun, { taskId, outcome }: Report): readonly TaskChange[] {
  if (outcome.kind !== 'success' || outcome.chooses === undefined) return [];
  const { tasks: ids, reason } = unchosen(shape, taskId, outcome.chooses);
  return ids.flatMap((id) => {
    const task = tasks.get(id);
    return task?.state === 'none' ? [{ ...task, state: 'skipped' as const, reason }] : [];
  });
}

// A task that stops itself as cancelled, in a run that nobody cancelled, has not done its work.
const FAILED: ReadonlySet<TaskState> = new Set(['failed', 'upstream_failed', 'cancelled']);

/** Cancels whatever has not started. Running tasks end by their signal; teardown tasks still run. */
export function planCancel(found: FoundRun): RunPlan {
  const { shape } = found;
  const tasks = new Map(found.tasks);
  const run = { ...found.run, cancelRequested: true };
  const waiting = [...tasks.values()].filter(
    (task) => !isFinal(task.state) && task.state !== 'running' && shape.tasks.get(task.id)?.teardown !== true,
  );
  const changes = new Map<TaskId, TaskChange>();
  for (const task of waiting) {
    const cancelled = { ...task, state: 'cancelled' as const, seq: task.seq + 1 };
    tasks.set(task.id, cancelled);
    changes.set(task.id, cancelled);
  }
  for (const [id, join] of cascade(
    shape,
    tasks,
    waiting.map(({ id }) => ({ id, state: 'cancelled' })),
  )) {
    const joined = moved(tasks.get(id), join);
    if (joined === undefined) continue;
    tasks.set(id, joined);
    changes.set(id, joined);
  }
  return { ...closing({ ...found, run }, [...changes.values()]), accepted: [] };
}

export interface FirstTask {
  readonly id: TaskId;
  readonly state: TaskState;
  readonly seq: number;
  readonly attempt: number;
  readonly upstreamTotal: number;
  readonly pool: string;
}

/** The task instances of a new run; those without upstream are dispatched at once. */
export function planStart(graph: DagGraph): readonly FirstTask[] {
  return graph.tasks.map((task) => {
    const state = firstState(task);
    const sent = state === 'queued' ? 1 : 0;
    return { id: task.id, state, seq: sent, attempt: sent, upstreamTotal: task.upstream.length, pool: task.pool };
  });
}

/** What is settled where the report is about the try that runs; a late report, under an ended fence, settles nothing. */
function heard({ shape, run }: FoundRun, task: PlannedTask | undefined, report: Report): SettleInput | undefined {
  if (task === undefined || task.state !== 'running' || task.fence !== report.fence) return undefined;
  const spec = shape.tasks.get(task.id);
  if (spec === undefined) return undefined;
  return {
    ...task,
    retry: spec.retry,
    infraRetries: spec.infraRetries ?? DEFAULT_INFRA_RETRIES,
    cancelRequested: run.cancelRequested && !spec.teardown,
  };
}

function moved(before: PlannedTask | undefined, join: JoinState): PlannedTask | undefined {
  if (before === undefined) return undefined;
  const sent = before.state === 'none' && join.state === 'queued' ? 1 : 0;
  return { ...before, ...join, seq: before.seq + sent, attempt: before.attempt + sent };
}

function closing(found: FoundRun, changes: readonly TaskChange[]): Omit<RunPlan, 'accepted'> {
  const ended = changes.filter(
    (change) => isFinal(change.state) && !isFinal(found.tasks.get(change.id)?.state ?? 'none'),
  );
  const decisive = ended.filter((change) => found.shape.tasks.get(change.id)?.teardown !== true);
  const failed = decisive.filter(({ state }) => FAILED.has(state));
  const tally = {
    openTasks: found.run.openTasks - ended.length,
    failedTasks: found.run.failedTasks + failed.length,
    cancelRequested: found.run.cancelRequested,
    timedOut: found.run.timedOut,
  };
  const state = closedState(tally) ?? found.run.state;
  const cause = failed.find(({ settled }) => settled?.failure !== undefined);
  return {
    run: { ...found.run, ...tally, state },
    tasks: changes,
    ...(cause?.settled?.failure === undefined ? {} : { failure: { task: cause.id, failure: cause.settled.failure } }),
  };
}

/**
 * When a changed task's next job may start: `now`, an instant after a retry's wait, or undefined where none is sent.
 * A deferred task is dispatched once it is due.
 */
export function dispatchTime(
  before: PlannedTask | undefined,
  change: TaskChange,
): 'now' | Temporal.Instant | undefined {
  if (before?.seq === change.seq) return undefined;
  if (change.state === 'queued') return 'now';
  return change.state === 'up_for_retry' ? (change.settled?.nextAt ?? 'now') : undefined;
}
