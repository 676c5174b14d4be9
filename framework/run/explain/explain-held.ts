import { type Window, windowText } from '../../core/window.ts';
import { type Reason, because, counted } from './reason.ts';
import { instanceName } from '../task-key.ts';

/** What limits a task that may start by its rule: its pool and the window before. */
export interface HeldFacts {
  /** What it takes of its pool. */
  readonly slots: number;
  readonly limits: PoolLimits | null;
  /** Present where the task waits for the window before and that has not ended well. */
  readonly previous: PreviousWindow | null;
  /** Held tasks of the pool that go first; counted up to a limit. */
  readonly heldAhead: number;
}

interface PoolLimits {
  readonly slots: number;
  readonly used: number;
  readonly rateStarts: number | null;
  readonly ratePerMs: number | null;
  /** Starts that the rate allows at this moment. */
  readonly tokens: number;
  /** Some of those that hold slots. */
  readonly holders: readonly {
    readonly run: number;
    readonly task: string;
    readonly instance: number | null;
    readonly slots: number;
  }[];
}

interface PreviousWindow {
  readonly run: number | null;
  readonly record: number | null;
  readonly state: string;
  /** It `waits` to start, has a run that `runs`, or has `ended`. */
  readonly stands: 'waits' | 'runs' | 'ended';
  /** Whether no further run of the dag may start; the one of the held task is among those that are active. */
  readonly isFull: boolean;
  /** Present where that run ended before it had tasks, so that none of them can be done again. */
  readonly neverStarted: (Window & { readonly dag: string }) | null;
}

interface Held extends HeldFacts {
  readonly runId: number;
  readonly taskId: string;
  readonly instance: number | null;
  readonly pool: string;
}

/** Says what keeps a held task back. */
export function explainHeld(task: Held): readonly Reason[] {
  const reasons = [previousWindow(task), noSlots(task), noRate(task)].filter((reason) => reason !== undefined);
  if (reasons.length > 0) return reasons;
  const text = `${name(task)} is held in pool "${task.pool}": ${counted(task.heldAhead, 'held task')} before it. A scheduler sends it within seconds of its turn.`;
  return [because('held', text, { pool: task.pool, ahead: task.heldAhead })];
}

function previousWindow(task: Held): Reason | undefined {
  const { previous } = task;
  if (previous === null) return undefined;
  const { run, record, state } = previous;
  const which = record === null ? `run ${run ?? 0}` : `record ${record}`;
  return because(
    'previous_window',
    `${name(task)} waits for the window before (dependsOnPrevious): its task there has not ended well, and ${which} is ${state}. ${wayOut(previous, task.runId)}`,
    { run, record, state },
  );
}

function wayOut(previous: PreviousWindow, runId: number): string {
  const { stands, isFull, run, record } = previous;
  const which = record === null ? `run ${run ?? 0}` : `record ${record}`;
  const room = `windrow runs cancel ${runId}`;
  const behind = `windrow runs rerun ${runId} --failed`;
  if (stands === 'waits' && isFull)
    return `It cannot start while run ${runId} has the last place (maxActiveRuns). To give it the place: ${room}, then ${behind}`;
  if (stands !== 'ended') return `See: windrow explain ${which}`;
  const again = onceMore(previous);
  const repeat = isFull ? `make room first: ${room}, then ${again}, then ${behind}` : again;
  return `See: windrow explain ${which}. To do that window again, ${repeat}. To give that window up: windrow ${record === null ? 'runs' : 'records'} skip ${record ?? run ?? 0} --reason TEXT`;
}

function onceMore({ run, record, neverStarted }: PreviousWindow): string {
  // A run that ended before it started has no tasks to go on with.
  if (neverStarted !== null) return `windrow dags trigger ${neverStarted.dag} --window ${windowText(neverStarted)}`;
  return record === null ? `windrow runs rerun ${run ?? 0} --failed` : `windrow records rerun ${record}`;
}

function noSlots(task: Held): Reason | undefined {
  const { limits, pool } = task;
  if (limits === null) return undefined;
  if (limits.slots === 0)
    return because(
      'pool_shut',
      `${name(task)} is held: pool "${pool}" has no slots. Open it: windrow pools set ${pool} --slots 1`,
      {
        pool,
      },
    );
  const needs = Math.min(task.slots, limits.slots);
  if (limits.used + needs <= limits.slots) return undefined;
  const by = limits.holders
    .map((holder) => `"${instanceName(holder.task, holder.instance)}" of run ${holder.run} (${holder.slots})`)
    .join(', ');
  return because(
    'pool_full',
    `${name(task)} needs ${counted(needs, 'slot')} of pool "${pool}", but ${limits.used} of ${limits.slots} are held by ${by}. To give it more: windrow pools set ${pool} --slots ${limits.slots + needs}`,
    { pool, needs, used: limits.used, slots: limits.slots, holders: limits.holders.map((holder) => ({ ...holder })) },
  );
}

function noRate({ limits, pool, ...task }: Held): Reason | undefined {
  if (limits === null || limits.rateStarts === null || limits.ratePerMs === null || limits.tokens >= 1)
    return undefined;
  const waitMs = Math.ceil(((1 - limits.tokens) * limits.ratePerMs) / limits.rateStarts);
  const text = `${name(task)} waits for the rate of pool "${pool}", ${limits.rateStarts} starts in ${limits.ratePerMs / 1000} s: the next may start in ${(waitMs / 1000).toFixed(1)} s.`;
  return because('rate_limited', text, { pool, waitMs });
}

function name({ taskId, runId, instance }: Pick<Held, 'taskId' | 'runId' | 'instance'>): string {
  return `Task "${instanceName(taskId, instance)}" of run ${runId}`;
}
