-- A mapped task has a row with map_index -1, its summary, which alone counts as upstream of others and in the counters of the
-- run, and once it is expanded a row per element with map_index 0, 1, ... Those know the total too, which tells the first of
-- them from an ordinary task, whose map_index is always 0. The other counters are the summary's.
alter table task_instance
  add column map_total integer,
  add column map_success integer not null default 0,
  add column map_failed integer not null default 0,
  add column map_skipped integer not null default 0;

alter table outbox add column map_index integer not null default 0;
