import { z } from 'zod';

import type { FailureRecord } from '../../core/failures.ts';
import { Bug, Cancelled } from '../../core/failures.ts';
import { type RecordId, recordId } from '../../core/ids.ts';
import type { Phase } from '../../record/phase.ts';
import type { RecordClaim, RecordDesk, RecordHolder } from '../../record/record-desk.ts';
import type { Executor, Statement } from '../database.ts';
import { ALREADY_LOADED, AUDITED } from './complete-record.ts';
import { HELD, TOUCH } from './held-record.ts';
import { readRecord } from './record-rows.ts';
import { keepDrift } from './schema-drift-rows.ts';
import { FILES_LOADED, admitFile } from './source-files.ts';

/** The book-keeping of records over the store. */
export function openRecordDesk(executor: Executor): RecordDesk {
  const write = (statement: Statement, holder: RecordHolder, values: readonly unknown[]): Promise<void> =>
    fencedWrite(executor, holder, { statement, values });
  return {
    claim: (holder, leaseMs) => claim(executor, holder, leaseMs),
    read: (id) => read(executor, id),
    startPhase: (holder, phase) => write(START_PHASE[phase], holder, []),
    completePhase: (holder, phase, facts) =>
      write(COMPLETE_PHASE[phase], holder, [
        facts.sourceCount ?? null,
        facts.stageCount ?? null,
        facts.receipt === undefined ? null : JSON.stringify(facts.receipt),
      ]),
    failPhase: (holder, phase) => write(FAIL_PHASE[phase], holder, []),
    admitFile: (holder, file) => admitFile(executor, holder, file),
    isDriftTold: async (id, changes) => (await executor.run(IS_DRIFT_TOLD, [id, JSON.stringify(changes)])).length > 0,
    tellDrift: (holder, changes) => write(TELL_DRIFT, holder, [JSON.stringify(changes)]),
    audited: (holder, figures, covers) =>
      write(AUDITED, holder, [
        covers,
        figures.sourceCount,
        figures.targetCount,
        figures.countDifference,
        figures.percentageDifference ?? null,
        figures.result,
        JSON.stringify(figures.details),
      ]),
    alreadyLoaded: (holder, rows, covers) => write(ALREADY_LOADED, holder, [covers, rows]),
    releaseStale: async (pipelineId, olderThan) => {
      const rows = await executor.run(RELEASE_STALE, [pipelineId, olderThan]);
      return rows.map((row) => Id.parse(row).id);
    },
    failedTasks: async (runId) => {
      const rows = await executor.run(FAILED_TASKS, [runId]);
      return rows.map((row) => FailedTask.parse(row));
    },
  };
}

async function claim(executor: Executor, holder: RecordHolder, leaseMs: number): Promise<RecordClaim> {
  const [row] = await executor.run(CLAIM, [holder.recordId, holder.runId, holder.fence, leaseMs]);
  if (row !== undefined) return { kind: 'claimed', record: readRecord(row) };
  const record = await read(executor, holder.recordId);
  const by = record.dagRunId === undefined ? 'another run' : `run ${record.dagRunId}`;
  return { kind: 'unavailable', reason: `record ${record.id} is ${record.pipelineStatus}, last touched by ${by}` };
}

async function read(executor: Executor, id: RecordId): Promise<ReturnType<typeof readRecord>> {
  const [row] = await executor.run(READ, [id]);
  if (row === undefined)
    throw new Bug('E_RECORD_MISSING', `Record ${id} is not in pipeline_records, but a run is bound to it.`);
  return readRecord(row);
}

async function fencedWrite(
  executor: Executor,
  holder: RecordHolder,
  write: { readonly statement: Statement; readonly values: readonly unknown[] },
): Promise<void> {
  const rows = await executor.run(write.statement, [holder.recordId, holder.runId, holder.fence, ...write.values]);
  if (rows.length > 0) return;
  throw new Cancelled(
    'E_RECORD_FENCED',
    `Record ${holder.recordId} is not held by run ${holder.runId} under fence ${holder.fence} any more; this try stops and changes nothing.`,
  );
}

// The same run may claim again after a lost worker; `skip locked` lets exactly one of two claims win without waiting.
const CLAIM = {
  name: 'claim_record',
  text: `
update pipeline_records p set
  pipeline_status = 'IN_PROGRESS', dag_run_id = $2, fence = $3, pipeline_locked_at = now(),
  lease_until = now() + $4::integer * interval '1 ms', pipeline_start_time = coalesce(p.pipeline_start_time, now()),
  error = null, record_last_updated_time = now()
from (
  select id
  from pipeline_records
  where id = $1
    and (pipeline_status = 'PENDING' or (pipeline_status = 'IN_PROGRESS' and dag_run_id = $2 and fence <= $3))
  for update skip locked
) free
where p.id = free.id
returning p.*`,
};

