-- Runs that ended badly are few and asked for often: to find none among 100,000 runs, all of them were read.
create index dag_run_not_well on dag_run (id) where state in ('failed', 'cancelled');
