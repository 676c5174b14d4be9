import type { Admission, ArrivedFile } from '../core/arrived-file.ts';
import type { Millis } from '../core/duration.ts';
import type { FailureRecord } from '../core/failures.ts';
import type { RecordId, RunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { SchemaDrift } from '../core/schema-drift.ts';
import type { Differences } from './differences.ts';
import type { Phase } from './phase.ts';
import type { WindowRecord } from './record.ts';

/** Who works on a record: every write names it, and one under an older fence is refused. */
export interface RecordHolder {
  readonly recordId: RecordId;
  readonly runId: RunId;
  readonly fence: number;
}

export type RecordClaim =
  | { readonly kind: 'claimed'; readonly record: WindowRecord }
  /** Another run holds it, or it is not pending. */
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface FailedTask {
  readonly task: string;
  readonly failure: FailureRecord;
}

export interface CompletedFigures extends Differences {
  readonly sourceCount: number;
  readonly targetCount: number;
  readonly result: 'PASS' | 'FAIL';
  readonly details: Readonly<Record<string, Json>>;
}

/** The book-keeping of records, as the six tasks use it. */
export interface RecordDesk {
  /** Takes the record for a run unless somebody else has it (`for update skip locked`). */
  readonly claim: (holder: RecordHolder, leaseMs: Millis) => Promise<RecordClaim>;
  readonly read: (recordId: RecordId) => Promise<WindowRecord>;
  readonly startPhase: (holder: RecordHolder, phase: Phase) => Promise<void>;
  readonly completePhase: (holder: RecordHolder, phase: Phase, facts: PhaseFacts) => Promise<void>;
  readonly failPhase: (holder: RecordHolder, phase: Phase) => Promise<void>;
  /** Takes a file of the source in for the record, or says that it is loaded: see `FileManifest`. */
  readonly admitFile: (holder: RecordHolder, file: ArrivedFile) => Promise<Admission>;
  /** Whether plugins were told of exactly these changes of a window before. */
  readonly isDriftTold: (recordId: RecordId, changes: readonly SchemaDrift[]) => Promise<boolean>;
  /** Tells plugins of changes that a window asks for and that were not made. */
  readonly tellDrift: (holder: RecordHolder, changes: readonly SchemaDrift[]) => Promise<void>;
  /** Writes the audit; a PASS completes the record, and with it what it covers. */
  readonly audited: (holder: RecordHolder, figures: CompletedFigures, covers: Covers) => Promise<void>;
  /** Completes a record whose window needs no work because source and target agree already. */
  readonly alreadyLoaded: (holder: RecordHolder, rows: number, covers: Covers) => Promise<void>;
  /** Gives back records whose lock is stale and whose run is not open any more. */
  readonly releaseStale: (pipelineId: string, olderThan: Millis) => Promise<readonly RecordId[]>;
  /** The tasks of a run that failed so far. */
  readonly failedTasks: (runId: RunId) => Promise<readonly FailedTask[]>;
}

/** Pipelines whose unfinished windows up to the end of the completed one are completed in the same statement. */
export type Covers = readonly string[];

export interface PhaseFacts {
  readonly sourceCount?: number;
  readonly stageCount?: number;
  readonly receipt?: Readonly<Record<string, Json>>;
}
