create table window_rows (
  dag_id text,
  window_start timestamptz,
  rows bigint not null,
  primary key (dag_id, window_start)
);
