import type { TaskId } from '../core/ids.ts';
import { type Shape, descendants, judged } from './cascade.ts';
import { isExpanded, isInstance } from './mapped.ts';
import { FAILED_STATES, type FoundRun, type PlannedRun, type PlannedTask, type RunPlan } from './plan.ts';
import { keptChoices, planRestart } from './restart.ts';
import { TASK_TRANSITIONS, isFinal } from './task-state.ts';
import { type UpstreamTally, tallyOf } from './trigger-decision.ts';

/** Which tasks of an ended run are to be done again, in that run. */
export type ClearRequest =
  | { readonly kind: 'failed' }
  | { readonly kind: 'task'; readonly task: string; readonly downstream: boolean };

/** What a clear does to one run: shown by `--dry-run`, then written as it is. */
export type ClearPlan =
  | {
      readonly kind: 'clear';
      /** Queued: it starts again when the limits of its dag allow. */
      readonly run: PlannedRun;
      /** Rows that begin anew, as they become. */
      readonly cleared: readonly PlannedTask[];
      /** Rows that stay ended, with counters that wait again for what was cleared. */
      readonly recounted: readonly PlannedTask[];
      /** Rows of instances that go, because their mapped task counts its list again. */
      readonly dropped: readonly PlannedTask[];
      /** What the start of the run will do at once. */
      readonly restart: RunPlan;
    }
  | { readonly kind: 'refused'; readonly reason: string };

type Accepted = Extract<ClearPlan, { kind: 'clear' }>;

/**
 * Decides what a clear resets and what stays. Total: every request about every run is planned or refused.
 * @param found must hold every task of the run
 */
export function planClear(found: FoundRun, request: ClearRequest): ClearPlan {
  const { run } = found;
  if (run.state === 'queued' || run.state === 'running') {
    return refused(`Run ${run.id} is open. Wait for its end, or cancel it: windrow runs cancel ${run.id}.`);
  }
  const seeds = seedsOf(found, request);
  if ('reason' in seeds) return refused(seeds.reason);
  const plan = clearing(found, picked(found, request, seeds.ids));
  const useless = request.kind === 'task' ? whyUseless(found, plan, request.task) : undefined;
  return useless === undefined ? plan : refused(useless);
}

function refused(reason: string): ClearPlan {
  return { kind: 'refused', reason };
}

type Seeds = { readonly ids: readonly TaskId[] } | { readonly reason: string };

function seedsOf({ run, shape, tasks }: FoundRun, request: ClearRequest): Seeds {
  if (tasks.size === 0)
    return { reason: `Run ${run.id} was ${run.state} before it started: it has no tasks to do again.` };
  if (request.kind === 'failed') {
    const ids = counted(tasks).flatMap(({ id, state }) => (FAILED_STATES.has(state) ? [id] : []));
    if (ids.length > 0) return { ids };
    return {
      reason: `No task of run ${run.id}, which is ${run.state}, is failed, upstream_failed or cancelled. To do one again: --task TASK.`,
    };
  }
  const task = counted(tasks).find(({ id }) => id === request.task);
  if (task === undefined) {
    return { reason: `Run ${run.id} has no task "${request.task}". It has ${[...shape.tasks.keys()].join(', ')}.` };
  }
  if (canBeCleared(task)) return { ids: [task.id] };
  return { reason: `Task "${request.task}" of run ${run.id} is ${task.state} and is not done again.` };
}

function canBeCleared({ state }: PlannedTask): boolean {
  return TASK_TRANSITIONS[state].clear === 'none';
}

/** Rows that count in the run: all but the instances of mapped tasks. */
function counted(tasks: FoundRun['tasks']): readonly PlannedTask[] {
  return [...tasks.values()].filter((task) => !isInstance(task));
}

/**
 * The tasks to clear: those asked for, what did not run because of them, and the teardowns directly behind any of these. A
 * teardown further behind would not wait for them: what comes directly before it stays ended.
 */
function picked({ shape, tasks }: FoundRun, request: ClearRequest, seeds: readonly TaskId[]): ReadonlySet<TaskId> {
  const all = new Set(seeds);
  const behind = new Set(descendants(shape, seeds));
  // Upstream tasks stand before their downstream tasks.
  for (const { id, upstream, teardown } of shape.tasks.values()) {
    const task = tasks.get(id);
    if (task === undefined || !behind.has(id) || !canBeCleared(task)) continue;
    const isNext = upstream.some((before) => all.has(before));
    const asked = request.kind === 'task' ? request.downstream : isNext && neverStarted(task);
    if (asked || (teardown && isNext)) all.add(id);
  }
  return all;
}

/** Skipped by its rule or by a choice, not by its own word. */
function neverStarted({ state, fence }: PlannedTask): boolean {
  return state === 'skipped' && fence === 0;
}

