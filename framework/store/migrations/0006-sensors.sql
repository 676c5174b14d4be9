-- Sensors: what was seen (the cursor), what was found (the items), which run each item has started.

alter table dag_run drop constraint dag_run_kind_check;
alter table dag_run add constraint dag_run_kind_check
  check (kind in ('scheduled', 'manual', 'rerun', 'test', 'sensor'));

create table sensor (
  id text primary key,
  dag_id text not null references dag (id),
  every_ms bigint not null,
  item_order text not null check (item_order in ('strict', 'free')),
  cursor jsonb,
  -- Grows with every write of the cursor: a poll that began with an older one writes nothing.
  cursor_version bigint not null default 0,
  paused boolean not null default false,
  last_poll_at timestamptz,
  next_poll_at timestamptz,
  -- One process polls at a time; an abandoned poll is taken over after this moment.
  lease_until timestamptz,
  failures integer not null default 0,
  last_error jsonb,
  last_error_at timestamptz
);

create table sensor_item (
  sensor_id text not null references sensor (id),
  key text not null,
  position bigint generated always as identity,
  run_id bigint references dag_run (id) on delete set null,
  -- Given up by an operator: later items do not wait for it.
  skipped_reason text,
  created_at timestamptz not null default now(),
  primary key (sensor_id, key)
);
create unique index sensor_item_order on sensor_item (sensor_id, position);
create unique index sensor_item_of_run on sensor_item (run_id) where run_id is not null;
