-- One row per plugin that was ever installed: what it has heard, and who delivers to it at the moment.
create table plugin (
  name text primary key,
  version text not null,
  event_position bigint not null,
  attempt_position bigint not null,
  holder text,
  held_until timestamptz,
  delivered bigint not null default 0,
  failures bigint not null default 0,
  last_error text,
  last_error_at timestamptz,
  registered_at timestamptz not null default now()
);
