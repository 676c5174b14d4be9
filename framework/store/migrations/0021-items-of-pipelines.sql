-- An item of a pipeline is a window: its record is the handle, and gets the runs. Params are those of the first run.
alter table sensor_item add column record_id bigint references pipeline_records (id);
alter table sensor_item add column params jsonb;
create unique index sensor_item_of_record on sensor_item (record_id) where record_id is not null;
