-- One row per window of one pipeline: schedule, lock, audit result and the handle for re-running.

create table pipeline_records (
  id bigint generated always as identity primary key,
  pipeline_id text not null references dag (id),
  source_name text,
  target_name text,
  target_day date not null,
  window_start_time timestamptz not null,
  window_end_time timestamptz not null,
  window_zone text not null,
  time_interval text not null,
  business_keys jsonb not null default '{}',

  dag_run_id bigint,
  pipeline_status text not null default 'PENDING'
    check (pipeline_status in ('PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')),
  pipeline_locked_at timestamptz,
  fence bigint not null default 0,
  lease_until timestamptz,
  deadline timestamptz,

  source_to_stage_ingestion_start_time timestamptz,
  source_to_stage_ingestion_end_time timestamptz,
  source_to_stage_ingestion_status text not null default 'PENDING',
  stage_to_target_ingestion_start_time timestamptz,
  stage_to_target_ingestion_end_time timestamptz,
  stage_to_target_ingestion_status text not null default 'PENDING',

  audit_start_time timestamptz,
  audit_end_time timestamptz,
  audit_status text not null default 'PENDING',
  audit_result text,
  source_count bigint,
  stage_count bigint,
  target_count bigint,
  count_difference bigint,
  percentage_difference numeric(20, 2),
  audit_details jsonb,
  load_receipt jsonb,

  pipeline_start_time timestamptz,
  pipeline_end_time timestamptz,
  phase_completed text check (phase_completed in ('SOURCE_TO_STAGE', 'STAGE_TO_TARGET', 'AUDIT')),
  retry_attempt integer not null default 0,
  error jsonb,
  record_first_created_time timestamptz not null default now(),
  record_last_updated_time timestamptz not null default now(),

  unique (pipeline_id, window_start_time, window_end_time),
  check (window_start_time < window_end_time)
);
create index idx_pipeline_status on pipeline_records (pipeline_id, pipeline_status, window_start_time);
create index idx_time_window on pipeline_records (window_start_time, window_end_time);
create index idx_phase_completed on pipeline_records (phase_completed);
create index idx_locked_at on pipeline_records (lease_until) where pipeline_status = 'IN_PROGRESS';
create index idx_record_run on pipeline_records (dag_run_id) where pipeline_status = 'IN_PROGRESS';
create index idx_record_unfinished on pipeline_records (pipeline_id, window_start_time, window_end_time)
  where pipeline_status <> 'COMPLETED';
