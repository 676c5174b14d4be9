import { type Millis, seconds } from '../core/duration.ts';

/** How often and how patiently a task is tried again. Infrastructure failures are counted apart, by the engine. */
export interface RetryPolicy {
  /** Further attempts after the first. */
  readonly retries: number;
  /** Wait before the first retry; doubled by `factor` for each further one, with jitter. */
  readonly delayMs: Millis;
  readonly factor: number;
  readonly maxDelayMs: Millis;
}

export const DEFAULT_RETRY: RetryPolicy = { retries: 3, delayMs: seconds(1), factor: 2, maxDelayMs: seconds(300) };
