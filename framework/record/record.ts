import type { FailureRecord } from '../core/failures.ts';
import type { RecordId, RunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Temporal } from '../core/time.ts';
import type { Window } from '../core/window.ts';
import type { Phase } from './phase.ts';

export const RECORD_STATUSES = ['PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED'] as const;
export type RecordStatus = (typeof RECORD_STATUSES)[number];

export const PHASE_STATUSES = ['PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED'] as const;
export type PhaseStatus = (typeof PHASE_STATUSES)[number];

/**
 * A row of `pipeline_records`: one window of one pipeline. It is the schedule, the lock, the audit result and the
 * handle for re-running. Columns that are null are undefined here.
 */
export interface WindowRecord {
  readonly id: RecordId;
  readonly pipelineId: string;
  readonly sourceName: string | undefined;
  readonly targetName: string | undefined;
  readonly targetDay: Temporal.PlainDate;
  readonly window: Window;
  readonly timeInterval: string;
  readonly businessKeys: Readonly<Record<string, Json>>;

  readonly pipelineStatus: RecordStatus;
  readonly dagRunId: RunId | undefined;
  readonly pipelineLockedAt: Temporal.Instant | undefined;
  readonly fence: number;
  readonly leaseUntil: Temporal.Instant | undefined;
  readonly deadline: Temporal.Instant | undefined;

  readonly phaseCompleted: Phase | undefined;
  readonly phases: Readonly<Record<Phase, PhaseProgress>>;
  readonly audit: AuditFigures;
  readonly pipelineStartTime: Temporal.Instant | undefined;
  readonly pipelineEndTime: Temporal.Instant | undefined;
  readonly retryAttempt: number;
  readonly error: FailureRecord | undefined;
  readonly recordFirstCreatedTime: Temporal.Instant;
  readonly recordLastUpdatedTime: Temporal.Instant;
}

export interface PhaseProgress {
  readonly status: PhaseStatus;
  readonly startedAt: Temporal.Instant | undefined;
  readonly endedAt: Temporal.Instant | undefined;
}

export interface AuditFigures {
  readonly result: 'PASS' | 'FAIL' | undefined;
  readonly sourceCount: number | undefined;
  readonly stageCount: number | undefined;
  readonly targetCount: number | undefined;
  readonly countDifference: number | undefined;
  /** Decimal text such as `-0.33`, so that no digit passes through a float. */
  readonly percentageDifference: string | undefined;
  /** Tables that differ, or why the record counts as completed without an audit. */
  readonly details: Readonly<Record<string, Json>> | undefined;
}

export const PENDING_PHASE: PhaseProgress = { status: 'PENDING', startedAt: undefined, endedAt: undefined };

export const NO_AUDIT: AuditFigures = {
  result: undefined,
  sourceCount: undefined,
  stageCount: undefined,
  targetCount: undefined,
  countDifference: undefined,
  percentageDifference: undefined,
  details: undefined,
};