function clearing(found: FoundRun, ids: ReadonlySet<TaskId>): Accepted {
  const { shape, tasks } = found;
  const recountedTasks = counted(tasks).map((task) => ({ ...task, tally: recount(found, task, ids) }));
  const stays = new Map(recountedTasks.filter(({ id }) => !ids.has(id)).map((task) => [task.key, task]));
  const unwanted = keptChoices({ shape, tasks: stays });
  const again = recountedTasks
    .filter(({ id }) => ids.has(id))
    .map((task) => clearedTask({ shape, tasks, ids, unwanted }, task));
  const cleared = again.flatMap(({ rows }) => rows);
  const dropped = again.flatMap(({ drops }) => drops);
  const recounted = [...stays.values()].filter((task) => !sameTally(task.tally, tasks.get(task.key)?.tally));
  const run = runAfter(found, ids);
  const gone = new Set(dropped.map(({ key }) => key));
  const rows = [...tasks.values(), ...recounted, ...cleared].filter(({ key }) => !gone.has(key));
  const after = new Map(rows.map((task) => [task.key, task]));
  const restart = planRestart({ shape, run: { ...run, state: 'running' }, tasks: after });
  return { kind: 'clear', run, cleared, recounted, dropped, restart };
}

/** How the upstream tasks that stay have ended. */
function recount({ shape, tasks }: FoundRun, { id, tally }: PlannedTask, ids: ReadonlySet<TaskId>): UpstreamTally {
  const count = { ...NOTHING, total: tally.total };
  for (const upstream of shape.tasks.get(id)?.upstream ?? []) {
    const state = ids.has(upstream) ? undefined : tasks.get(upstream)?.state;
    const counter = state === undefined ? undefined : tallyOf(state);
    if (counter !== undefined) count[counter] += 1;
  }
  return count;
}

const NOTHING = { success: 0, failed: 0, skipped: 0 };

function sameTally(a: UpstreamTally, b: UpstreamTally | undefined): boolean {
  return a.success === b?.success && a.failed === b.failed && a.skipped === b.skipped;
}

interface Clearing {
  readonly shape: Shape;
  readonly tasks: FoundRun['tasks'];
  readonly ids: ReadonlySet<TaskId>;
  readonly unwanted: ReadonlyMap<TaskId, string>;
}

interface ClearedRows {
  readonly rows: readonly PlannedTask[];
  readonly drops: readonly PlannedTask[];
}

function clearedTask(clearing: Clearing, task: PlannedTask): ClearedRows {
  const instances = [...clearing.tasks.values()].filter((row) => row.id === task.id && isInstance(row));
  if (keepsInstances(clearing, task)) return failedInstances(task, instances);
  // Behind every dispatch and attempt of its instances, too: new ones take their numbers from here.
  const seq = Math.max(task.seq, ...instances.map((row) => row.seq));
  const attempt = Math.max(task.attempt, ...instances.map((row) => row.attempt));
  const { instances: _counts, ...rest } = fresh({ ...task, seq, attempt });
  return { rows: [rest], drops: instances };
}

/**
 * A mapped task that failed by its instances repeats only those that failed, if its list cannot have changed: nothing
 * directly before it is cleared, and it would start now as it did.
 */
function keepsInstances({ shape, ids, unwanted }: Clearing, task: PlannedTask): boolean {
  const spec = shape.tasks.get(task.id);
  if (spec === undefined || !isExpanded(task) || !FAILED_STATES.has(task.state) || unwanted.has(task.id)) return false;
  if (spec.upstream.some((id) => ids.has(id))) return false;
  return judged({ ...task, state: 'none' }, spec).state === 'queued';
}

function failedInstances(summary: PlannedTask, instances: readonly PlannedTask[]): ClearedRows {
  const failed = instances.filter(({ state }) => FAILED_STATES.has(state));
  const kept = instances.filter(({ state }) => !FAILED_STATES.has(state));
  const count = { ...NOTHING, total: instances.length };
  for (const { state } of kept) {
    const counter = tallyOf(state);
    if (counter !== undefined) count[counter] += 1;
  }
  return { rows: [{ ...summary, state: 'none', fence: 0, instances: count }, ...failed.map(fresh)], drops: [] };
}

/** Attempts go on behind those of the history; retries are counted from the next one. */
function fresh(task: PlannedTask): PlannedTask {
  const { choice: _choice, ...rest } = task;
  return { ...rest, state: 'none', fence: 0, infraAttempt: 0, firstAttempt: task.attempt + 1 };
}

function runAfter({ run, shape, tasks }: FoundRun, ids: ReadonlySet<TaskId>): PlannedRun {
  const failed = counted(tasks).filter(
    ({ id, state }) => !ids.has(id) && FAILED_STATES.has(state) && shape.tasks.get(id)?.teardown !== true,
  );
  return {
    ...run,
    state: 'queued',
    openTasks: ids.size,
    failedTasks: failed.length,
    cancelRequested: false,
    timedOut: false,
  };
}

/** Asking for a task that its upstream does not let run would change nothing but the history. */
function whyUseless({ run, shape }: FoundRun, { restart }: Accepted, id: string): string | undefined {
  const task = restart.tasks.find(({ key }) => key === id);
  if (task === undefined || !isFinal(task.state)) return undefined;
  const { rule, upstream = [] } = [...shape.tasks.values()].find((spec) => spec.id === id) ?? {};
  const why = task.reason ?? `its rule ${rule ?? 'all_success'} decides so from ${upstream.join(', ')}`;
  return (
    `Task "${id}" of run ${run.id} would not run again but be ${task.state}: ${why}. ` +
    'Do what stands before it again, with --task TASK --downstream, or everything that failed, with --failed.'
  );
}
