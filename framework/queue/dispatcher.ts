import type { Closable } from '../core/closable.ts';
import type { Json } from '../core/json.ts';
import type { Temporal } from '../core/time.ts';
import type { WakeUp } from '../dag/schedule/wake-up.ts';
import type { Claim } from '../store/runs/start-tasks.ts';
import type { Dispatch } from '../store/runs/dispatch.ts';

/**
 * The way to BullMQ. It holds nothing that SQL does not know: everything here may be lost at any moment and is then sent
 * again. The same behaviour on Redis and on PostgreSQL.
 */
export interface Dispatcher extends Closable {
  readonly backend: 'redis' | 'postgres';
  /** Sends jobs; one that is there already is left as it is. */
  readonly send: (dispatches: readonly Dispatch[]) => Promise<void>;
  /** Sends again those whose job is gone or spent, and leaves those whose job still waits or runs. */
  readonly sendMissing: (dispatches: readonly Dispatch[]) => Promise<Looked>;
  readonly consume: (options: ConsumeOptions) => Consumer;
  /** The first jobs of a pool that a consumer could take at this moment. */
  readonly takeable: (pool: string, atMost: number) => Promise<readonly Takeable[]>;
  /** Makes the wake-ups in the queue equal to these: adds, changes and removes. */
  readonly setWakeUps: (wakeUps: ReadonlyMap<string, WakeUp>) => Promise<void>;
  /** Calls `wake` with the dag's id at every wake-up; one of all processes hears each. */
  readonly onWakeUp: (wake: (dagId: string) => Promise<void>) => Closable;
}

export interface Looked {
  /** How many were sent again. */
  readonly sent: number;
  /** Those whose job some worker has taken. */
  readonly taken: readonly Dispatch[];
}

export interface Takeable {
  readonly claim: Claim;
  readonly since: Temporal.Instant;
}

export interface ConsumeOptions {
  readonly pool: string;
  readonly concurrency: number;
  readonly handle: (job: TaskJob) => Promise<JobEnd>;
}

/** A consumer can stop taking jobs before it is closed. */
export interface Consumer extends Closable {
  readonly ready: () => Promise<void>;
  /** Takes no further job; returns at once. */
  readonly pause: () => Promise<void>;
  /** Closes at once what may hang; jobs in hand go on, and BullMQ does not hear how they end. */
  readonly abandon: () => Promise<void>;
}

export interface TaskJob {
  readonly claim: Claim;
  /** Adds a line to the job's log in Bull Board. Best effort: the log that counts is in SQL. */
  readonly log: (line: string) => void;
  readonly progress: (progress: Json) => void;
}

/** What Bull Board shows for a job. A failed try is a failed job; what happens next is the engine's business. */
export type JobEnd =
  | { readonly kind: 'completed'; readonly note: Json }
  | { readonly kind: 'failed'; readonly error: Error };
