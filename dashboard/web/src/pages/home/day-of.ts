/** Runs of an hour by state. */
export interface HourCounts {
  readonly queued: number;
  readonly running: number;
  readonly success: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface DayHour {
  /** When it began. */
  readonly at: number;
  readonly counts: HourCounts;
  readonly total: number;
}

/** In the order in which a bar is stacked: what failed stands below, where all bars begin and it is seen at once. */
export const SHOWN_STATES = [
  { state: 'failed', tone: 'bad' },
  { state: 'success', tone: 'good' },
  { state: 'running', tone: 'busy' },
  { state: 'queued', tone: 'waiting' },
  { state: 'cancelled', tone: 'off' },
] as const;

const HOUR_MS = 3_600_000;
const HOURS = 24;
const EMPTY: HourCounts = { queued: 0, running: 0, success: 0, failed: 0, cancelled: 0 };

/** The 24 hours up to the one that runs now, the oldest first, with those in which nothing ran. */
export function dayOf(hours: readonly (HourCounts & { readonly hour: string })[], now: number): readonly DayHour[] {
  const known = new Map(hours.map((hour) => [Date.parse(hour.hour), hour]));
  const newest = Math.floor(now / HOUR_MS) * HOUR_MS;
  return Array.from({ length: HOURS }, (_, index) => {
    const at = newest - (HOURS - 1 - index) * HOUR_MS;
    const counts = known.get(at) ?? EMPTY;
    const { queued, running, success, failed, cancelled } = counts;
    return { at, counts, total: queued + running + success + failed + cancelled };
  });
}
