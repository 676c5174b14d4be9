import type { Brand } from './brand.ts';
import { DefinitionFailure } from './failures.ts';

/** A length of time in milliseconds, made only by `seconds(30)` and its siblings. */
export type Millis = Brand<number, 'Millis'>;

export const milliseconds = (count: number): Millis => count as Millis;
export const seconds = (count: number): Millis => (count * 1000) as Millis;
export const minutes = (count: number): Millis => (count * 60_000) as Millis;
export const hours = (count: number): Millis => (count * 3_600_000) as Millis;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A century. More than that is a slip, and PostgreSQL's calendar has an end. */
const LONGEST: Millis = hours(36_500 * 24);

/**
 * Reads `250ms`, `30s`, `15m`, `2h` or `1d`. A day here is always 24 hours; wall-clock days are a window kind.
 * @throws DefinitionFailure `E_DURATION_UNREADABLE`
 */
export function parseDuration(text: string): Millis {
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const factor = unit === undefined ? undefined : UNITS[unit];
  if (count === undefined || factor === undefined || Number(count) === 0 || Number(count) * factor > LONGEST) {
    throw new DefinitionFailure(
      'E_DURATION_UNREADABLE',
      `Cannot read the duration "${text}". Expected a whole number above zero and a unit, such as 250ms, 30s, 15m, 2h or 1d, and at most 36500d.`,
    );
  }
  return (Number(count) * factor) as Millis;
}

/** The shortest exact form that `parseDuration` reads back. */
export function formatDuration(length: Millis): string {
  const unit = (['d', 'h', 'm', 's'] as const).find((name) => length % (UNITS[name] ?? 1) === 0);
  return unit === undefined ? `${length}ms` : `${length / (UNITS[unit] ?? 1)}${unit}`;
}
