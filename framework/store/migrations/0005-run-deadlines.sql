-- When a run must have ended, and the failure of one that had not.
alter table dag_run add column deadline_at timestamptz;
alter table dag_run add column timed_out jsonb;
create index dag_run_deadlines on dag_run (deadline_at) where state = 'running' and timed_out is null;
