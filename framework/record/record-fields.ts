import type { Json } from '../core/json.ts';
import type { WindowRecord } from './record.ts';

/** One column that a plan changes; values as people read them. */
export interface FieldReset {
  readonly column: string;
  readonly before: Json;
  readonly after: Json;
}

/** The columns of `pipeline_records` that differ, in the order of the table. */
export function fieldResets(before: WindowRecord, after: WindowRecord): FieldReset[] {
  const wanted = recordFields(after);
  return Object.entries(recordFields(before))
    .map(([column, value]) => ({ column, before: value, after: wanted[column] ?? null }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}

/** A record by the names of its columns, as JSON: what `records show` prints. */
export function recordFields(record: WindowRecord): Readonly<Record<string, Json>> {
  return {
    id: record.id,
    pipeline_id: record.pipelineId,
    source_name: record.sourceName ?? null,
    target_name: record.targetName ?? null,
    target_day: record.targetDay.toString(),
    window_start_time: record.window.start.toString(),
    window_end_time: record.window.end.toString(),
    window_zone: record.window.zone,
    time_interval: record.timeInterval,
    business_keys: record.businessKeys,
    dag_run_id: record.dagRunId ?? null,
    pipeline_status: record.pipelineStatus,
    pipeline_locked_at: text(record.pipelineLockedAt),
    fence: record.fence,
    lease_until: text(record.leaseUntil),
    deadline: text(record.deadline),
    ...phaseFields('source_to_stage_ingestion', record.phases.SOURCE_TO_STAGE),
    ...phaseFields('stage_to_target_ingestion', record.phases.STAGE_TO_TARGET),
    ...phaseFields('audit', record.phases.AUDIT),
    audit_result: record.audit.result ?? null,
    source_count: record.audit.sourceCount ?? null,
    stage_count: record.audit.stageCount ?? null,
    target_count: record.audit.targetCount ?? null,
    count_difference: record.audit.countDifference ?? null,
    percentage_difference: record.audit.percentageDifference ?? null,
    audit_details: record.audit.details ?? null,
    pipeline_start_time: text(record.pipelineStartTime),
    pipeline_end_time: text(record.pipelineEndTime),
    phase_completed: record.phaseCompleted ?? null,
    retry_attempt: record.retryAttempt,
    error: failureFields(record.error),
    record_first_created_time: text(record.recordFirstCreatedTime),
    record_last_updated_time: text(record.recordLastUpdatedTime),
  };
}

function phaseFields(prefix: string, progress: WindowRecord['phases']['AUDIT']): Readonly<Record<string, Json>> {
  return {
    [`${prefix}_start_time`]: text(progress.startedAt),
    [`${prefix}_end_time`]: text(progress.endedAt),
    [`${prefix}_status`]: progress.status,
  };
}

function failureFields(error: WindowRecord['error']): Json {
  if (error === undefined) return null;
  const { kind, code, message, reaction, details, causes } = error;
  return { kind, code, message, reaction, details, causes };
}

function text(instant: { readonly toString: () => string } | undefined): string | null {
  return instant?.toString() ?? null;
}
