import type { FailureRecord } from '../../core/failures.ts';
import type { Temporal } from '../../core/time.ts';
import { type LiveSchedulers, type Reason, at, because, unplanned } from './reason.ts';
import type { RunState } from '../run-state.ts';
import type { TaskState } from '../task-state.ts';

/** What the truth says of one run and of those that could keep it back. */
export interface RunFacts {
  readonly runId: number;
  readonly dagId: string;
  readonly kind: string;
  /** Some of its tasks are done again, because somebody asked. */
  readonly cleared: boolean;
  readonly state: RunState;
  readonly paused: boolean;
  readonly cancelRequested: boolean;
  readonly maxActiveRuns: number;
  /** Whether the limit of one comes from the schedule, which lets no windows overlap. */
  readonly serial: boolean;
  /** Running runs of the dag, oldest first. */
  readonly active: readonly number[];
  /** Queued runs of the dag that start before it. */
  readonly ahead: readonly number[];
  /** Of a run that a sensor in strict order made: the run of the item before, while that has not succeeded. */
  readonly earlierItem: {
    readonly sensor: string;
    readonly key: string;
    readonly run: number;
    readonly state: RunState;
  } | null;
  readonly createdAt: Temporal.Instant;
  readonly startedAt: Temporal.Instant | null;
  readonly endedAt: Temporal.Instant | null;
  /** Tasks that have not ended, in the order of the dag's names; the first of them only, where there are many. */
  readonly open: readonly { readonly id: string; readonly state: TaskState }[];
  readonly openTasks: number;
  /** Of no task where the run itself took too long. */
  readonly firstError: { readonly task: string | null; readonly failure: FailureRecord } | null;
  /** Whether it has ended with a task that a re-run with --failed begins with. */
  readonly hasFailedTasks: boolean;
  /** Why its window was given up. */
  readonly skipReason: string | null;
  readonly schedulers: LiveSchedulers;
}

/** Says why a run is in its state. The reasons of its open tasks are theirs: see `explainTask`. */
export function explainRun(run: RunFacts): readonly Reason[] {
  const reasons = BY_STATE[run.state](run);
  if (run.skipReason === null) return reasons;
  return [...reasons, because('given_up', `Its window was given up: ${run.skipReason}`, { reason: run.skipReason })];
}

const BY_STATE: Readonly<Record<RunState, (run: RunFacts) => readonly Reason[]>> = {
  queued: (run) => queued(run),
  running: (run) => running(run),
  success: (run) => [because('succeeded', `Run ${run.runId} of "${run.dagId}" succeeded${ended(run)}.`)],
  failed: (run) => [failed(run)],
  cancelled: (run) => [cancelled(run)],
};

function queued(run: RunFacts): readonly Reason[] {
  const reasons = [paused(run), earlierItem(run), limit(run), unplanned(run.dagId, run.schedulers)].filter(
    (reason) => reason !== undefined,
  );
  if (reasons.length > 0) return reasons;
  return [because('next_tick', `Nothing keeps run ${run.runId} back: the scheduler's next tick starts it.`)];
}

/** What people start by hand runs on a paused dag too. */
const HELD_BY_PAUSE: ReadonlySet<string> = new Set(['scheduled', 'sensor']);

function paused({ paused: isPaused, kind, cleared, dagId, runId }: RunFacts): Reason | undefined {
  if (!isPaused || cleared || !HELD_BY_PAUSE.has(kind)) return undefined;
  const text = `Run ${runId} waits because the dag "${dagId}" is paused. Let it go on: windrow dags unpause ${dagId}`;
  return because('dag_paused', text, { dag: dagId });
}