const READ = { name: 'read_record', text: 'select * from pipeline_records where id = $1' };

const PREFIX: Readonly<Record<Phase, string>> = {
  SOURCE_TO_STAGE: 'source_to_stage_ingestion',
  STAGE_TO_TARGET: 'stage_to_target_ingestion',
  AUDIT: 'audit',
};

function perPhase(make: (prefix: string, phase: Phase) => Statement): Readonly<Record<Phase, Statement>> {
  return {
    SOURCE_TO_STAGE: make(PREFIX.SOURCE_TO_STAGE, 'SOURCE_TO_STAGE'),
    STAGE_TO_TARGET: make(PREFIX.STAGE_TO_TARGET, 'STAGE_TO_TARGET'),
    AUDIT: make(PREFIX.AUDIT, 'AUDIT'),
  };
}

const START_PHASE = perPhase((prefix) => ({
  name: `start_${prefix}`,
  text: `
update pipeline_records set
  ${prefix}_start_time = now(), ${prefix}_end_time = null, ${prefix}_status = 'IN_PROGRESS', ${TOUCH}
${HELD}
returning id`,
}));

// Whatever else a target calls so is none of our business.
const QUARANTINED = `case
      when $6::jsonb is null then quarantined
      when jsonb_typeof($6::jsonb #> '{details,quarantined}') = 'number' then ($6::jsonb #>> '{details,quarantined}')::numeric::bigint
    end`;

const COMPLETE_PHASE = perPhase((prefix, phase) => ({
  name: `complete_${prefix}`,
  text: `
with done as (
  update pipeline_records set
    ${prefix}_end_time = now(), ${prefix}_status = 'COMPLETED', phase_completed = '${phase}',
    source_count = coalesce($4::bigint, source_count), stage_count = coalesce($5::bigint, stage_count),
    load_receipt = coalesce($6::jsonb, load_receipt), quarantined = ${QUARANTINED}, ${TOUCH}
  ${HELD}
  returning id, pipeline_id, source_to_stage_ingestion_start_time
),${phase === 'STAGE_TO_TARGET' ? `${FILES_LOADED},${keepDrift(`$6::jsonb -> 'schemaChanges'`)},` : ''}
told as (
  insert into event (kind, dag_id, run_id, record_id, details)
  select 'schema_drift', pipeline_id, $2, id, jsonb_build_object('changes', $6::jsonb -> 'schemaChanges')
  from done
  where jsonb_array_length($6::jsonb -> 'schemaChanges') > 0
)
select id from done`,
}));

const FAIL_PHASE = perPhase((prefix) => ({
  name: `fail_${prefix}`,
  text: `update pipeline_records set ${prefix}_end_time = now(), ${prefix}_status = 'FAILED', ${TOUCH} ${HELD} returning id`,
}));

const IS_DRIFT_TOLD = {
  name: 'is_drift_told',
  text: `
select 1
from event
where record_id = $1 and kind = 'schema_drift' and details = jsonb_build_object('changes', $2::jsonb)
limit 1`,
};

const TELL_DRIFT = {
  name: 'tell_drift',
  text: `
with done as (
  select id, pipeline_id from pipeline_records ${HELD}
),${keepDrift('$4::jsonb')},
told as (
  insert into event (kind, dag_id, run_id, record_id, details)
  select 'schema_drift', pipeline_id, $2, id, jsonb_build_object('changes', $4::jsonb)
  from done
)
select id from done`,
};

const RELEASE_STALE = {
  name: 'release_stale',
  text: `
update pipeline_records p set
  pipeline_status = 'PENDING', pipeline_locked_at = null, lease_until = null, dag_run_id = null,
  record_last_updated_time = now()
where pipeline_id = $1 and pipeline_status = 'IN_PROGRESS'
  and coalesce(lease_until, pipeline_locked_at, '-infinity') < now()
  and (pipeline_locked_at is null or pipeline_locked_at < now() - $2::bigint * interval '1 ms' or lease_until is not null)
  and not exists (select 1 from dag_run r where r.id = p.dag_run_id and r.state in ('queued', 'running') offset 0)
returning id`,
};

const FAILED_TASKS = {
  name: 'failed_tasks',
  text: `
select task_id as task, failure
from task_instance
where run_id = $1 and state = 'failed' and failure is not null
order by ended_at`,
};

const Id = z.object({ id: z.number().transform(recordId) });
const FailedTask = z.object({
  task: z.string(),
  // Written by `failureRecord`.
  failure: z.custom<FailureRecord>((value) => typeof value === 'object' && value !== null),
});
