-- The shapes of the dags in the code of a process, so that others see which tasks it has.
alter table worker add column graphs text[] not null default '{}';
