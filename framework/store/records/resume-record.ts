import type { ClearPlan } from '../../run/clear-plan.ts';
import { type ClearedRecord, clearRecord } from '../../record/clear-record.ts';
import { findPhase } from '../../record/phase.ts';
import type { WindowRecord } from '../../record/record.ts';
import type { RerunRequest } from '../../record/rerun-plan.ts';
import type { Executor } from '../database.ts';
import type { LockedRun } from '../runs/locked-runs.ts';
import { readRecord } from './record-rows.ts';

export interface ResumeRequest extends Pick<RerunRequest, 'now' | 'keysOf'> {
  readonly plan: Extract<ClearPlan, { kind: 'clear' }>;
}

/** Locks the record of a run; undefined for a run without one. */
export async function lockRecord(
  transaction: Executor,
  { recordId }: Pick<LockedRun, 'recordId'>,
): Promise<WindowRecord | undefined> {
  if (recordId === null) return undefined;
  const [row] = await transaction.run(LOCK, [recordId]);
  return row === undefined ? undefined : readRecord(row);
}

/** What a clear of its run does to a locked record. */
export function planRecord(
  record: WindowRecord,
  { id }: Pick<LockedRun, 'id'>,
  { plan, ...request }: ResumeRequest,
): ReturnType<typeof clearRecord> {
  // The tasks of a pipeline that do a phase have its name.
  const phases = plan.cleared.flatMap((task) => findPhase(task.id) ?? []);
  return clearRecord(record, { ...request, run: id, repeats: new Set(phases), keepsError: plan.run.failedTasks > 0 });
}

/** Stores a record as the clear of its run wants it. The record must be locked. */
export async function resumeRecord(transaction: Executor, { after }: ClearedRecord): Promise<void> {
  const { SOURCE_TO_STAGE, STAGE_TO_TARGET, AUDIT } = after.phases;
  await transaction.run(RESUME, [
    after.id,
    after.dagRunId ?? null,
    after.phaseCompleted ?? null,
    after.retryAttempt,
    SOURCE_TO_STAGE.status,
    STAGE_TO_TARGET.status,
    AUDIT.status,
    after.audit.sourceCount ?? null,
    after.audit.stageCount ?? null,
    JSON.stringify(after.businessKeys),
    after.error === undefined,
  ]);
}

const LOCK = { text: 'select * from pipeline_records where id = $1 for update' };

// A phase that is pending again loses its times and what it found; one that stays keeps them.
const RESUME = {
  text: `
update pipeline_records set
  pipeline_status = 'IN_PROGRESS', dag_run_id = $2, pipeline_locked_at = now(), lease_until = null, deadline = null,
  phase_completed = $3, retry_attempt = $4,
  source_to_stage_ingestion_status = $5,
  source_to_stage_ingestion_start_time = case when $5 = 'PENDING' then null else source_to_stage_ingestion_start_time end,
  source_to_stage_ingestion_end_time = case when $5 = 'PENDING' then null else source_to_stage_ingestion_end_time end,
  stage_to_target_ingestion_status = $6,
  stage_to_target_ingestion_start_time = case when $6 = 'PENDING' then null else stage_to_target_ingestion_start_time end,
  stage_to_target_ingestion_end_time = case when $6 = 'PENDING' then null else stage_to_target_ingestion_end_time end,
  audit_status = $7,
  audit_start_time = case when $7 = 'PENDING' then null else audit_start_time end,
  audit_end_time = case when $7 = 'PENDING' then null else audit_end_time end,
  audit_result = case when $7 = 'PENDING' then null else audit_result end,
  target_count = case when $7 = 'PENDING' then null else target_count end,
  count_difference = case when $7 = 'PENDING' then null else count_difference end,
  percentage_difference = case when $7 = 'PENDING' then null else percentage_difference end,
  audit_details = case when $7 = 'PENDING' then null else audit_details end,
  source_count = $8, stage_count = $9, business_keys = $10, error = case when $11 then null else error end,
  pipeline_end_time = null, record_last_updated_time = now()
where id = $1`,
};
