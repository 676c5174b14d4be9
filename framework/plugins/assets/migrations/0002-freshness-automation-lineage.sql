-- Whether each asset with a freshness policy is fresh, as it was evaluated last.
create table asset_freshness (
  asset text primary key,
  state text not null check (state in ('fresh', 'warn', 'overdue', 'unknown')),
  since timestamptz not null,
  changes_at timestamptz,
  sentence text not null
);

create table freshness_change (
  id bigint generated always as identity primary key,
  asset text not null,
  at timestamptz not null,
  from_state text,
  to_state text not null,
  sentence text not null
);

create index freshness_change_asset on freshness_change (asset, id desc);

-- One row for each asset with an automation; attached anew where it becomes another one.
create table automation (
  asset text primary key,
  automation jsonb not null,
  attached_at timestamptz not null,
  evaluated_at timestamptz,
  -- Why what it asked for last was not started.
  refusal text
);

create index automation_evaluated on automation (evaluated_at nulls first);

-- What was asked for. A cause is never a reason twice.
create table automation_request (
  asset text not null,
  -- '' of an asset that is one whole.
  partition text not null,
  cause text not null,
  at timestamptz not null,
  run_id bigint not null,
  ended_at timestamptz,
  primary key (asset, partition, cause)
);

create index automation_request_run on automation_request (run_id);
create index automation_request_newest on automation_request (asset, at desc);

-- The last evaluations of each asset, each for as long as its answer stayed the same.
create table automation_evaluation (
  id bigint generated always as identity primary key,
  asset text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  requests jsonb not null,
  verdicts jsonb not null
);

create index automation_evaluation_asset on automation_evaluation (asset, id desc);

-- Events of lineage that have not arrived yet.
create table lineage_outbox (
  id bigint not null,
  part integer not null,
  event jsonb not null,
  tries integer not null default 0,
  -- When it is tried again; null: at once.
  due_at timestamptz,
  primary key (id, part)
);
