-- Runs that plugins asked for, each under a key that never makes a second one; forgotten with the run.

create table plugin_request (
  plugin text not null,
  key text not null,
  run_id bigint not null references dag_run (id) on delete cascade,
  primary key (plugin, key)
);

create index plugin_request_run on plugin_request (run_id);
