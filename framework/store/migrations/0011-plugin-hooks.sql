-- One order for everything that plugins hear: events and ended tries take their ids from the same sequence.
lock table event, task_attempt in share row exclusive mode;
alter table task_attempt alter column id drop identity;
alter table task_attempt alter column id set default nextval('event_row');
select setval('event_row', greatest(nextval('event_row'), (select coalesce(max(id), 0) + 1 from task_attempt)), false);

-- What an older version has told may be told once more.
alter table plugin add column position bigint not null default 0;
update plugin set position = least(event_position, attempt_position);
alter table plugin alter column position drop default, drop column event_position, drop column attempt_position;

-- The hooks it has; when a process that has it was seen last; the interval of its last tick.
alter table plugin add column listens text[] not null default '{}';
alter table plugin add column seen_at timestamptz not null default now();
alter table plugin add column ticked_at timestamptz;

-- A plugin that no process has had for a week counts as taken out: nothing is kept or written for it any more.
create view installed_plugin as
select name, position, listens
from plugin
where listens <> '{}' and seen_at > now() - interval '7 days';

-- By a trigger, so that no statement that changes a record can forget it. Writes nothing where nobody listens.
create function tell_record_change() returns trigger language plpgsql set search_path from current as $$
begin
  if exists (select from installed_plugin p where 'recordStateChanged' = any (p.listens)) then
    insert into event (kind, dag_id, run_id, record_id, details)
    values ('record_changed', new.pipeline_id, coalesce(new.dag_run_id, old.dag_run_id), new.id, jsonb_build_object(
      'from', jsonb_build_object('status', old.pipeline_status, 'phase', old.phase_completed),
      'to', jsonb_build_object('status', new.pipeline_status, 'phase', new.phase_completed)));
  end if;
  return null;
end
$$;
create trigger record_change after update of pipeline_status, phase_completed on pipeline_records for each row
when (old.pipeline_status <> new.pipeline_status or old.phase_completed is distinct from new.phase_completed)
execute function tell_record_change();
