-- Re-runs inside a run: what a cleared task needs to begin anew.

-- How often tasks of it were cleared; such a run starts also on a paused dag, as what people start by hand.
alter table dag_run add column cleared integer not null default 0;

alter table task_instance
  -- The attempt that its retries are counted from: attempts go on behind those of the history.
  add column first_attempt integer not null default 1,
  -- What a task that succeeded chose; it holds also for tasks behind it that run again.
  add column choice jsonb;