function earlierItem({ earlierItem: earlier, runId }: RunFacts): Reason | undefined {
  if (earlier === null) return undefined;
  const { sensor, key, run, state } = earlier;
  const help =
    state === 'failed' || state === 'cancelled'
      ? `Correct the cause, then: windrow sensors rerun ${sensor} ${key} (or give it up: windrow sensors skip ${sensor} ${key} --reason …)`
      : `See: windrow explain run ${run}`;
  const text = `Run ${runId} waits for run ${run} of item "${key}", which sensor "${sensor}" found before: it is ${state}. ${help}`;
  return because('earlier_item', text, { sensor, key, run, state });
}

function limit(run: RunFacts): Reason | undefined {
  const { runId, dagId, maxActiveRuns, active, ahead } = run;
  const facts = { active: [...active], maxActiveRuns };
  const free = maxActiveRuns - active.length;
  if (free <= 0 && run.serial) {
    const text = `Run ${runId} waits for the end of ${runs(active)}: windows of "${dagId}" run one at a time (overlap of its schedule).`;
    return because('overlap', text, facts);
  }
  if (free <= 0) {
    const text = `Run ${runId} waits for the end of ${runs(active)}: "${dagId}" may have ${maxActiveRuns} active runs (maxActiveRuns).`;
    return because('max_active_runs', text, facts);
  }
  if (ahead.length < free) return undefined;
  const text = `Run ${runId} starts after ${runs(ahead)}, which go first; ${free} of ${maxActiveRuns} places are free.${LATER[run.cleared ? 'rerun' : run.kind] ?? ''}`;
  return because('runs_ahead', text, { ...facts, ahead: [...ahead] });
}

/** What has a lower priority than windows of the schedule. */
const LATER: Readonly<Record<string, string>> = {
  rerun: ' Re-runs start behind live windows.',
  backfill: ' Runs of a backfill start behind all others.',
};

function running(run: RunFacts): readonly Reason[] {
  const since = run.startedAt === null ? '' : ` since ${at(run.startedAt)}`;
  const more = run.openTasks - run.open.length;
  const list = run.open.map(({ id, state }) => `"${id}" (${state})`).join(', ');
  const open = because(
    'tasks_open',
    `Run ${run.runId} of "${run.dagId}" runs${since}; open are ${list}${more > 0 ? ` and ${more} more` : ''}.`,
    { openTasks: run.openTasks, tasks: run.open.map(({ id, state }) => ({ task: id, state })) },
  );
  if (!run.cancelRequested) return [open];
  return [open, because('cancel_requested', `Run ${run.runId} is asked to end; running tasks hear it within seconds.`)];
}

function failed(run: RunFacts): Reason {
  const { firstError: first } = run;
  const of = first === null || first.task === null ? '' : `, first because of task "${first.task}"`;
  const why = first === null ? '.' : `${of}: ${first.failure.code}: ${first.failure.message}`;
  const text = `Run ${run.runId} of "${run.dagId}" failed${ended(run)}${why}${/[.!?]$/.test(why) ? '' : '.'}`;
  // One that took too long may have left nothing undone.
  const help = run.hasFailedTasks
    ? `Correct the cause, then: windrow runs rerun ${run.runId} --failed`
    : `None of its tasks failed. To do one again all the same: windrow runs rerun ${run.runId} --task TASK`;
  return because('failed', `${text} ${help}`, {
    task: first?.task ?? null,
    code: first?.failure.code ?? null,
    message: first?.failure.message ?? null,
  });
}

function cancelled({ runId, dagId, hasFailedTasks, ...run }: RunFacts): Reason {
  const text = `Run ${runId} of "${dagId}" was cancelled${ended(run)}.`;
  // One that had not started has no tasks to go on with.
  return because('cancelled', hasFailedTasks ? `${text} To go on with it: windrow runs rerun ${runId} --failed` : text);
}

function ended({ endedAt }: Pick<RunFacts, 'endedAt'>): string {
  return endedAt === null ? '' : ` at ${at(endedAt)}`;
}

function runs(ids: readonly number[]): string {
  return ids.length === 1 ? `run ${ids.join()}` : `runs ${ids.join(', ')}`;
}
