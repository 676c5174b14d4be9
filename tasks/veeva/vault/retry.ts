import pRetry from 'p-retry';

import { Failure, type Log, type Millis, RemoteFailure } from '#framework';

export interface RetryPolicy {
  /** Tries after the first. */
  readonly retries: number;
  /** Wait before the first of them; doubles each time, times a random factor from 1 to 2. */
  readonly firstDelay: Millis;
}

interface RetryTools {
  readonly policy: RetryPolicy;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Other failures worth another try. */
  readonly also?: (error: Error) => boolean;
}

const LONGEST_DELAY_MS = 30_000;

/**
 * Repeats `work` while it fails with something that may pass. A failure with a stated delay is left to the engine,
 * which can wait without holding a worker.
 */
export async function withRetries<T>(tools: RetryTools, work: (attempt: number) => Promise<T>): Promise<T> {
  const { policy, signal, log } = tools;
  const isWorthIt = (error: Error): boolean => mayPass(error) || tools.also?.(error) === true;
  return pRetry(work, {
    retries: policy.retries,
    minTimeout: policy.firstDelay,
    maxTimeout: LONGEST_DELAY_MS,
    randomize: true,
    signal,
    shouldRetry: ({ error }) => isWorthIt(error),
    onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
      if (isWorthIt(error) && retriesLeft > 0)
        log.warn('A call failed, trying again', { attempt: attemptNumber, message: error.message });
    },
  });
}

function mayPass(error: Error): boolean {
  if (!(error instanceof Failure) || error.reaction !== 'retry') return false;
  return !(error instanceof RemoteFailure) || error.retryAfterMs === undefined;
}
