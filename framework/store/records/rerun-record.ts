import type { RecordId } from '../../core/ids.ts';
import type { WindowRecord } from '../../record/record.ts';
import { type RerunPlan, type RerunRequest, rerunPlan } from '../../record/rerun-plan.ts';
import type { Database, Executor } from '../database.ts';
import { type CreatedRun, createRun } from '../runs/create-run.ts';
import { readRecord } from './record-rows.ts';

export type RerunResult =
  | { readonly kind: 'not_found' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'planned'; readonly plan: Extract<RerunPlan, { kind: 'rerun' }> }
  | { readonly kind: 'started'; readonly plan: Extract<RerunPlan, { kind: 'rerun' }>; readonly run: CreatedRun };

/** What a re-run would reset and what stays. Changes nothing. */
export async function previewRerun(database: Database, id: RecordId, options: RerunRequest): Promise<RerunResult> {
  const [row] = await database.run(READ, [id]);
  if (row === undefined) return { kind: 'not_found' };
  return (await openRun(database, id)) ?? outcome(rerunPlan(readRecord(row), options));
}

/** Resets the record as planned and creates a queued run that is bound to it, in one transaction. */
export async function rerunRecord(database: Database, id: RecordId, options: RerunRequest): Promise<RerunResult> {
  return database.transaction(async (transaction): Promise<RerunResult> => {
    const [row] = await transaction.run(LOCK, [id]);
    if (row === undefined) return { kind: 'not_found' };
    const open = await openRun(transaction, id);
    if (open !== undefined) return open;
    const planned = outcome(rerunPlan(readRecord(row), options));
    if (planned.kind !== 'planned') return planned;
    const { after } = planned.plan;
    await reset(transaction, after);
    const run = await createRun(transaction, {
      dagId: after.pipelineId,
      kind: 'rerun',
      window: after.window,
      recordId: id,
    });
    return { ...planned, kind: 'started', run };
  });
}

async function openRun(
  executor: Executor,
  id: RecordId,
): Promise<Extract<RerunResult, { kind: 'refused' }> | undefined> {
  const [open] = await executor.run(OPEN_RUN, [id]);
  if (open === undefined) return undefined;
  const run = String(open['id']);
  return {
    kind: 'refused',
    reason: `Record ${id} has the open run ${run}. Wait for its end, or cancel it: windrow runs cancel ${run}.`,
  };
}

function outcome(plan: RerunPlan): RerunResult {
  return plan.kind === 'refused' ? plan : { kind: 'planned', plan };
}

async function reset(transaction: Executor, after: WindowRecord): Promise<void> {
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

const READ = { text: 'select * from pipeline_records where id = $1' };
const LOCK = { text: 'select * from pipeline_records where id = $1 for update' };
const OPEN_RUN = { text: `select id from dag_run where record_id = $1 and state in ('queued', 'running')` };

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
