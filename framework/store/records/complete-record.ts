import type { Statement } from '../database.ts';
import { HELD, TOUCH } from './held-record.ts';
import { FILES_LOADED } from './source-files.ts';

/** `$4`: the pipelines that are covered. */
export const AUDITED: Statement = completing(
  'audited',
  `
  source_count = $5, target_count = $6, count_difference = $7, percentage_difference = $8::numeric, audit_result = $9,
  audit_details = $10, audit_end_time = now(),
  audit_status = case when $9 = 'PASS' then 'COMPLETED' else 'FAILED' end,
  phase_completed = case when $9 = 'PASS' then 'AUDIT' else phase_completed end,
  pipeline_status = case when $9 = 'PASS' then 'COMPLETED' else pipeline_status end,
  pipeline_end_time = case when $9 = 'PASS' then now() else pipeline_end_time end,
  lease_until = case when $9 = 'PASS' then null else lease_until end`,
);

/** `$4`: the pipelines that are covered. */
export const ALREADY_LOADED: Statement = completing(
  'already_loaded',
  `
  source_count = $5, target_count = $5, count_difference = 0, percentage_difference = 0, audit_result = 'PASS',
  audit_status = 'COMPLETED', audit_start_time = now(), audit_end_time = now(), phase_completed = 'AUDIT',
  pipeline_status = 'COMPLETED', pipeline_end_time = now(), lease_until = null`,
  FILES_LOADED,
);

// One statement, so that a record is never completed without what it covers. A window that a run has in hand is left to it.
function completing(name: string, changes: string, also?: string): Statement {
  return {
    name,
    text: `
with done as (
  update pipeline_records set ${changes}, ${TOUCH}
  ${HELD}
  returning id, pipeline_id, pipeline_status, window_end_time, source_to_stage_ingestion_start_time
),${also === undefined ? '' : `${also},`}
unfinished as (
  select r.id, r.pipeline_status as was, r.error ->> 'code' as error,
    'covered by record ' || done.id || ' of ' || done.pipeline_id as reason
  from done
  join pipeline_records r on r.pipeline_id = any ($4::text[]) and r.window_end_time <= done.window_end_time
  where done.pipeline_status = 'COMPLETED' and r.pipeline_status in ('PENDING', 'FAILED', 'CANCELLED')
    and not exists (select 1 from dag_run d where d.record_id = r.id and d.state in ('queued', 'running') offset 0)
  order by r.id
  for update of r
),
covered as (
  update pipeline_records r set
    pipeline_status = 'COMPLETED', pipeline_end_time = now(), pipeline_locked_at = null, lease_until = null, error = null,
    audit_details = jsonb_build_object('completed', u.reason), record_last_updated_time = now()
  from unfinished u
  where r.id = u.id
  returning r.id, r.pipeline_id, u.reason, u.was, u.error
),
told as (
  insert into event (kind, dag_id, record_id, details)
  select 'record_covered', pipeline_id, id, jsonb_strip_nulls(jsonb_build_object('reason', reason, 'was', was, 'error', error))
  from covered
  order by id
)
select id from done`,
  };
}
