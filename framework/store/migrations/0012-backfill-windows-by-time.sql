-- Whether a backfill has yet to begin the window of a record.
create index backfill_window_pending on backfill_window (window_start, window_end) where state = 'pending';
