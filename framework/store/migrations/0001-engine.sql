-- The engine's truth. Everything in BullMQ can be rebuilt from these tables.

-- Names this database, so that two installations on one Redis never see each other's jobs.
create table installation (
  id text primary key default substr(replace(gen_random_uuid()::text, '-', ''), 1, 10)
);
insert into installation default values;

create table dag (
  id text primary key,
  description text,
  paused boolean not null default false,
  is_pipeline boolean not null default false,
  schedule jsonb,
  max_active_runs integer not null default 1,
  graph_hash text not null,
  registered_at timestamptz not null default now()
);

-- One row per shape that a dag ever had; a run keeps the shape it started with.
create table dag_version (
  hash text primary key,
  dag_id text not null references dag (id),
  graph jsonb not null,
  created_at timestamptz not null default now()
);

create table task_edge (
  graph_hash text not null references dag_version (hash),
  upstream text not null,
  downstream text not null,
  primary key (graph_hash, upstream, downstream)
);

create table dag_run (
  id bigint generated always as identity primary key,
  dag_id text not null references dag (id),
  graph_hash text not null references dag_version (hash),
  kind text not null check (kind in ('scheduled', 'manual', 'rerun', 'test')),
  state text not null default 'queued' check (state in ('queued', 'running', 'success', 'failed', 'cancelled')),
  priority integer not null,
  window_start timestamptz,
  window_end timestamptz,
  window_zone text,
  record_id bigint,
  params jsonb not null default '{}',
  -- Tasks that are not final, and tasks that failed and count; both kept by the finish under this row's lock.
  open_tasks integer not null default 0,
  failed_tasks integer not null default 0,
  cancel_requested boolean not null default false,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz
);
create index dag_run_open on dag_run (dag_id, state) where state in ('queued', 'running');
create index dag_run_recent on dag_run (dag_id, id desc);
create index dag_run_record on dag_run (record_id, id desc) where record_id is not null;
create unique index dag_run_one_open_per_record on dag_run (record_id)
  where state in ('queued', 'running') and record_id is not null;
create unique index dag_run_one_per_window on dag_run (dag_id, window_start, window_end)
  where kind = 'scheduled' and record_id is null;

-- Minted at every start of a task; grows over all tasks, so that it also orders the starts that touch one record.
create sequence fence;

create table task_instance (
  run_id bigint not null references dag_run (id) on delete cascade,
  task_id text not null,
  map_index integer not null default 0,
  state text not null default 'none' check (state in ('none', 'scheduled', 'queued', 'running', 'deferred', 'success',
    'failed', 'skipped', 'upstream_failed', 'up_for_retry', 'cancelled', 'removed')),
  -- seq: every dispatch. attempt: tries that a user sees. infra_attempt: tries lost to a dead or stalled worker.
  seq integer not null default 0,
  attempt integer not null default 0,
  infra_attempt integer not null default 0,
  fence bigint not null default 0,
  lease_until timestamptz,
  worker text,
  pool text not null,
  priority integer not null,
  upstream_total integer not null,
  upstream_success integer not null default 0,
  upstream_failed integer not null default 0,
  upstream_skipped integer not null default 0,
  -- When a deferred task or one up for retry may run again.
  next_at timestamptz,
  dispatched_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  reason text,
  output jsonb,
  failure jsonb,
  primary key (run_id, task_id, map_index)
) with (fillfactor = 70);
create index task_instance_leases on task_instance (lease_until) where state = 'running';
create index task_instance_waiting on task_instance (dispatched_at) where state in ('queued', 'up_for_retry');
create index task_instance_deferred on task_instance (next_at) where state = 'deferred';

-- History: one row per ended try, whoever ended it.
create table task_attempt (
  id bigint generated always as identity primary key,
  run_id bigint not null references dag_run (id) on delete cascade,
  task_id text not null,
  map_index integer not null,
  attempt integer not null,
  fence bigint not null,
  outcome text not null,
  worker text,
  started_at timestamptz,
  ended_at timestamptz not null default now(),
  reason text,
  failure jsonb
);
create index task_attempt_of_task on task_attempt (run_id, task_id, map_index, id);

create table task_log (
  id bigint generated always as identity primary key,
  run_id bigint not null references dag_run (id) on delete cascade,
  task_id text not null,
  map_index integer not null,
  attempt integer not null,
  at timestamptz not null,
  level text not null,
  message text not null,
  fields jsonb not null default '{}'
);
create index task_log_of_task on task_log (run_id, task_id, map_index, attempt, id);

-- Dispatches that are decided but perhaps not yet in BullMQ. A row is removed once the job is there.
create table outbox (
  id bigint generated always as identity primary key,
  pool text not null,
  job_id text not null,
  -- What people see in the queue: dag, window, task, attempt.
  label text not null,
  run_id bigint not null,
  task_id text not null,
  seq integer not null,
  attempt integer not null,
  priority integer not null,
  not_before timestamptz,
  created_at timestamptz not null default now()
);
create index outbox_age on outbox (created_at);

create table event (
  id bigint generated always as identity,
  at timestamptz not null default now(),
  kind text not null,
  dag_id text,
  run_id bigint,
  task_id text,
  record_id bigint,
  details jsonb not null default '{}',
  primary key (id)
);
create index event_of_run on event (run_id, id);
create index event_of_record on event (record_id, id) where record_id is not null;

create table worker (
  id text primary key,
  host text not null,
  pid integer not null,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);
