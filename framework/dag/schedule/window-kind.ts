import { type Millis, formatDuration, parseDuration } from '../../core/duration.ts';
import { DefinitionFailure } from '../../core/failures.ts';
import { Temporal } from '../../core/time.ts';
import { WALL_CLOCK_UNITS, type WallClockUnit } from './wall-clock-grid.ts';

/** How time is cut into windows. The two kinds differ on the days on which clocks change. */
export type WindowKind = FixedWindows | WallClockWindows;

/** Windows of one exact length, counted from `anchor` in both directions. */
export interface FixedWindows {
  readonly kind: 'fixed';
  readonly lengthMs: Millis;
  readonly anchor: Temporal.Instant;
  /** The zone in which people read the windows; it moves no boundary. */
  readonly zone: string;
}

/** Windows between full hours, midnights, Mondays or firsts of the month as clocks in `zone` show them. */
export interface WallClockWindows {
  readonly kind: 'wall_clock';
  readonly count: number;
  readonly unit: WallClockUnit;
  readonly zone: string;
}

export interface WindowKindOptions {
  /** For fixed windows: a moment at which one begins. Default 1970-01-01T00:00Z, so `15m` and `1d` fall on UTC quarters and midnights. */
  readonly anchor?: string;
  /** For fixed windows: the zone in which people read them. Default UTC. */
  readonly zone?: string;
}

/**
 * Reads `15m` (fixed: 15 minutes exactly) or `1 day in America/New_York` (wall clock: 23, 24 or 25 hours).
 * @throws DefinitionFailure `E_WINDOW_UNREADABLE`, `E_ZONE_UNKNOWN`, `E_DURATION_UNREADABLE`, `E_INSTANT_UNREADABLE`
 */
export function parseWindowKind(text: string, options: WindowKindOptions = {}): WindowKind {
  return text.includes(' ') ? wallClock(text, options) : fixed(text, options);
}

/** The form that `parseWindowKind` reads; what people see as the window's length. */
export function windowKindText(kind: WindowKind): string {
  return kind.kind === 'fixed' ? formatDuration(kind.lengthMs) : `${intervalText(kind)} in ${kind.zone}`;
}

/** The `time_interval` of a record: `15m` or `1 day`. */
export function intervalText(kind: WindowKind): string {
  return kind.kind === 'fixed'
    ? formatDuration(kind.lengthMs)
    : `${kind.count} ${kind.unit}${kind.count === 1 ? '' : 's'}`;
}

/** @throws DefinitionFailure `E_INSTANT_UNREADABLE` */
export function parseInstant(text: string, what: string): Temporal.Instant {
  try {
    return Temporal.Instant.from(text);
  } catch (cause) {
    throw new DefinitionFailure(
      'E_INSTANT_UNREADABLE',
      `Cannot read the ${what} "${text}". Expected a moment with its offset, such as 2026-01-20T13:30Z or 2026-01-20T13:30-05:00.`,
      { cause },
    );
  }
}

function fixed(text: string, options: WindowKindOptions): FixedWindows {
  return {
    kind: 'fixed',
    lengthMs: parseDuration(text),
    anchor: parseInstant(options.anchor ?? '1970-01-01T00:00Z', 'anchor of the windows'),
    zone: checkedZone(options.zone ?? 'UTC'),
  };
}

function wallClock(text: string, options: WindowKindOptions): WallClockWindows {
  const [, digits, name, zone] = /^(\d{1,3}) (hour|day|week|month)s? in (\S+)$/.exec(text) ?? [];
  const unit = WALL_CLOCK_UNITS.find((known) => known === name);
  const count = Number(digits);
  if (unit === undefined || zone === undefined || count === 0) {
    throw unreadable(
      text,
      'Expected a fixed length such as 15m, or wall-clock windows such as "1 day in America/New_York" (hour, day, week, month)',
    );
  }
  if (unit === 'hour' && 24 % count !== 0) {
    throw unreadable(
      text,
      'Wall-clock hours must divide a day: 1, 2, 3, 4, 6, 8, 12 or 24. Use a fixed length such as 5h otherwise',
    );
  }
  if (options.anchor !== undefined || options.zone !== undefined) {
    throw unreadable(
      text,
      'Anchor and zone belong to fixed windows; wall-clock windows name their zone and follow its calendar',
    );
  }
  return { kind: 'wall_clock', count, unit, zone: checkedZone(zone) };
}

function checkedZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone === '' ? 'UTC' : zone;
  } catch (cause) {
    throw new DefinitionFailure(
      'E_ZONE_UNKNOWN',
      `The time zone "${zone}" is unknown. Expected an IANA name such as Europe/Berlin, America/New_York or UTC.`,
      { cause },
    );
  }
}

function unreadable(text: string, expected: string): DefinitionFailure {
  return new DefinitionFailure('E_WINDOW_UNREADABLE', `Cannot read the windows "${text}". ${expected}.`);
}
