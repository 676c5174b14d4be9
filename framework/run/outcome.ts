import type { Millis } from '../core/duration.ts';
import type { FailureRecord } from '../core/failures.ts';
import type { Json } from '../core/json.ts';
import type { Temporal } from '../core/time.ts';
import type { Choice } from '../dag/task-outcome.ts';

/** How one try of a task ended, as the worker reports it. */
export type Outcome =
  | { readonly kind: 'success'; readonly output: Json; readonly chooses?: Choice }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'defer'; readonly until: Temporal.Instant; readonly reason: string }
  /** The list that a mapped task is run over has so many elements. */
  | { readonly kind: 'map'; readonly count: number }
  | { readonly kind: 'fail'; readonly failure: FailureRecord }
  /** Stopped because somebody asked. */
  | { readonly kind: 'cancelled'; readonly reason: string }
  /** The worker's lease expired, or it drains: an infrastructure try that does not count as the user's. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** With `waitMs` by a worker whose code has no such task: not to be sent again before, and no try for the history. */
  | { readonly kind: 'handed_back'; readonly reason: string; readonly waitMs?: Millis };
