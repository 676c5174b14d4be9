import type { DagId, RecordId, RunId, TaskId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Temporal } from '../core/time.ts';
import type { Window } from '../core/window.ts';

/** What every event tells of its run. */
interface OfRun {
  /** Grows with time among events of one kind; with the kind it names the event when it is delivered again. */
  readonly id: number;
  readonly at: Temporal.Instant;
  readonly dagId: DagId;
  readonly runId: RunId;
  readonly window: Window | null;
  readonly recordId: RecordId | null;
}

interface OfTask extends OfRun {
  readonly taskId: TaskId;
  readonly attempt: number;
  readonly reason: string | null;
}

export interface RunStarted extends OfRun {
  readonly kind: 'runStarted';
}

export interface RunFinished extends OfRun {
  readonly kind: 'runFinished';
  readonly state: 'success' | 'failed' | 'cancelled';
}

/** A try has ended, in whatever way. */
export interface TaskFinished extends OfTask {
  readonly kind: 'taskFinished';
  readonly outcome: 'success' | 'skip' | 'defer' | 'fail' | 'cancelled' | 'lost' | 'handed_back';
  /** What the task returned, as it is kept when the event is delivered. */
  readonly output: Json;
}

/** A try failed, and another one follows. */
export interface TaskRetried extends OfTask {
  readonly kind: 'taskRetried';
  readonly code: string | null;
}

/** It skipped itself, or never ran because of what stands before it. */
export interface TaskSkipped extends OfTask {
  readonly kind: 'taskSkipped';
  readonly state: 'skipped' | 'upstream_failed';
}

export type PluginEvent = RunStarted | RunFinished | TaskFinished | TaskRetried | TaskSkipped;
