import { Temporal, formatDuration } from '#framework';

import { latestTime, nextTime } from '../cron/cron.ts';
import type { Deadline, FreshnessPolicy, MaxAge } from './freshness-policy.ts';

export const FRESHNESS_STATES = ['fresh', 'warn', 'overdue', 'unknown'] as const;
export type FreshnessState = (typeof FRESHNESS_STATES)[number];

/** The newest that is good of an asset. */
export interface NewestData {
  /** When it was materialized. */
  readonly madeAt: Temporal.Instant;
  /** Up to when its data goes: the end of its window, where it has one. */
  readonly dataUntil: Temporal.Instant | undefined;
}

export interface Freshness {
  readonly state: FreshnessState;
  /** When the state becomes another one if nothing is materialized; undefined when it stays. */
  readonly changesAt: Temporal.Instant | undefined;
  /** Why it is so, and what comes next, for people. */
  readonly sentence: string;
}

/** Whether an asset is fresh at `now`. Of one that was never materialized it is unknown: nothing was promised yet. */
export function freshness(policy: FreshnessPolicy, newest: NewestData | undefined, now: Temporal.Instant): Freshness {
  if (newest === undefined)
    return { state: 'unknown', changesAt: undefined, sentence: 'It has not been materialized yet.' };
  switch (policy.kind) {
    case 'max_age':
      return byAge(policy, newest, now);
    case 'deadline':
      return byDeadline(policy, newest, now);
  }
}

/** Age is that of the data: an old window that is made again today makes nothing fresher. */
function byAge(
  { maxMs, warnMs }: MaxAge,
  { madeAt, dataUntil = madeAt }: NewestData,
  now: Temporal.Instant,
): Freshness {
  const [warnAt, overdueAt] = [later(dataUntil, warnMs), later(dataUntil, maxMs)];
  const data = `Its newest data is of ${dataUntil.toString()}`;
  if (isBefore(overdueAt, now)) {
    const sentence = `${data}, older than the ${formatDuration(maxMs)} allowed since ${overdueAt.toString()}.`;
    return { state: 'overdue', changesAt: undefined, sentence };
  }
  const until = `overdue after ${overdueAt.toString()}`;
  if (isBefore(warnAt, now)) {
    return {
      state: 'warn',
      changesAt: overdueAt,
      sentence: `${data}, older than ${formatDuration(warnMs)}; ${until}.`,
    };
  }
  return { state: 'fresh', changesAt: warnAt, sentence: `${data}; ${until}.` };
}

/** A deadline looks back by `withinMs`; what came late counts from then on, until the next deadline. */
function byDeadline(policy: Deadline, { madeAt }: NewestData, now: Temporal.Instant): Freshness {
  const latest = latestTime(policy, now);
  const looksBack = formatDuration(policy.withinMs);
  const made = `It was last materialized at ${madeAt.toString()}`;
  if (isBefore(madeAt, earlier(latest, policy.withinMs))) {
    const sentence = `${made}, and the deadline ${latest.toString()} expected it within the ${looksBack} before.`;
    return { state: 'overdue', changesAt: undefined, sentence };
  }
  const missed = firstMissed(policy, madeAt, now);
  const warnAt = earlier(missed, policy.warnMs);
  const sentence = `${made}; the deadline ${missed.toString()} expects it within the ${looksBack} before.`;
  if (policy.warnMs > 0 && !isBefore(now, warnAt)) return { state: 'warn', changesAt: missed, sentence };
  return { state: 'fresh', changesAt: warnAt, sentence };
}

/** The first deadline to come for which `madeAt` will be too old. */
function firstMissed(policy: Deadline, madeAt: Temporal.Instant, now: Temporal.Instant): Temporal.Instant {
  const lastsUntil = later(madeAt, policy.withinMs);
  return nextTime(policy, isBefore(now, lastsUntil) ? lastsUntil : now);
}

function isBefore(one: Temporal.Instant, other: Temporal.Instant): boolean {
  return Temporal.Instant.compare(one, other) < 0;
}

function later(instant: Temporal.Instant, ms: number): Temporal.Instant {
  return instant.add({ milliseconds: ms });
}

function earlier(instant: Temporal.Instant, ms: number): Temporal.Instant {
  return instant.subtract({ milliseconds: ms });
}
