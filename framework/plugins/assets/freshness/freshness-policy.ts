import { DefinitionFailure, type Millis, formatDuration, parseDuration } from '#framework';

import { type Cron, requireCron } from '../cron/cron.ts';

/** When an asset counts as fresh: by the age of its data, or by deadlines on the clock. */
export type FreshnessPolicy = MaxAge | Deadline;

export interface MaxAge {
  readonly kind: 'max_age';
  /** Older data is overdue. */
  readonly maxMs: Millis;
  /** Older data is a warning. */
  readonly warnMs: Millis;
}

export interface Deadline extends Cron {
  readonly kind: 'deadline';
  /** At each deadline there must be a materialization that is no older than this. */
  readonly withinMs: Millis;
  /** So long before a deadline it is a warning that there is none yet; 0 for no warning. */
  readonly warnMs: number;
}

export interface DeadlineOptions {
  readonly cron: string;
  /** Default UTC. */
  readonly zone?: string;
  readonly within: string;
  /** For example `30m`: half an hour before a deadline it is a warning that there is nothing yet. Default: no warning. */
  readonly warn?: string;
}

/**
 * Fresh while the newest data is at most so old: `maxAge('2h', { warn: '1h' })`.
 * @throws DefinitionFailure `E_DURATION_UNREADABLE`, `E_FRESHNESS_UNUSABLE`
 */
export function maxAge(length: string, { warn = length }: { readonly warn?: string } = {}): MaxAge {
  const [maxMs, warnMs] = [parseDuration(length), parseDuration(warn)];
  if (warnMs <= maxMs) return { kind: 'max_age', maxMs, warnMs };
  throw unusable(
    `maxAge('${length}') warns at ${warn}, when it is overdue already. Expected a warning at ${length} or less.`,
  );
}

/**
 * Fresh while each deadline found a young enough materialization: `deadline({ cron: '0 7 * * *', zone: 'Europe/Berlin', within: '6h' })`.
 * @throws DefinitionFailure `E_DURATION_UNREADABLE`, `E_CRON_UNREADABLE`, `E_FRESHNESS_UNUSABLE`
 */
export function deadline({ cron, zone = 'UTC', within, warn }: DeadlineOptions): Deadline {
  requireCron({ cron, zone });
  const withinMs = parseDuration(within);
  const warnMs = warn === undefined ? 0 : parseDuration(warn);
  if (warnMs <= withinMs) return { kind: 'deadline', cron, zone, withinMs, warnMs };
  throw unusable(
    `deadline "${cron}" warns ${warn} before, but what counts is made within ${within}. Expected a warning of ${within} or less.`,
  );
}

/** A policy as a person would say it. */
export function policyText(policy: FreshnessPolicy): string {
  switch (policy.kind) {
    case 'max_age':
      return `at most ${formatDuration(policy.maxMs)} old`;
    case 'deadline':
      return `made within the ${formatDuration(policy.withinMs)} before ${policy.cron} in ${policy.zone}`;
  }
}

function unusable(problem: string): DefinitionFailure {
  return new DefinitionFailure('E_FRESHNESS_UNUSABLE', `The freshness policy cannot be used: ${problem}`);
}
