import type { FailureRecord } from '../core/failures.ts';
import type { RunId, TaskId } from '../core/ids.ts';
import type { Temporal } from '../core/time.ts';
import type { Note } from '../dag/extensions.ts';
import type { DagGraph } from '../dag/graph.ts';
import { DEFAULT_INFRA_RETRIES } from '../dag/retry-policy.ts';
import type { Choice } from '../dag/task-outcome.ts';
import { type JoinState, type Shape, cascade, firstState } from './cascade.ts';
import { unchosen } from './choice.ts';
import { afterInstance, expanded, isExpanded, isInstance } from './mapped.ts';
import type { Outcome } from './outcome.ts';
import { NO_LIMITS, type RunLimits, type TaskLimits, isLimited, taskLimits } from './limits.ts';
import { type RunState, closedState } from './run-state.ts';
import { type SettleInput, type Settled, type Tools, settle } from './settle.ts';
import { countedIndex, taskKey } from './task-key.ts';
import { type TaskState, isFinal } from './task-state.ts';
import type { UpstreamTally } from './trigger-decision.ts';

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
  /** Names the row: the task's id, or `load[3]` for an instance of a mapped task. */
  readonly key: string;
  readonly id: TaskId;
  readonly mapIndex: number;
  /** Of the summary of a mapped task, once it is expanded: how its instances ended so far. */
  readonly instances?: UpstreamTally;
  /** Of the summary of a mapped task: whether limits hold its instances, each for itself. They never hold the summary. */
  readonly holdsInstances?: boolean;
  readonly seq: number;
  readonly attempt: number;
  /** The attempt that its retries are counted from: 1, or the next after a clear. */
  readonly firstAttempt: number;
  readonly infraAttempt: number;
  readonly fence: number;
  /** Of a task that succeeded: what it said of the tasks after it. */
  readonly choice?: Choice;
}

/** A locked run with its dag's shape and the tasks that matter. */
export interface FoundRun {
  readonly shape: Shape;
  readonly run: PlannedRun;
  /** By key. */
  readonly tasks: ReadonlyMap<string, PlannedTask>;
}

export interface Report {
  readonly runId: RunId;
  readonly taskId: TaskId;
  readonly mapIndex: number;
  readonly fence: number;
  readonly outcome: Outcome;
  /** Kept with the try if the report counts. */
  readonly notes?: readonly Note[];
  /** The shape that the run was started with, where it is known: it never changes. */
  readonly graphHash?: string;
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
  const draft = newDraft(found);
  const accepted: Report[] = [];
  for (const report of reports) {
    const task = draft.tasks.get(reportedKey(found.shape, report));
    const input = heard(found, task, report);
    const settled = input === undefined ? undefined : settle(input, report.outcome, tools);
    if (task === undefined || settled === undefined) continue;
    accepted.push(report);
    const change = { ...task, ...settled, settled, ...choiceOf(report) };
    put(draft, change);
    if (report.outcome.kind === 'map' && settled.state === 'running')
      for (const part of expanded(change, report.outcome.count)) put(draft, part);
    const skipped = skippedByChoice(draft, report);
    for (const skip of skipped) put(draft, skip);
    spread(draft, change, skipped);
  }
  return { ...closing(found, [...draft.changes.values()]), accepted };
}

/** A run while a plan is made. */
export interface Draft extends Pick<FoundRun, 'shape' | 'run'> {
  /** All rows as they become. */
  readonly tasks: Map<string, PlannedTask>;
  /** Those that change. */
  readonly changes: Map<string, TaskChange>;
}

export function newDraft({ shape, run, tasks }: FoundRun): Draft {
  return { shape, run, tasks: new Map(tasks), changes: new Map() };
}

export function put({ tasks, changes }: Draft, change: TaskChange): void {
  tasks.set(change.key, change);
  changes.set(change.key, change);
}

/** Carries the end of a task to those after it; that of an instance to its summary first, which goes on when it was the last. */
export function spread(draft: Draft, change: TaskChange, skipped: readonly TaskChange[] = []): void {
  const ended = isInstance(change) ? heardBySummary(draft, change) : change;
  if (ended === undefined) return;
  for (const [id, join] of cascade(draft.shape, draft.tasks, [ended, ...skipped])) {
    const joined = moved(draft.tasks.get(id), join);
    if (joined !== undefined) put(draft, { ...draft.changes.get(id), ...joined });
  }
}

function heardBySummary(draft: Draft, instance: TaskChange): TaskChange | undefined {
  const summary = draft.tasks.get(instance.id);
  if (summary === undefined || !isFinal(instance.state)) return undefined;
  const after = afterInstance(summary, instance.state, draft.run);
  put(draft, after);
  return after;
}

function choiceOf({ outcome }: Report): Pick<PlannedTask, 'choice'> {
  return outcome.kind === 'success' && outcome.chooses !== undefined ? { choice: outcome.chooses } : {};
}

