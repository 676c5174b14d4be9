import { Temporal } from '#framework';

import type { Target } from './catch-up.ts';

const WINDOW = 15;
/** Vault publishes a window this long after its end, and the log of a day an hour after midnight. */
const LAG = 15;
/** Windows after midnight that are due when the log of the day is. */
const AFTER_MIDNIGHT = 4;

/** The midnight that lies among the windows of a first demo, so that a day of logs ends in it. */
const MIDNIGHT = Temporal.Instant.from('2026-03-03T00:00Z');

/** When the simulated Vault gets Direct Data, for a first demo of so many windows. */
export function enabledAtFor(windows: number): Temporal.Instant {
  return MIDNIGHT.subtract({ minutes: WINDOW * (windows - AFTER_MIDNIGHT) });
}

/** The moment at which so many windows are due. */
export function nowFor(enabledAt: Temporal.Instant, windows: number): Temporal.Instant {
  return enabledAt.add({ minutes: WINDOW * windows + LAG });
}

/** What is due at a moment: the end of the newest window and of the newest day of logs, their lags over. */
export function dueAt(enabledAt: Temporal.Instant, now: Temporal.Instant): Target {
  const sinceEnabled = now.epochMilliseconds - enabledAt.epochMilliseconds;
  const windows = Math.floor((sinceEnabled - LAG * 60_000) / (WINDOW * 60_000));
  const logsTo = now.subtract({ hours: 1 }).toZonedDateTimeISO('UTC').startOfDay().toInstant();
  return { windowsTo: enabledAt.add({ minutes: WINDOW * windows }), logsTo };
}
