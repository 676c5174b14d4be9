import { type Millis, seconds } from '../core/duration.ts';
import type { FailureRecord, Reaction } from '../core/failures.ts';

export const FAILURE_CLASSES = [
  'DefinitionFailure',
  'ConfigFailure',
  'DataFailure',
  'RemoteFailure',
  'TimedOut',
  'Cancelled',
  'Bug',
] as const;

export const RETRY_REACTIONS = ['retry', 'fail', 'skip'] as const;
/** `skip` ends the task as skipped, with the message of the failure as its reason. */
export type RetryReaction = (typeof RETRY_REACTIONS)[number];

/** What failures of a class, or with a code, lead to. A code counts before a class; an error of another library has the code `E_UNEXPECTED`. */
export type RetryReactions = Readonly<Partial<Record<(typeof FAILURE_CLASSES)[number] | `E_${string}`, RetryReaction>>>;

/** How often and how patiently a task is tried again. Infrastructure failures are counted apart, by the engine. */
export interface RetryPolicy {
  /** Further attempts after the first. */
  readonly retries: number;
  /** Wait before the first retry; doubled by `factor` for each further one, with jitter. */
  readonly delayMs: Millis;
  readonly factor: number;
  readonly maxDelayMs: Millis;
  /** Other reactions than the failures' own. */
  readonly on?: RetryReactions;
}

export const DEFAULT_RETRY: RetryPolicy = { retries: 3, delayMs: seconds(1), factor: 2, maxDelayMs: seconds(300) };

/** Further tries after one was lost to a dead or stalled worker: the fifth lost try fails the task. */
export const DEFAULT_INFRA_RETRIES = 4;

/** What a failure leads to: what the policy says of its code, of its class, or else its own reaction. */
export function reactionTo({ code, kind, reaction }: FailureRecord, { on = {} }: RetryPolicy): Reaction | 'skip' {
  const stated = new Map(Object.entries(on));
  return stated.get(code) ?? stated.get(kind) ?? reaction;
}
