import type { Temporal } from '#framework';
import { WINDOW_MS } from './model/evolution.ts';
import { lastMidnight, type VaultOptions } from './options.ts';

export const EXTRACT_TYPES = ['full_directdata', 'incremental_directdata', 'log_directdata'] as const;
export type ExtractType = (typeof EXTRACT_TYPES)[number];

const LETTERS: Record<ExtractType, string> = { full_directdata: 'F', incremental_directdata: 'N', log_directdata: 'L' };

/** `143462-20260120-1330-N`: the stop time in UTC. */
export function fileName(vaultId: number, type: ExtractType, stop: Temporal.Instant): string {
  const [date = '', time = ''] = stop.toString().split('T');
  return `${vaultId}-${date.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}-${LETTERS[type]}`;
}

/** The end of the window with this number, from 1; window 0 ends when Direct Data was enabled. */
export function windowStop(options: VaultOptions, window: number): Temporal.Instant {
  return options.enabledAt.add({ milliseconds: window * WINDOW_MS });
}

/** How many windows have ended at or before the moment. */
export function windowsUpTo(options: VaultOptions, moment: Temporal.Instant): number {
  return Math.max(0, Math.floor((moment.epochMilliseconds - options.enabledAt.epochMilliseconds) / WINDOW_MS));
}

/** Whether a Full ends with the window, besides the first one. */
export function endsWithFull({ dailyFulls, zone }: VaultOptions, stop: Temporal.Instant): boolean {
  return dailyFulls && lastMidnight(stop, zone).equals(stop);
}

export interface Day {
  readonly start: Temporal.Instant;
  readonly stop: Temporal.Instant;
}

/**
 * The days of the Vault's zone that ended at or before the moment, beginning with the one before Direct Data was
 * enabled. A day has 23 or 25 hours where clocks are changed.
 */
export function daysUpTo(options: VaultOptions, moment: Temporal.Instant): Day[] {
  const first = lastMidnight(options.enabledAt, options.zone).toZonedDateTimeISO(options.zone);
  const days: Day[] = [];
  for (let day = 0; ; day += 1) {
    const stop = first.add({ days: day }).startOfDay().toInstant();
    if (stop.epochMilliseconds > moment.epochMilliseconds) return days;
    days.push({
      start: first
        .add({ days: day - 1 })
        .startOfDay()
        .toInstant(),
      stop,
    });
  }
}
