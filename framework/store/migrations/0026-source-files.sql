-- One row for each file that a pipeline has taken in: the same path with the same checksum is loaded once, and with another
-- checksum it stops the window. `STAGED`: on its way; `LOADED`: in the target; `REPLACED`: no part of its record's last load.

create table source_file (
  id bigint generated always as identity primary key,
  pipeline_id text not null,
  path text not null,
  sha256 text not null,
  -- Of the content that a re-run replaced.
  replaced_sha256 text,
  bytes bigint not null,
  rows bigint not null,
  model text not null,
  record_id bigint not null references pipeline_records (id),
  run_id bigint not null,
  -- The record's `retry_attempt` when the file came.
  attempt integer not null,
  status text not null default 'STAGED' check (status in ('STAGED', 'LOADED', 'REPLACED')),
  processed_at timestamptz not null default now(),
  unique (path, pipeline_id)
);
create index source_file_of_record on source_file (record_id, id);
create index source_file_of_pipeline on source_file (pipeline_id, id);
