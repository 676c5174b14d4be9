-- The end of a run is told with what it has made.
create index asset_event_run on asset_event (run_id) where run_id is not null;

-- Results of a partition, newest first, whatever the check.
drop index check_result_partition;
create index check_result_partition on check_result (asset, partition, id desc, part desc);

-- Partitions whose last try failed are counted without those that did not.
create index partition_status_failed on partition_status (asset, failed_id desc) include (event_id) where failed_id is not null;
