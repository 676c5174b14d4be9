import { type Millis, milliseconds, parseDuration } from '../../core/duration.ts';
import { DefinitionFailure } from '../../core/failures.ts';
import type { Temporal } from '../../core/time.ts';
import { type WindowKind, type WindowKindOptions, parseInstant, parseWindowKind } from './window-kind.ts';

/** When windows become due and how many may run. Only windows that have passed, with their lag, are ever due. */
export interface Schedule {
  readonly windows: WindowKind;
  /** Waited after a window's end before it is due, for data that comes late. */
  readonly lagMs: Millis;
  /** No window begins before it. Absent: the first window is the newest complete one when the dag is first seen. */
  readonly start?: Temporal.Instant;
  readonly catchUp: CatchUp;
  readonly overlap: Overlap;
  readonly order: Order;
}

/** Which windows are made after a pause: every one, only the newest, or the newest few. The others never exist. */
export type CatchUp = 'all' | 'latest' | { readonly max: number };

export const OVERLAPS = [
  /** One run at a time; the next window waits. */
  'serial',
  /** Runs of several windows side by side, up to `maxActiveRuns`. */
  'allow',
  /** A window that becomes due while a run is active is passed over. */
  'skip',
] as const;
export type Overlap = (typeof OVERLAPS)[number];

export const ORDERS = [
  /** A window waits until every earlier one is complete. */
  'strict',
  'free',
] as const;
export type Order = (typeof ORDERS)[number];

export interface ScheduleOptions extends WindowKindOptions {
  /** For example `2m`. Default none. */
  readonly lag?: string;
  /** For example `2026-01-01T00:00Z`. */
  readonly start?: string;
  /** Default `all`. */
  readonly catchUp?: CatchUp;
  /** Default `serial`. */
  readonly overlap?: Overlap;
  /** Default `strict`. */
  readonly order?: Order;
}

/** The most windows that one tick makes, and the largest `catchUp.max`; the next tick goes on from there. */
export const MAX_DUE_WINDOWS = 10_000;

/**
 * A schedule of windows: `every('15m', { lag: '2m' })` or `every('1 day in Europe/Berlin')`.
 * @throws DefinitionFailure `E_WINDOW_UNREADABLE`, `E_ZONE_UNKNOWN`, `E_DURATION_UNREADABLE`, `E_INSTANT_UNREADABLE`, `E_SCHEDULE_UNUSABLE`
 */
export function every(windows: string, options: ScheduleOptions = {}): Schedule {
  const { lag, start, catchUp = 'all', overlap = 'serial', order = 'strict', ...kind } = options;
  checkPolicies(windows, { catchUp, overlap, order });
  return {
    windows: parseWindowKind(windows, kind),
    lagMs: lag === undefined ? milliseconds(0) : parseDuration(lag),
    catchUp,
    overlap,
    order,
    ...(start === undefined ? {} : { start: parseInstant(start, 'start of the schedule') }),
  };
}

function checkPolicies(
  windows: string,
  { catchUp, overlap, order }: Pick<Schedule, 'catchUp' | 'overlap' | 'order'>,
): void {
  if (overlap === 'allow' && order === 'strict') {
    throw new DefinitionFailure(
      'E_SCHEDULE_UNUSABLE',
      `Schedule "${windows}": overlap "allow" never takes effect with order "strict", where a window waits for every earlier one. ` +
        'Use order "free", or leave overlap out.',
    );
  }
  if (typeof catchUp === 'string') return;
  if (!Number.isInteger(catchUp.max) || catchUp.max < 1 || catchUp.max > MAX_DUE_WINDOWS) {
    throw new DefinitionFailure(
      'E_SCHEDULE_UNUSABLE',
      `Schedule "${windows}": cannot catch up at most ${catchUp.max} windows. Expected a whole number from 1 to ${MAX_DUE_WINDOWS}.`,
    );
  }
}
