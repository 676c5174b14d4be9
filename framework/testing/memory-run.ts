import type { Millis } from '../core/duration.ts';
import type { FailureRecord } from '../core/failures.ts';
import { type TaskId, runId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { Temporal } from '../core/time.ts';
import type { DagGraph } from '../dag/graph.ts';
import { type Shape, shapeOf } from '../run/cascade.ts';
import { isInstance } from '../run/mapped.ts';
import type { Outcome } from '../run/outcome.ts';
import { type PlannedRun, type PlannedTask, type RunPlan, planReports, planStart } from '../run/plan.ts';
import type { Settled } from '../run/settle.ts';
import type { TaskState } from '../run/task-state.ts';
import { planTimeOut } from '../run/time-out.ts';

/** The one run of a test. */
export const TEST_RUN = runId(1);

/** A task instance with what its last try left behind. */
export interface MemoryTask extends PlannedTask {
  readonly nextAt?: Temporal.Instant | undefined;
  readonly output?: Json | undefined;
  readonly failure?: FailureRecord | undefined;
  readonly reason?: string | undefined;
}

/** A run in memory: what the store does with plans, without a store. */
export class MemoryRun {
  readonly shape: Shape;
  readonly #tasks = new Map<string, MemoryTask>();
  #run: PlannedRun;
  #failure: RunPlan['failure'];
  #timeOutFailure: FailureRecord | undefined;
  #fence = 0;

  constructor(graph: DagGraph) {
    this.shape = shapeOf(graph);
    for (const { id, mapIndex, state, seq, attempt, upstreamTotal } of planStart(graph)) {
      const tally = { total: upstreamTotal, success: 0, failed: 0, skipped: 0 };
      const task = {
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
        limited: false,
      };
      this.#tasks.set(id, task);
    }
    const counters = { openTasks: this.#tasks.size, failedTasks: 0, cancelRequested: false, timedOut: false };
    this.#run = { id: TEST_RUN, state: 'running', ...counters };
  }

  get timedOut(): boolean {
    return this.#run.timedOut;
  }

  get state(): PlannedRun['state'] {
    return this.#run.state;
  }

  /** The failure that a record of this run shows. */
  get failure(): FailureRecord | undefined {
    return this.#timeOutFailure ?? this.#failure?.failure;
  }

  /** By key: an instance of a mapped task is `load[3]`. */
  get tasks(): ReadonlyMap<string, MemoryTask> {
    return this.#tasks;
  }

  /** What tasks after this one get of it. */
  outputOf(id: TaskId): Json | undefined {
    const counted = this.#tasks.get(id);
    if (counted?.instances === undefined) return counted?.output;
    const instances = [...this.#tasks.values()].filter((task) => task.id === id && isInstance(task));
    const outputs = instances.flatMap(({ output }) => (output === undefined ? [] : [output]));
    return outputs.length === 0 ? undefined : outputs;
  }

  /** The task to start next: one that is queued, in the order of the dag; otherwise the one whose wait ends first. */
  next(): MemoryTask | undefined {
    const tasks = [...this.#tasks.values()];
    return tasks.find(({ state }) => state === 'queued') ?? tasks.filter(isWaiting).toSorted(byWaitingTime).at(0);
  }

  /** What a worker does when it takes a task: mints a fence. */
  start(task: MemoryTask): MemoryTask {
    this.#fence += 1;
    const started = { ...task, state: 'running' as const, fence: this.#fence };
    this.#tasks.set(task.key, started);
    return started;
  }

  report(task: MemoryTask, outcome: Outcome, now: Temporal.Instant): void {
    const found = { shape: this.shape, run: this.#run, tasks: this.#tasks };
    const report = { runId: TEST_RUN, taskId: task.id, mapIndex: task.mapIndex, fence: task.fence, outcome };
    this.#apply(planReports(found, [report], { now, random: 0 }));
  }

  /** What the sweeper does with a run that has passed its deadline. */
  timeOut(limit: Millis): void {
    const { plan, failure } = planTimeOut({ shape: this.shape, run: this.#run, tasks: this.#tasks }, limit);
    this.#apply(plan);
    this.#timeOutFailure = failure;
  }

  #apply(plan: RunPlan): void {
    for (const { settled, ...change } of plan.tasks) {
      this.#tasks.set(change.key, settled === undefined ? change : { ...change, ...leftBehind(settled) });
    }
    this.#run = plan.run;
    this.#failure ??= plan.failure;
  }
}

const WAITING: ReadonlySet<TaskState> = new Set(['deferred', 'up_for_retry']);

function isWaiting({ state }: MemoryTask): boolean {
  return WAITING.has(state);
}

function byWaitingTime(a: MemoryTask, b: MemoryTask): number {
  if (a.nextAt === undefined || b.nextAt === undefined) return 0;
  return Temporal.Instant.compare(a.nextAt, b.nextAt);
}

/** Nothing of an earlier try stays: a task that succeeded at last has no failure. */
function leftBehind({ nextAt, output, failure, reason }: Settled): Partial<MemoryTask> {
  return { nextAt, output, failure, reason };
}
