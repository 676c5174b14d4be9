import { Temporal } from '../../core/time.ts';

export const WALL_CLOCK_UNITS = ['hour', 'day', 'week', 'month'] as const;
export type WallClockUnit = (typeof WALL_CLOCK_UNITS)[number];

/** Boundaries on the wall, numbered: `at(indexOf(t))` is the last one that is not after `t`. */
export interface WallClockGrid {
  readonly indexOf: (local: Temporal.PlainDateTime) => number;
  readonly at: (index: number) => Temporal.PlainDateTime;
}

/** Counted from 1970-01-01, weeks from Monday 1970-01-05, so that `2 weeks` and `3 months` are the same for everybody. */
export function wallClockGrid(count: number, unit: WallClockUnit): WallClockGrid {
  switch (unit) {
    case 'hour':
      return {
        indexOf: (local) => days(local, EPOCH) * (24 / count) + Math.floor(local.hour / count),
        at: (index) => EPOCH.add({ hours: index * count }),
      };
    case 'day':
      return dayGrid(EPOCH, count);
    case 'week':
      return dayGrid(FIRST_MONDAY, count * 7);
    case 'month':
      return {
        indexOf: (local) => Math.floor(((local.year - EPOCH.year) * 12 + local.month - 1) / count),
        at: (index) => EPOCH.add({ months: index * count }),
      };
  }
}

/**
 * The first instant at which clocks in `zone` show `local` or later. In a gap (spring) that is the change itself, in a
 * fold (autumn) the first of the two: boundaries never run backwards, whatever the change.
 */
export function firstInstantAt(local: Temporal.PlainDateTime, zone: string): Temporal.Instant {
  const moment = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (moment.toPlainDateTime().equals(local)) return moment.toInstant();
  return (moment.getTimeZoneTransition('next') ?? moment).toInstant();
}

const EPOCH = Temporal.PlainDateTime.from('1970-01-01T00:00');
const FIRST_MONDAY = Temporal.PlainDateTime.from('1970-01-05T00:00');

function dayGrid(first: Temporal.PlainDateTime, length: number): WallClockGrid {
  return {
    indexOf: (local) => Math.floor(days(local, first) / length),
    at: (index) => first.add({ days: index * length }),
  };
}

function days(local: Temporal.PlainDateTime, since: Temporal.PlainDateTime): number {
  return since.toPlainDate().until(local.toPlainDate(), { largestUnit: 'day' }).days;
}
