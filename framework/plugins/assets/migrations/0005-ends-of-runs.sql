-- Ends of runs that an automation may have asked for. One may be heard before it is kept that the run was asked for.
create table run_end (
  run_id bigint primary key,
  at timestamptz not null,
  heard_at timestamptz not null default now()
);

drop index automation_request_run;
create index automation_request_open on automation_request (run_id) where ended_at is null;
