-- Events and log lines are kept by week, so that old ones go by dropping a table and not row by row. A row for which no week
-- exists goes to the default partition. No reference to dag_run: to drop a partition with one would lock that table.

create sequence event_row;
create sequence task_log_row;

alter table event rename to event_before;
alter table event_before drop constraint event_pkey;
drop index event_of_run, event_of_record;
create table event (
  id bigint not null default nextval('event_row'),
  at timestamptz not null default now(),
  kind text not null,
  dag_id text,
  run_id bigint,
  task_id text,
  record_id bigint,
  details jsonb not null default '{}',
  primary key (id, at)
) partition by range (at);
create index event_of_run on event (run_id, id);
create index event_of_record on event (record_id, id) where record_id is not null;
create table event_default partition of event default;
create index event_default_age on event_default (at);

alter table task_log rename to task_log_before;
alter table task_log_before drop constraint task_log_pkey;
drop index task_log_of_task;
create table task_log (
  id bigint not null default nextval('task_log_row'),
  run_id bigint not null,
  task_id text not null,
  map_index integer not null,
  attempt integer not null,
  at timestamptz not null,
  level text not null,
  message text not null,
  fields jsonb not null default '{}',
  primary key (id, at)
) partition by range (at);
create index task_log_of_task on task_log (run_id, task_id, map_index, attempt, id);
create table task_log_default partition of task_log default;
create index task_log_default_age on task_log_default (at);

-- Makes the partition of one week and moves rows of it there that came before it was made. Returns whether it is new.
create function make_week(parent text, week timestamptz) returns boolean language plpgsql as $$
declare
  part text := parent || '_' || to_char(week at time zone 'UTC', 'YYYYMMDD');
  next_week timestamptz := week + interval '168 hours';
begin
  if to_regclass(part) is not null then
    return false;
  end if;
  execute format('create table %I (like %I including defaults including constraints including indexes)', part, parent);
  execute format(
    'with moved as (delete from %I where at >= %L and at < %L returning *) insert into %I select * from moved',
    parent || '_default', week, next_week, part);
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, part, week, next_week);
  return true;
end
$$;

-- The weeks of the rows that are there, and some weeks ahead. Weeks begin on Monday in UTC.
select make_week('event', week), make_week('task_log', week)
from (
  select date_trunc('week', at, 'UTC') as week from event_before
  union
  select date_trunc('week', at, 'UTC') from task_log_before
  union
  select date_trunc('week', now(), 'UTC') + ahead * interval '168 hours' from generate_series(0, 4) as ahead
) weeks
order by week;

insert into event (id, at, kind, dag_id, run_id, task_id, record_id, details)
select id, at, kind, dag_id, run_id, task_id, record_id, details from event_before order by id;
select setval('event_row', (select coalesce(max(id), 0) + 1 from event), false);
drop table event_before;

insert into task_log (id, run_id, task_id, map_index, attempt, at, level, message, fields)
select id, run_id, task_id, map_index, attempt, at, level, message, fields from task_log_before order by id;
select setval('task_log_row', (select coalesce(max(id), 0) + 1 from task_log), false);
drop table task_log_before;

-- When the last clean-up began: one row.
create table clean_up (
  is_only boolean primary key default true check (is_only),
  begun_at timestamptz not null default '-infinity'
);
insert into clean_up default values;
