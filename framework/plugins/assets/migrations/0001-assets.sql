-- What the project says of its assets, as a process with this plugin saw it last; tables of Direct Data add themselves.
create table asset (
  key text primary key,
  definition jsonb not null,
  -- False: the project has it no more; what was made of it stays.
  is_defined boolean not null default true,
  -- It was found in what a window loaded.
  is_discovered boolean not null default false,
  changed_at timestamptz not null default now()
);

-- Materializations and observations. `id` is that of the engine's event, `part` counts what one event told.
create table asset_event (
  id bigint not null,
  part integer not null,
  asset text not null,
  -- '' of an asset that is one whole.
  partition text not null,
  kind text not null check (kind in ('materialization', 'observation')),
  at timestamptz not null,
  dag_id text not null,
  run_id bigint,
  task_id text,
  record_id bigint,
  metadata jsonb not null,
  data_version text not null,
  code_version text,
  primary key (id, part)
);

create index asset_event_asset on asset_event (asset, id desc, part desc);
create index asset_event_partition on asset_event (asset, partition, id desc, part desc);

-- One row for each partition that was ever tried; missing ones have none.
create table partition_status (
  asset text not null,
  partition text not null,
  -- The last good materialization.
  event_id bigint,
  part integer,
  at timestamptz,
  data_version text,
  code_version text,
  -- The materialization that brought the present data version.
  changed_id bigint,
  -- The last try that failed, where it is newer than the last good materialization.
  failed_id bigint,
  failed_run bigint,
  primary key (asset, partition)
);

create index partition_status_newest on partition_status (asset, event_id desc nulls last);

create table check_result (
  id bigint not null,
  part integer not null,
  asset text not null,
  partition text not null,
  name text not null,
  at timestamptz not null,
  passed boolean not null,
  severity text not null check (severity in ('warn', 'error')),
  blocking boolean not null,
  description text,
  metadata jsonb not null,
  dag_id text not null,
  run_id bigint,
  task_id text,
  primary key (id, part)
);

create index check_result_asset on check_result (asset, name, id desc, part desc);
create index check_result_partition on check_result (asset, partition, name, id desc, part desc);

-- The last result of each check.
create table check_status (
  asset text not null,
  name text not null,
  id bigint not null,
  part integer not null,
  partition text not null,
  at timestamptz not null,
  passed boolean not null,
  severity text not null,
  description text,
  primary key (asset, name)
);