/** What the choice of a task that succeeded ends. A task that its rule has started already is left alone. */
function skippedByChoice({ shape, tasks }: Draft, { taskId, outcome }: Report): readonly TaskChange[] {
  if (outcome.kind !== 'success' || outcome.chooses === undefined) return [];
  const { tasks: ids, reason } = unchosen(shape, taskId, outcome.chooses);
  return ids.flatMap((id) => {
    const task = tasks.get(id);
    return task?.state === 'none' ? [{ ...task, state: 'skipped' as const, reason }] : [];
  });
}

// A task that stops itself as cancelled, in a run that nobody cancelled, has not done its work.
export const FAILED_STATES: ReadonlySet<TaskState> = new Set(['failed', 'upstream_failed', 'cancelled']);

/** Cancels whatever has not started. Running tasks end by their signal; teardown tasks still run. */
export function planCancel(found: FoundRun): RunPlan {
  const run = { ...found.run, cancelRequested: true };
  const draft = newDraft({ ...found, run });
  const waiting = [...found.tasks.values()].filter(
    (task) => !isFinal(task.state) && task.state !== 'running' && !isExpanded(task) && !tearsDown(found, task),
  );
  const cancelled = waiting.map((task) => ({ ...task, state: 'cancelled' as const, seq: task.seq + 1 }));
  for (const task of cancelled) put(draft, task);
  for (const task of cancelled) spread(draft, task);
  return { ...closing({ ...found, run }, [...draft.changes.values()]), accepted: [] };
}

/** A cleared run that has not started again has nothing to tear down. */
function tearsDown({ shape, run }: FoundRun, { id }: PlannedTask): boolean {
  return run.state !== 'queued' && shape.tasks.get(id)?.teardown === true;
}

export interface FirstTask extends TaskLimits {
  readonly id: TaskId;
  readonly mapIndex: number;
  readonly state: TaskState;
  readonly seq: number;
  readonly attempt: number;
  readonly upstreamTotal: number;
  readonly pool: string;
}

/** The task instances of a new run; those without upstream are dispatched at once, or held by their limits. */
export function planStart(graph: DagGraph, limits: RunLimits = NO_LIMITS): readonly FirstTask[] {
  return graph.tasks.map((task) => {
    const own = taskLimits(task, limits);
    const state = firstState(task, isLimited(own) && task.mapped === undefined);
    const sent = state === 'queued' ? 1 : 0;
    return {
      id: task.id,
      mapIndex: countedIndex(task),
      state,
      seq: sent,
      attempt: state === 'scheduled' ? 1 : sent,
      upstreamTotal: task.upstream.length,
      pool: task.pool,
      ...own,
    };
  });
}

function reportedKey(shape: Shape, { taskId, mapIndex }: Report): string {
  return taskKey(taskId, mapIndex, shape.tasks.get(taskId)?.mapped !== undefined);
}

/** What is settled where the report is about the try that runs; a late report, under an ended fence, settles nothing. */
function heard({ shape, run }: FoundRun, task: PlannedTask | undefined, report: Report): SettleInput | undefined {
  if (task === undefined || task.state !== 'running' || task.fence !== report.fence) return undefined;
  if (isExpanded(task)) return undefined;
  const spec = shape.tasks.get(task.id);
  if (spec === undefined) return undefined;
  return {
    ...task,
    retry: spec.retry,
    infraRetries: spec.infraRetries ?? DEFAULT_INFRA_RETRIES,
    cancelRequested: run.cancelRequested && !spec.teardown,
  };
}

export function moved(before: PlannedTask | undefined, join: JoinState): PlannedTask | undefined {
  if (before === undefined) return undefined;
  const sent = before.state === 'none' && join.state === 'queued' ? 1 : 0;
  const held = before.state === 'none' && join.state === 'scheduled' ? 1 : 0;
  return { ...before, ...join, seq: before.seq + sent, attempt: before.attempt + sent + held };
}

export function closing(found: FoundRun, changes: readonly TaskChange[]): Omit<RunPlan, 'accepted'> {
  // Instances count through their summary.
  const ended = changes.filter(
    (change) => !isInstance(change) && isFinal(change.state) && !isFinal(found.tasks.get(change.key)?.state ?? 'none'),
  );
  const decisive = ended.filter((change) => found.shape.tasks.get(change.id)?.teardown !== true);
  const failed = decisive.filter(({ state }) => FAILED_STATES.has(state));
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
 * When a changed task's next job may start: `now`, an instant after a wait, or undefined where none is sent.
 * A deferred task is dispatched once it is due, and so is a retry that limits hold: it has no slot while it waits.
 */
export function dispatchTime(
  before: PlannedTask | undefined,
  change: TaskChange,
): 'now' | Temporal.Instant | undefined {
  if (before?.seq === change.seq) return undefined;
  if (change.state === 'queued') return change.settled?.nextAt ?? 'now';
  return change.state === 'up_for_retry' && !change.limited ? (change.settled?.nextAt ?? 'now') : undefined;
}
