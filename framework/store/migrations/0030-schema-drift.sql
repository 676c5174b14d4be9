-- One row for each change of a target's schema that a window made or asked for. The events that tell plugins of them go by the
-- week; these stay, and are asked for by pipeline, table and window.
create table schema_drift (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  pipeline_id text not null,
  record_id bigint not null references pipeline_records (id),
  run_id bigint,
  -- In an order in which the beginning of a name is a range of the index.
  table_name text collate "C" not null,
  column_name text,
  change text not null,
  -- Of the column in the target, where the change says them.
  type_before text,
  type_after text,
  decision text not null check (decision in ('applied', 'paused', 'failed')),
  sentence text not null
);
create index schema_drift_at on schema_drift (at, id);
create index schema_drift_of_pipeline on schema_drift (pipeline_id, id);
create index schema_drift_of_record on schema_drift (record_id, id);
create index schema_drift_of_table on schema_drift (table_name, id);

-- What is known from before. Events were written before contracts existed, and say no decision then.
insert into schema_drift (at, pipeline_id, record_id, run_id, table_name, column_name, change, decision, sentence)
select e.at, p.pipeline_id, p.id, e.run_id, c.change ->> 'table', c.change ->> 'column', coalesce(c.change ->> 'change', 'other'),
  coalesce(c.change ->> 'decision', 'applied'), coalesce(c.change ->> 'sentence', '')
from event e
join pipeline_records p on p.id = e.record_id
cross join jsonb_array_elements(e.details -> 'changes') with ordinality as c (change, place)
where e.kind = 'schema_drift' and c.change ->> 'table' is not null
order by e.id, c.place;
