-- What was done to a dag, a run or a window, and when, without reading what was done to all others.
create index audit_log_of_dag on audit_log (dag_id, id) where dag_id is not null;
create index audit_log_of_run on audit_log (run_id, id) where run_id is not null;
create index audit_log_of_record on audit_log (record_id, id) where record_id is not null;
create index audit_log_at on audit_log (at);
