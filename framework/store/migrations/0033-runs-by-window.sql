-- Runs of a stretch of time that lies far back: of 100,000 runs all newer ones were read first, 20 ms instead of 1.4 for a day.
create index dag_run_by_window on dag_run (window_start) where window_start is not null;
