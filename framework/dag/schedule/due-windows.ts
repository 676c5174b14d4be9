import { Temporal } from '../../core/time.ts';
import type { Window } from '../../core/window.ts';
import { MAX_DUE_WINDOWS, type Schedule } from './schedule.ts';
import { nextWindow, previousWindow, windowContaining, windowsBetween } from './windows.ts';

/**
 * The windows to make now, oldest first: complete, their lag over, and after `lastEnd` (the end of the newest window
 * that exists). At most 10,000; with `catchUp: 'all'` the next call goes on behind them. A clock that jumps back gives none.
 */
export function dueWindows(schedule: Schedule, lastEnd: Temporal.Instant | undefined, now: Temporal.Instant): Window[] {
  const until = now.subtract({ milliseconds: schedule.lagMs });
  const from = beginning(schedule, lastEnd, until);
  if (Temporal.Instant.compare(from, until) >= 0) return [];
  return schedule.catchUp === 'all' ? oldest(schedule, from, until) : newest(schedule, from, until);
}

/**
 * The schedule as it stands while so many runs are open, or undefined while no window may be made: with overlap `skip`
 * none is made while a run is open, and afterwards only the newest, so that the others are passed over.
 */
export function scheduleWhile(schedule: Schedule, openRuns: number): Schedule | undefined {
  if (schedule.overlap !== 'skip') return schedule;
  return openRuns > 0 ? undefined : { ...schedule, catchUp: 'latest' };
}

/** The moment at which the window that follows `lastEnd` becomes due; for "why is nothing running?". */
export function nextDueAt(
  schedule: Schedule,
  lastEnd: Temporal.Instant | undefined,
  now: Temporal.Instant,
): Temporal.Instant {
  return nextDue(schedule, lastEnd, now).dueAt;
}

export interface NextDue {
  readonly window: Window;
  /** The end of the window with the lag of the schedule. */
  readonly dueAt: Temporal.Instant;
}

/** The window that follows `lastEnd`, and when it is made. */
export function nextDue(schedule: Schedule, lastEnd: Temporal.Instant | undefined, now: Temporal.Instant): NextDue {
  const until = now.subtract({ milliseconds: schedule.lagMs });
  const window = followingWindow(schedule, beginning(schedule, lastEnd, until));
  return { window, dueAt: window.end.add({ milliseconds: schedule.lagMs }) };
}

function beginning(
  schedule: Schedule,
  lastEnd: Temporal.Instant | undefined,
  until: Temporal.Instant,
): Temporal.Instant {
  if (lastEnd !== undefined) return lastEnd;
  return schedule.start === undefined
    ? previousWindow(schedule.windows, until).start
    : nextWindow(schedule.windows, schedule.start).start;
}

// Where the last window ended off the grid (its length was changed), a shorter window closes the gap: no time is lost.
function followingWindow(schedule: Schedule, from: Temporal.Instant): Window {
  return { ...windowContaining(schedule.windows, from), start: from };
}

function oldest(schedule: Schedule, from: Temporal.Instant, until: Temporal.Instant): Window[] {
  const first = followingWindow(schedule, from);
  if (Temporal.Instant.compare(first.end, until) > 0) return [];
  const due = [first];
  for (const window of windowsBetween(schedule.windows, first.end, until)) {
    if (due.length === MAX_DUE_WINDOWS) break;
    due.push(window);
  }
  return due;
}

function newest(schedule: Schedule, from: Temporal.Instant, until: Temporal.Instant): Window[] {
  const most = typeof schedule.catchUp === 'string' ? 1 : schedule.catchUp.max;
  const due: Window[] = [];
  let window = previousWindow(schedule.windows, until);
  while (due.length < most && Temporal.Instant.compare(window.end, from) > 0) {
    const cut = Temporal.Instant.compare(window.start, from) < 0;
    due.unshift(cut ? { ...window, start: from } : window);
    window = previousWindow(schedule.windows, window.start);
  }
  return due;
}
