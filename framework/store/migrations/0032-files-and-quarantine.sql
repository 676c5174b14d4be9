-- Rows that the last load of a window left out because no column of the target can hold them, from its receipt.
alter table pipeline_records add column quarantined bigint;
update pipeline_records set quarantined = (load_receipt #>> '{details,quarantined}')::numeric
where jsonb_typeof(load_receipt #> '{details,quarantined}') = 'number';
create index record_with_quarantine on pipeline_records (id) where quarantined > 0;

-- Windows that stopped because a file which was loaded has come with other content, by its path.
create index record_of_changed_file on pipeline_records ((error #>> '{details,path}'))
  where error ->> 'code' = 'E_FILE_CHANGED_AFTER_LOAD';

-- In an order in which the beginning of a path is a range of the index.
create index source_file_path on source_file (path collate "C", id);
