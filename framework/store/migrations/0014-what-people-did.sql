-- What happened to sensors and backfills stands among the events, and a sensor that the code has lost is told apart.

alter table sensor add column removed_at timestamptz;

create index event_of_dag on event (dag_id, id) where run_id is null and record_id is null;
