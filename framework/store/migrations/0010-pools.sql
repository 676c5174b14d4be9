-- Limits on tasks: pools with slots and rates, and tasks that wait for the previous window.

-- Only pools with limits. code_*: what the project says. The others are in force; an operator may set them.
create table pool (
  name text primary key,
  slots integer not null check (slots >= 0),
  rate_starts integer,
  rate_per_ms bigint,
  code_slots integer not null,
  code_rate_starts integer,
  code_rate_per_ms bigint,
  set_by_operator boolean not null default false,
  -- The token bucket of the rate as it was at refilled_at, by this database's clock.
  tokens double precision not null default 0,
  refilled_at timestamptz not null default now(),
  check ((rate_starts is null) = (rate_per_ms is null))
);

-- slots: what it holds of its pool while it is queued or runs; 0 in a pool without limits. Decided when its run starts.
-- The summary of a mapped task (map_index -1) has them for its instances only: it is not limited itself.
alter table task_instance
  add column slots integer not null default 0,
  add column after_previous boolean not null default false,
  -- Of its run, where limits hold: the order of admission.
  add column window_start timestamptz,
  add column limited boolean not null generated always as ((slots > 0 or after_previous) and map_index >= 0) stored;
create index task_instance_held on task_instance (pool, priority, window_start, run_id, task_id, map_index)
  where state = 'scheduled';
create index task_instance_slots on task_instance (pool) include (slots)
  where slots > 0 and map_index >= 0 and state in ('queued', 'running');
create index task_instance_limited_due on task_instance (next_at)
  where limited and state in ('deferred', 'up_for_retry');

create index dag_run_previous on dag_run (dag_id, window_end, id) where window_end is not null;
