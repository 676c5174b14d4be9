import { CronExpressionParser } from 'cron-parser';

import { DefinitionFailure, Temporal } from '#framework';

/** Moments on the clock of a zone. Where clocks skip a moment it comes as much later, and of a doubled one the first counts. */
export interface Cron {
  /** Five fields, as in `0 7 * * 1-5`. */
  readonly cron: string;
  readonly zone: string;
}

/** @throws DefinitionFailure `E_CRON_UNREADABLE` */
export function requireCron({ cron, zone }: Cron): void {
  try {
    if (cron.trim().split(/\s+/).length !== 5) throw new RangeError('it does not have five fields');
    CronExpressionParser.parse(cron, { tz: zone }).next();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DefinitionFailure(
      'E_CRON_UNREADABLE',
      `Cannot read the times "${cron}" in ${zone}: ${why}. Expected minute, hour, day, month and weekday, such as "0 7 * * 1-5", ` +
        'and a zone such as Europe/Berlin.',
      { cause },
    );
  }
}

/** The first moment after `instant`. */
export function nextTime({ cron, zone }: Cron, instant: Temporal.Instant): Temporal.Instant {
  const from = new Date(instant.epochMilliseconds);
  const next = CronExpressionParser.parse(cron, { tz: zone, currentDate: from }).next();
  return Temporal.Instant.fromEpochMilliseconds(next.getTime());
}

/** The last moment that is not after `instant`. */
export function latestTime({ cron, zone }: Cron, instant: Temporal.Instant): Temporal.Instant {
  // The parser looks strictly before its date, and only to whole seconds.
  const from = new Date(Math.floor(instant.epochMilliseconds / 1000) * 1000 + 1000);
  const latest = CronExpressionParser.parse(cron, { tz: zone, currentDate: from }).prev();
  return Temporal.Instant.fromEpochMilliseconds(latest.getTime());
}
