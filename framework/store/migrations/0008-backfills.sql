-- Many windows of one dag to be run beside its schedule. All state of a backfill is here, so that any process can go on with it.

create table backfill (
  id bigint generated always as identity primary key,
  dag_id text not null references dag (id),
  from_time timestamptz not null,
  to_time timestamptz not null,
  selection text not null check (selection in ('missing', 'failed', 'all')),
  max_active integer not null check (max_active > 0),
  reverse boolean not null,
  params jsonb not null default '{}',
  state text not null default 'running' check (state in ('running', 'paused', 'completed', 'failed', 'cancelled')),
  created_by text,
  created_at timestamptz not null default now(),
  -- Null while a window is open; a cancelled backfill ends with its last run.
  ended_at timestamptz,
  check (from_time < to_time)
);
create index backfill_open on backfill (dag_id, id) where ended_at is null;

create table backfill_window (
  backfill_id bigint not null references backfill (id) on delete cascade,
  position integer not null,
  window_start timestamptz not null,
  window_end timestamptz not null,
  window_zone text not null,
  state text not null default 'pending'
    check (state in ('pending', 'active', 'success', 'failed', 'skipped', 'cancelled')),
  run_id bigint,
  record_id bigint,
  reason text,
  primary key (backfill_id, position)
);
create index backfill_window_state on backfill_window (backfill_id, state, position);

-- The schedule goes on behind the newest window that it made itself.
alter table pipeline_records add column made_by_backfill boolean not null default false;

alter table dag_run drop constraint dag_run_kind_check;
alter table dag_run add constraint dag_run_kind_check
  check (kind in ('scheduled', 'manual', 'rerun', 'test', 'sensor', 'backfill'));
