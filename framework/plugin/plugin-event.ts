import type { DagId, RecordId, RunId, TaskId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { SchemaDrift } from '../core/schema-drift.ts';
import type { Temporal } from '../core/time.ts';
import type { Window } from '../core/window.ts';

/** What every event tells. */
interface Happened {
  /** Grows from event to event; names it when it is delivered again. */
  readonly id: number;
  readonly at: Temporal.Instant;
  readonly dagId: DagId;
  readonly window: Window | null;
}

interface OfRun extends Happened {
  readonly runId: RunId;
  readonly recordId: RecordId | null;
}

interface OfTask extends OfRun {
  readonly taskId: TaskId;
  /** Of an instance of a mapped task: which element of the list it works on. */
  readonly mapIndex: number | null;
  readonly attempt: number;
}

export interface RunStarted extends OfRun {
  readonly kind: 'runStarted';
}

export interface RunFinished extends OfRun {
  readonly kind: 'runFinished';
  readonly state: 'success' | 'failed' | 'cancelled';
}

/** A worker has taken a try. */
export interface TaskStarted extends OfTask {
  readonly kind: 'taskStarted';
  /** Minted at this start; `taskFinished` of the same try has the same. */
  readonly fence: number;
}

/** A try has ended, in whatever way. A mapped task is told by its instances. */
export interface TaskFinished extends OfTask {
  readonly kind: 'taskFinished';
  readonly fence: number;
  readonly outcome: 'success' | 'skip' | 'defer' | 'fail' | 'cancelled' | 'lost' | 'handed_back';
  /** What the task said, or the message of its failure. */
  readonly reason: string | null;
  /** What the task returned, of a success; null when its run was cleared before the plugin heard. */
  readonly output: Json;
  /** What the plugin noted about this try, however it ended. */
  readonly notes: readonly Json[];
}

/** A try failed, and another one follows. */
export interface TaskRetried extends OfTask {
  readonly kind: 'taskRetried';
  readonly reason: string | null;
  readonly code: string | null;
}

/** It skipped itself, or never ran because of what stands before it. */
export interface TaskSkipped extends OfTask {
  readonly kind: 'taskSkipped';
  readonly state: 'skipped' | 'upstream_failed';
  readonly reason: string | null;
}

export interface RecordState {
  readonly status: 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  /** The last phase that is completed. */
  readonly phase: 'SOURCE_TO_STAGE' | 'STAGE_TO_TARGET' | 'AUDIT' | null;
}

/** The status of a window's record has changed, or the phase that it has completed; `dagId` is its pipeline. */
export interface RecordStateChanged extends Happened {
  readonly kind: 'recordStateChanged';
  readonly recordId: RecordId;
  /** The run that holds the record, or held it. */
  readonly runId: RunId | null;
  readonly window: Window;
  readonly from: RecordState;
  readonly to: RecordState;
  /** The last `LoadReceipt` of the record, as it is when the plugin hears; null before there is one. */
  readonly receipt: Json;
}

/** A load changed the schema of its target, or asked for changes that a contract keeps back: see their `decision`. */
export interface SchemaDrifted extends OfRun {
  readonly kind: 'schemaDrift';
  readonly recordId: RecordId;
  readonly changes: readonly SchemaDrift[];
}

/** What is kept until every plugin has heard it. */
export type PluginEvent =
  | RunStarted
  | RunFinished
  | TaskStarted
  | TaskFinished
  | TaskRetried
  | TaskSkipped
  | RecordStateChanged
  | SchemaDrifted;

/** An interval of the plugin has begun. Nothing of it is kept: one that nobody was there for is not made up for. */
export interface Tick {
  readonly kind: 'tick';
  /** When the interval began, on a grid that is the same for all processes. */
  readonly at: Temporal.Instant;
}
