import type { WindowRecord } from '../../record/record.ts';
import type { Executor } from '../database.ts';

/** Stores a record as a re-run plan wants it before the new run starts. The record must be locked. */
export async function resetRecord(transaction: Executor, after: WindowRecord): Promise<void> {
  const phases = [after.phases.SOURCE_TO_STAGE, after.phases.STAGE_TO_TARGET, after.phases.AUDIT];
  await transaction.run(RESET, [
    after.id,
    after.phaseCompleted ?? null,
    after.retryAttempt,
    ...phases.map(({ status }) => status),
    after.audit.sourceCount ?? null,
    after.audit.stageCount ?? null,
    JSON.stringify(after.businessKeys),
  ]);
}

// A phase that is pending again loses its times; one that stays keeps them.
const RESET = {
  text: `
update pipeline_records set
  pipeline_status = 'PENDING', dag_run_id = null, pipeline_locked_at = null, lease_until = null, deadline = null,
  phase_completed = $2, retry_attempt = $3,
  source_to_stage_ingestion_status = $4,
  source_to_stage_ingestion_start_time = case when $4 = 'PENDING' then null else source_to_stage_ingestion_start_time end,
  source_to_stage_ingestion_end_time = case when $4 = 'PENDING' then null else source_to_stage_ingestion_end_time end,
  stage_to_target_ingestion_status = $5,
  stage_to_target_ingestion_start_time = case when $5 = 'PENDING' then null else stage_to_target_ingestion_start_time end,
  stage_to_target_ingestion_end_time = case when $5 = 'PENDING' then null else stage_to_target_ingestion_end_time end,
  audit_status = $6, audit_start_time = null, audit_end_time = null, audit_result = null,
  source_count = $7, stage_count = $8, target_count = null, count_difference = null, percentage_difference = null,
  audit_details = null, pipeline_start_time = null, pipeline_end_time = null, error = null,
  business_keys = $9, record_last_updated_time = now()
where id = $1`,
};
