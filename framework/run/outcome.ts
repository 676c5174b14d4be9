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
  | { readonly kind: 'handed_back'; readonly reason: string; readonly untaken?: Untaken };

/** By a worker whose code has no such task: no try for the history. */
export interface Untaken {
  /** Not to be sent again before. */
  readonly waitMs: Millis;
  /** Who has the task. Where nobody does, it may take for ever, and limits give to others what it held. */
  readonly by: 'another worker' | 'nobody';
}
