-- When a sweeper last looked whether a queued task still has its job. It was written over dispatched_at, which says since when
-- the task is queued.
alter table task_instance add column looked_at timestamptz;
drop index task_instance_waiting;
create index task_instance_waiting on task_instance (greatest(dispatched_at, looked_at)) where state in ('queued', 'up_for_retry');
