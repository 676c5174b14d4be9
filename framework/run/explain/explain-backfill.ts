import { type Window, windowText } from '../../core/window.ts';
import type { BackfillState } from '../../record/backfill-plan.ts';
import { type EarlierWindow, explainEarlier } from './explain-earlier.ts';
import { type LiveSchedulers, type Reason, because, counted, unplanned } from './reason.ts';

/** What the truth says of one backfill, of one pending window of it, and of what could keep that back. */
export interface BackfillFacts {
  readonly id: number;
  readonly dagId: string;
  readonly state: BackfillState;
  readonly maxActive: number;
  /** Windows that have begun and not ended. */
  readonly active: number;
  /** The runs of the first of these. */
  readonly activeRuns: readonly number[];
  readonly maxActiveRuns: number;
  /** Open runs that backfills of the dag made. */
  readonly open: number;
  /** Null where no window is pending. */
  readonly pending: PendingWindow | null;
  readonly schedulers: LiveSchedulers;
}

interface PendingWindow {
  readonly window: Window;
  /** Pending windows of the backfill that begin before it; counted up to a limit. */
  readonly ahead: number;
  /** In a pipeline of strict order: the oldest window that is not complete and begins before it. */
  readonly earlier: EarlierWindow | null;
}

/** Says why a backfill does not go on. The reasons of its open runs are theirs: see `explainRun`. */
export function explainBackfill(backfill: BackfillFacts): readonly Reason[] {
  return BY_STATE[backfill.state](backfill);
}

/**
 * Says why a pending window of a backfill has not begun.
 * @param name of the window for people, such as `record 5`
 */
export function explainWindow(backfill: BackfillFacts, name: string): readonly Reason[] {
  const { pending, state } = backfill;
  const subject = name.charAt(0).toUpperCase() + name.slice(1);
  if (pending === null || (state !== 'running' && state !== 'paused')) return [];
  if (state === 'paused') return [paused(backfill, subject)];
  const reasons = [
    full(backfill, subject),
    noPlace(backfill, subject),
    ahead(backfill, subject),
    pending.earlier === null ? undefined : explainEarlier(subject, pending.earlier),
    unplanned(backfill.dagId, backfill.schedulers),
  ].filter((reason) => reason !== undefined);
  if (reasons.length > 0) return reasons;
  const text = `Nothing keeps ${name} back: the scheduler's next tick begins it, for backfill ${backfill.id}.`;
  return [because('next_tick', text, { backfill: backfill.id })];
}

const BY_STATE: Readonly<Record<BackfillState, (backfill: BackfillFacts) => readonly Reason[]>> = {
  running: (backfill) => [...active(backfill), ...next(backfill)],
  paused: (backfill) => [...active(backfill), ...next(backfill)],
  completed: ({ id }) => [because('succeeded', `Every window of backfill ${id} is done.`)],
  failed: ({ id }) => [
    because(
      'failed',
      `Windows of backfill ${id} failed or were cancelled: windrow backfill show ${id}. To run them again: windrow backfill resume ${id}`,
    ),
  ],
  cancelled: (backfill) => [
    because(
      'cancelled',
      `Backfill ${backfill.id} was cancelled and begins no more windows. To go on with it: windrow backfill resume ${backfill.id}`,
    ),
    ...active(backfill),
  ],
};

function next(backfill: BackfillFacts): readonly Reason[] {
  const { pending } = backfill;
  return pending === null ? [] : explainWindow(backfill, `window ${windowText(pending.window)}`);
}

function active({ id, dagId, active: count, activeRuns: runs }: BackfillFacts): readonly Reason[] {
  if (count === 0) return [];
  const text = `Backfill ${id} of "${dagId}" has ${counted(count, 'active window')}, of ${list(runs)}.`;
  return [because('windows_active', text, { backfill: id, active: count, runs: [...runs] })];
}

function paused({ id }: BackfillFacts, subject: string): Reason {
  const text = `${subject} is a window of backfill ${id}, which is paused and begins none. Let it go on: windrow backfill resume ${id}`;
  return because('backfill_paused', text, { backfill: id });
}

function full({ id, active: count, maxActive, activeRuns: runs }: BackfillFacts, subject: string): Reason | undefined {
  if (count < maxActive) return undefined;
  const text = `${subject} waits for the end of a window of backfill ${id}: ${count} of at most ${maxActive} are active (--max-active), of ${list(runs)}.`;
  return because('backfill_full', text, { backfill: id, active: count, maxActive, runs: [...runs] });
}

function noPlace({ id, dagId, maxActiveRuns, open }: BackfillFacts, subject: string): Reason | undefined {
  const places = Math.max(1, maxActiveRuns - 1);
  if (open < places) return undefined;
  const kept = maxActiveRuns > 1 ? ', one of which is kept for windows of the schedule, which go first' : '';
  const text =
    `${subject} waits for a place: backfills of "${dagId}" have ${counted(open, 'open run')}, and may have ${places}. ` +
    `The dag may have ${maxActiveRuns} active runs (maxActiveRuns)${kept}.`;
  return because('backfill_places', text, { backfill: id, open, places, maxActiveRuns });
}

function ahead({ id, pending }: BackfillFacts, subject: string): Reason | undefined {
  if (pending === null || pending.ahead === 0) return undefined;
  const text = `${subject} waits for its turn: ${counted(pending.ahead, 'pending window')} of backfill ${id} ${pending.ahead === 1 ? 'goes' : 'go'} first.`;
  return because('windows_ahead', text, { backfill: id, pendingBefore: pending.ahead });
}

function list(runs: readonly number[]): string {
  return `${runs.length === 1 ? 'run' : 'runs'} ${runs.join(', ')}`;
}
