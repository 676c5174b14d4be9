import { z } from 'zod';

import type { FailureRecord } from '../../core/failures.ts';
import { recordId, runId } from '../../core/ids.ts';
import { Temporal } from '../../core/time.ts';
import { PHASES } from '../../record/phase.ts';
import { PHASE_STATUSES, RECORD_STATUSES, type WindowRecord } from '../../record/record.ts';
import { InstantColumn } from '../runs/run-rows.ts';

const MaybeInstant = InstantColumn.nullable().transform((value) => value ?? undefined);
const MaybeText = z
  .string()
  .nullable()
  .transform((value) => value ?? undefined);
const MaybeNumber = z
  .number()
  .nullable()
  .transform((value) => value ?? undefined);
const PhaseState = z.enum(PHASE_STATUSES);

const RecordRow = z.object({
  id: z.number(),
  pipeline_id: z.string(),
  source_name: MaybeText,
  target_name: MaybeText,
  target_day: z.string(),
  window_start_time: InstantColumn,
  window_end_time: InstantColumn,
  window_zone: z.string(),
  time_interval: z.string(),
  business_keys: z.record(z.string(), z.json()),
  dag_run_id: MaybeNumber,
  pipeline_status: z.enum(RECORD_STATUSES),
  pipeline_locked_at: MaybeInstant,
  fence: z.number(),
  lease_until: MaybeInstant,
  deadline: MaybeInstant,
  source_to_stage_ingestion_start_time: MaybeInstant,
  source_to_stage_ingestion_end_time: MaybeInstant,
  source_to_stage_ingestion_status: PhaseState,
  stage_to_target_ingestion_start_time: MaybeInstant,
  stage_to_target_ingestion_end_time: MaybeInstant,
  stage_to_target_ingestion_status: PhaseState,
  audit_start_time: MaybeInstant,
  audit_end_time: MaybeInstant,
  audit_status: PhaseState,
  audit_result: z.enum(['PASS', 'FAIL']).nullable(),
  source_count: MaybeNumber,
  stage_count: MaybeNumber,
  target_count: MaybeNumber,
  count_difference: MaybeNumber,
  percentage_difference: MaybeText,
  audit_details: z.record(z.string(), z.json()).nullable(),
  pipeline_start_time: MaybeInstant,
  pipeline_end_time: MaybeInstant,
  phase_completed: z.enum(PHASES).nullable(),
  retry_attempt: z.number(),
  // Written by `failureRecord`.
  error: z.custom<FailureRecord | null>((value) => value === null || typeof value === 'object'),
  record_first_created_time: InstantColumn,
  record_last_updated_time: InstantColumn,
});

/** The columns of `WindowRecord`. Receipts are left out: that of a load of 1,000 tables has 50 kB. */
export const RECORD_COLUMNS = Object.keys(RecordRow.shape).join(', ');

/** A row of `pipeline_records`, with these columns at least, as our value. */
export function readRecord(row: unknown): WindowRecord {
  const r = RecordRow.parse(row);
  return {
    id: recordId(r.id),
    pipelineId: r.pipeline_id,
    sourceName: r.source_name,
    targetName: r.target_name,
    targetDay: Temporal.PlainDate.from(r.target_day),
    window: { start: r.window_start_time, end: r.window_end_time, zone: r.window_zone },
    timeInterval: r.time_interval,
    businessKeys: r.business_keys,
    pipelineStatus: r.pipeline_status,
    dagRunId: r.dag_run_id === undefined ? undefined : runId(r.dag_run_id),
    pipelineLockedAt: r.pipeline_locked_at,
    fence: r.fence,
    leaseUntil: r.lease_until,
    deadline: r.deadline,
    phaseCompleted: r.phase_completed ?? undefined,
    phases: phases(r),
    audit: {
      result: r.audit_result ?? undefined,
      sourceCount: r.source_count,
      stageCount: r.stage_count,
      targetCount: r.target_count,
      countDifference: r.count_difference,
      percentageDifference: r.percentage_difference,
      details: r.audit_details ?? undefined,
    },
    pipelineStartTime: r.pipeline_start_time,
    pipelineEndTime: r.pipeline_end_time,
    retryAttempt: r.retry_attempt,
    error: r.error ?? undefined,
    recordFirstCreatedTime: r.record_first_created_time,
    recordLastUpdatedTime: r.record_last_updated_time,
  };
}

function phases(r: z.infer<typeof RecordRow>): WindowRecord['phases'] {
  return {
    SOURCE_TO_STAGE: {
      status: r.source_to_stage_ingestion_status,
      startedAt: r.source_to_stage_ingestion_start_time,
      endedAt: r.source_to_stage_ingestion_end_time,
    },
    STAGE_TO_TARGET: {
      status: r.stage_to_target_ingestion_status,
      startedAt: r.stage_to_target_ingestion_start_time,
      endedAt: r.stage_to_target_ingestion_end_time,
    },
    AUDIT: { status: r.audit_status, startedAt: r.audit_start_time, endedAt: r.audit_end_time },
  };
}
