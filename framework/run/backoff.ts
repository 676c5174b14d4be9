import { type Millis, milliseconds } from '../core/duration.ts';
import type { RetryPolicy } from '../dag/retry-policy.ts';

/**
 * The wait before retry number `retry` (1 is the first). Full growth by `factor`, then jitter down to half of it, so that
 * tasks that failed together do not come back together. `random` is in [0, 1).
 */
export function backoff(policy: RetryPolicy, retry: number, random: number): Millis {
  const grown = Math.min(policy.maxDelayMs, policy.delayMs * policy.factor ** (retry - 1));
  return milliseconds(Math.round(grown * (1 - random / 2)));
}
