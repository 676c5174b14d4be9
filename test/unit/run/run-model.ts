import {
  DEFAULT_RETRY,
  type DagGraph,
  type GraphTask,
  Temporal,
  type TriggerRule,
  dagId,
  runId,
  taskId,
} from '#framework';

import { type Shape, shapeOf } from '../../../framework/run/cascade.ts';
import { type ClearPlan, type ClearRequest, planClear } from '../../../framework/run/clear-plan.ts';
import type { Outcome } from '../../../framework/run/outcome.ts';
import {
  type FoundRun,
  type PlannedRun,
  type PlannedTask,
  type Report,
  type RunPlan,
  planReports,
  planStart,
} from '../../../framework/run/plan.ts';
import { NO_LIMITS, type RunLimits } from '../../../framework/run/limits.ts';
import { planRestart } from '../../../framework/run/restart.ts';
import { SUMMARY } from '../../../framework/run/task-key.ts';
import { isFinal } from '../../../framework/run/task-state.ts';

export const NOW = Temporal.Instant.from('2026-01-20T12:00Z');
export const RUN = runId(1);

export interface TaskShape {
  readonly upstream?: readonly string[];
  readonly rule?: TriggerRule;
  readonly teardown?: boolean;
  readonly retries?: number;
  readonly mapped?: boolean;
}

export function graphOf(tasks: Readonly<Record<string, TaskShape>>): DagGraph {
  return { dagId: dagId('model'), tasks: Object.entries(tasks).map(([id, shape]) => taskOf(id, shape)) };
}

function taskOf(
  id: string,
  { upstream = [], rule, teardown = false, retries = 0, mapped = false }: TaskShape,
): GraphTask {
  return {
    id: taskId(id),
    upstream: upstream.map(taskId),
    rule: rule ?? (teardown ? 'all_done' : 'all_success'),
    teardown,
    retry: { ...DEFAULT_RETRY, retries },
    pool: 'default',
    ...(mapped ? { mapped: 'item' } : {}),
  };
}

/** A run in memory: what the store does with plans, without a store. */
export class RunModel {
  readonly shape: Shape;
  run: PlannedRun;
  /** By key. */
  readonly tasks = new Map<string, PlannedTask>();
  /** How often the run closed, and how often each task left the state none. */
  closings = 0;
  readonly decisions = new Map<string, number>();
  #fence = 0;

  constructor(graph: DagGraph, limits: RunLimits = NO_LIMITS) {
    this.shape = shapeOf(graph);
    for (const { id, mapIndex, state, seq, attempt, upstreamTotal, slots } of planStart(graph, limits)) {
      const tally = { total: upstreamTotal, success: 0, failed: 0, skipped: 0 };
      const own = { limited: slots > 0 && mapIndex !== SUMMARY, holdsInstances: slots > 0 && mapIndex === SUMMARY };
      this.tasks.set(id, {
        key: id,
        id,
        mapIndex,
        state,
        seq,
        attempt,
        firstAttempt: 1,
        infraAttempt: 0,
        fence: 0,
        tally,
        ...own,
      });
      if (state !== 'none') this.decisions.set(id, 1);
    }
    const open = { openTasks: this.tasks.size, failedTasks: 0, cancelRequested: false, timedOut: false };
    this.run = { id: RUN, state: 'running', ...open };
  }

  get found(): FoundRun {
    return { shape: this.shape, run: this.run, tasks: this.tasks };
  }

  /** What a worker does with a job: mints a fence. Undefined where the task is not to be started. */
  start(key: string): number | undefined {
    const task = this.tasks.get(key);
    if (this.run.state !== 'running' || task === undefined) return undefined;
    if (task.state !== 'queued' && task.state !== 'up_for_retry') return undefined;
    this.#fence += 1;
    this.tasks.set(key, { ...task, state: 'running', fence: this.#fence });
    return this.#fence;
  }

  /** Starts a row and reports how it ended. */
  end(key: string, outcome: Outcome): RunPlan {
    const fence = this.start(key);
    const task = this.tasks.get(key);
    if (fence === undefined || task === undefined) throw new Error(`${key} is not to be started.`);
    return this.report({ runId: RUN, taskId: task.id, mapIndex: task.mapIndex, fence, outcome });
  }

  /** What the sweeper does with a deferred task that is due, and with a retry that limits hold. */
  due(key: string): void {
    const task = this.tasks.get(key);
    if (task?.limited === true) this.tasks.set(key, { ...task, state: 'scheduled' });
    else if (task?.state === 'deferred') this.tasks.set(key, { ...task, state: 'queued', seq: task.seq + 1 });
  }

  /** What admission does with a held task. */
  admit(key: string): void {
    const task = this.tasks.get(key);
    if (task?.state === 'scheduled') this.tasks.set(key, { ...task, state: 'queued', seq: task.seq + 1 });
  }

  report(...reports: readonly Report[]): RunPlan {
    const plan = planReports(this.found, reports, { now: NOW, random: 0.5 });
    this.apply(plan);
    return plan;
  }

  apply(plan: RunPlan): void {
    for (const { settled: _, ...change } of plan.tasks) {
      const before = this.tasks.get(change.key);
      checkMove(before, change);
      if (before?.state === 'none' && change.state !== 'none') {
        this.decisions.set(change.key, (this.decisions.get(change.key) ?? 0) + 1);
      }
      this.tasks.set(change.key, change);
    }
    if (plan.run.state !== this.run.state) this.closings += 1;
    this.run = plan.run;
  }

  /** What the store does with a clear, and then the activation of the run. */
  clear(request: ClearRequest): ClearPlan {
    const plan = planClear(this.found, request);
    if (plan.kind === 'refused') return plan;
    for (const { key } of plan.dropped) this.tasks.delete(key);
    for (const task of [...plan.cleared, ...plan.recounted]) this.tasks.set(task.key, task);
    for (const { key } of plan.cleared) this.decisions.delete(key);
    this.run = { ...plan.run, state: 'running' };
    this.apply(planRestart(this.found));
    return plan;
  }

  states(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.tasks.values()].map(({ key, state }) => [key, state]));
  }
}

function checkMove(before: PlannedTask | undefined, after: PlannedTask): void {
  if (before === undefined) {
    if (after.limited && after.state !== 'scheduled') throw new Error(`${after.key} is not held by its limits.`);
    return;
  }
  if (before.state === after.state) return;
  if (isFinal(before.state)) throw new Error(`${after.key} left the final state ${before.state}.`);
  if (after.limited && after.state === 'queued' && before.state !== 'running') {
    throw new Error(`${after.key} was dispatched without being admitted.`);
  }
}
