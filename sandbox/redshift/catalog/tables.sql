-- What Redshift keeps about tables and loads and PostgreSQL has no place for.
create schema redshift;

create table redshift.table_attributes (
  relation oid primary key,
  distribution_style text not null default 'AUTO',
  distribution_key text,
  sort_keys text[] not null default '{}',
  primary_key text[] not null default '{}'
);

create table redshift.long_names (
  held name primary key,
  full_name text not null
);

create table redshift.load_errors (
  query_id bigint not null,
  session_id integer not null,
  database_name text not null,
  table_id bigint not null,
  start_time timestamp not null,
  file_name text not null,
  line_number bigint not null,
  column_name text not null,
  column_type text not null,
  column_length text not null,
  position integer not null,
  raw_line text not null,
  raw_field_value text not null,
  error_code integer not null,
  error_message text not null
);

create table redshift.load_commits (
  query_id bigint not null,
  table_name text not null,
  file_name text not null,
  lines bigint not null,
  finished_at timestamp not null
);

create function redshift.full_name(held name) returns text language sql stable
  as $$ select coalesce((select full_name from redshift.long_names n where n.held = $1), $1::text) $$;
