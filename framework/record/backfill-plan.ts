import { Temporal } from '../core/time.ts';
import { type Window, windowText } from '../core/window.ts';
import type { Schedule } from '../dag/schedule/schedule.ts';
import { windowsBetween } from '../dag/schedule/windows.ts';

/** A cancelled backfill ends with its last run. */
export const BACKFILL_STATES = ['running', 'paused', 'completed', 'failed', 'cancelled'] as const;
export type BackfillState = (typeof BACKFILL_STATES)[number];

/** `missing`: never brought to success. `failed`: the last try failed. `all`: also those that are completed. */
export const BACKFILL_SELECTIONS = ['missing', 'failed', 'all'] as const;
export type BackfillSelection = (typeof BACKFILL_SELECTIONS)[number];

/** What is known of a window before a backfill touches it; `open`: a run of it is under way. */
export const WINDOW_STANDINGS = ['absent', 'pending', 'open', 'success', 'failed', 'cancelled'] as const;
export type WindowStanding = (typeof WINDOW_STANDINGS)[number];

/** What a backfill does to a window: `follow` waits for the run that somebody else started. */
export type WindowDeed = 'run' | 'rerun' | 'follow';

export interface FoundWindow {
  readonly standing: WindowStanding;
  readonly recordId: number | null;
  readonly runId: number | null;
}

export interface PlannedWindow extends FoundWindow {
  readonly window: Window;
  readonly deed: WindowDeed;
}

/** The most windows of one backfill. */
const MOST_WINDOWS = 100_000;

/** A half-open stretch of time; a date is its midnight in the schedule's zone. */
export interface Stretch {
  readonly from: Moment;
  readonly to: Moment;
}

export type Moment = Temporal.Instant | Temporal.PlainDate;

export type ExpandedWindows =
  | {
      readonly kind: 'expanded';
      readonly from: Temporal.Instant;
      readonly to: Temporal.Instant;
      readonly windows: readonly Window[];
    }
  | Refusal;

interface Refusal {
  readonly kind: 'refused';
  readonly reason: string;
}

export type ReadStretch =
  | { readonly kind: 'stretch'; readonly from: Temporal.Instant; readonly to: Temporal.Instant }
  | Refusal;

/** The whole windows of a schedule inside a stretch of time that has passed, oldest first. */
export function expandWindows(schedule: Schedule, stretch: Stretch, now: Temporal.Instant): ExpandedWindows {
  const read = readStretch(stretch, schedule.windows.zone);
  if (read.kind === 'refused') return read;
  const { from, to } = read;
  const passed = now.subtract({ milliseconds: schedule.lagMs });
  const windows: Window[] = [];
  for (const window of windowsBetween(schedule.windows, from, to)) {
    if (Temporal.Instant.compare(window.end, passed) > 0) return refused(notPassed(window, windows.at(-1)));
    if (windows.length === MOST_WINDOWS) {
      return refused(`More than ${MOST_WINDOWS} windows lie there. End with --to ${window.start.toString()}.`);
    }
    windows.push(window);
  }
  if (windows.length > 0) return { kind: 'expanded', from, to, windows };
  return refused(`No whole window of the schedule lies between ${from.toString()} and ${to.toString()}.`);
}

/** The moments of a stretch, where a date is its midnight in `zone`. */
export function readStretch({ from: first, to: last }: Stretch, zone: string): ReadStretch {
  const [from, to] = [instantOf(first, zone), instantOf(last, zone)];
  if (Temporal.Instant.compare(from, to) < 0) return { kind: 'stretch', from, to };
  return refused(`--from ${from.toString()} is not before --to ${to.toString()}. Name the earlier moment first.`);
}

/** Of `windows`, those that a backfill takes, with what it does to each. */
export function selectWindows(
  windows: readonly Window[],
  found: (window: Window) => FoundWindow,
  only: BackfillSelection,
): readonly PlannedWindow[] {
  return windows
    .map((window) => ({ window, ...found(window) }))
    .filter(({ standing }) => SELECTED[only][standing])
    .map((planned) => ({ ...planned, deed: DEEDS[planned.standing] }));
}

const SELECTED: Readonly<Record<BackfillSelection, Readonly<Record<WindowStanding, boolean>>>> = {
  missing: { absent: true, pending: true, open: true, success: false, failed: true, cancelled: true },
  failed: { absent: false, pending: false, open: false, success: false, failed: true, cancelled: false },
  all: { absent: true, pending: true, open: true, success: true, failed: true, cancelled: true },
};

const DEEDS: Readonly<Record<WindowStanding, WindowDeed>> = {
  absent: 'run',
  pending: 'run',
  open: 'follow',
  success: 'rerun',
  failed: 'rerun',
  cancelled: 'rerun',
};

function instantOf(moment: Moment, zone: string): Temporal.Instant {
  return moment instanceof Temporal.PlainDate ? moment.toZonedDateTime(zone).toInstant() : moment;
}

function notPassed(window: Window, last: Window | undefined): string {
  const end = last === undefined ? 'Wait until then.' : `End with --to ${last.end.toString()}.`;
  return `The window ${windowText(window)} has not passed yet, with the lag of its schedule. ${end}`;
}

function refused(reason: string): Refusal {
  return { kind: 'refused', reason };
}
