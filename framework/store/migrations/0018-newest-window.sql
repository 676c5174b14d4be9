-- Where a schedule goes on: a tick read every window of the pipeline for it (26 ms with 100,000 windows).
create index idx_newest_window on pipeline_records (pipeline_id, window_end_time) where not made_by_backfill;
