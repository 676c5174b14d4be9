-- The catalog views that loaders read; types as Redshift names them, long names in full.
create view pg_catalog.svv_columns as
select
  current_database()::varchar as table_catalog,
  coalesce(schemas.full_name, n.nspname)::varchar as table_schema,
  coalesce(tables.full_name, c.relname)::varchar as table_name,
  coalesce(columns.full_name, a.attname)::varchar as column_name,
  -- The names take part so that a search by them looks at their tables only.
  row_number() over (
    partition by coalesce(schemas.full_name, n.nspname)::varchar, coalesce(tables.full_name, c.relname)::varchar, c.oid
    order by a.attnum
  )::integer as ordinal_position,
  pg_get_expr(d.adbin, d.adrelid)::varchar as column_default,
  (case when a.attnotnull then 'NO' else 'YES' end)::varchar as is_nullable,
  (case a.atttypid when 'jsonb'::regtype then 'super' when 'bytea'::regtype then 'binary varying'
    else format_type(a.atttypid, null) end)::varchar as data_type,
  (case when a.atttypid in ('varchar'::regtype, 'bpchar'::regtype) then a.atttypmod - 4 end)::integer as character_maximum_length,
  (case a.atttypid when 'numeric'::regtype then ((a.atttypmod - 4) >> 16) & 65535 when 'smallint'::regtype then 16
    when 'integer'::regtype then 32 when 'bigint'::regtype then 64 end)::integer as numeric_precision,
  (case when a.atttypid = 'numeric'::regtype then 10 when a.atttypid in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
    then 2 end)::integer as numeric_precision_radix,
  (case a.atttypid when 'numeric'::regtype then (a.atttypmod - 4) & 2047 when 'smallint'::regtype then 0
    when 'integer'::regtype then 0 when 'bigint'::regtype then 0 end)::integer as numeric_scale,
  (case when a.atttypid in ('timestamp'::regtype, 'timestamptz'::regtype) then 6 end)::integer as datetime_precision,
  null::varchar as interval_type,
  null::varchar as interval_precision,
  null::varchar as character_set_catalog,
  null::varchar as character_set_schema,
  null::varchar as character_set_name,
  null::varchar as collation_catalog,
  null::varchar as collation_schema,
  null::varchar as collation_name,
  null::varchar as domain_name,
  (told.description collate "default")::varchar as remarks
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
-- A join, since col_description() is a query of its own for each row: 800 columns took twice as long.
left join pg_description told on told.objoid = c.oid and told.classoid = 'pg_class'::regclass and told.objsubid = a.attnum
left join redshift.long_names schemas on schemas.held = n.nspname
left join redshift.long_names tables on tables.held = c.relname
left join redshift.long_names columns on columns.held = a.attname
where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'v')
  and n.nspname not in ('redshift', 'information_schema', 'pg_catalog', 'pg_toast')
  and (n.oid = pg_my_temp_schema() or not pg_is_other_temp_schema(n.oid));

create view pg_catalog.svv_tables as
select
  current_database()::varchar as table_catalog,
  coalesce(schemas.full_name, n.nspname)::varchar as table_schema,
  coalesce(tables.full_name, c.relname)::varchar as table_name,
  (case when c.relkind = 'v' then 'VIEW' when c.relpersistence = 't' then 'LOCAL TEMPORARY' else 'BASE TABLE' end)::varchar as table_type,
  told.description::varchar as remarks
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_description told on told.objoid = c.oid and told.classoid = 'pg_class'::regclass and told.objsubid = 0
left join redshift.long_names schemas on schemas.held = n.nspname
left join redshift.long_names tables on tables.held = c.relname
where c.relkind in ('r', 'v')
  and n.nspname not in ('redshift', 'information_schema', 'pg_catalog', 'pg_toast')
  and (n.oid = pg_my_temp_schema() or not pg_is_other_temp_schema(n.oid));

create view pg_catalog.svv_redshift_columns as
select table_catalog as database_name, table_schema as schema_name, table_name, column_name, ordinal_position, data_type,
  column_default, is_nullable, character_maximum_length, numeric_precision, numeric_scale, remarks
from pg_catalog.svv_columns;

create view pg_catalog.svv_redshift_tables as
select table_catalog as database_name, table_schema as schema_name, table_name, table_type, remarks from pg_catalog.svv_tables;

create view pg_catalog.svv_redshift_schemas as
select current_database()::varchar as database_name, redshift.full_name(nspname)::varchar as schema_name, 'local'::varchar as schema_type
from pg_namespace where nspname not in ('redshift', 'pg_toast') and nspname not like 'pg\_%temp\_%';

-- Empty tables have no row here, as in Redshift.
create view pg_catalog.svv_table_info as
select
  current_database()::varchar as database,
  redshift.full_name(n.nspname)::varchar as schema,
  c.oid::bigint as table_id,
  redshift.full_name(c.relname)::varchar as "table",
  'N'::varchar as encoded,
  (case coalesce(k.distribution_style, 'AUTO') when 'KEY' then 'KEY(' || k.distribution_key || ')' when 'AUTO' then 'AUTO(EVEN)'
    else k.distribution_style end)::varchar as diststyle,
  (k.sort_keys)[1]::varchar as sortkey1,
  cardinality(coalesce(k.sort_keys, '{}'))::integer as sortkey_num,
  greatest(1, pg_relation_size(c.oid) / 1048576)::bigint as size,
  redshift.count_rows(c.oid)::numeric(38, 0) as tbl_rows
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join redshift.table_attributes k on k.relation = c.oid
where c.relkind = 'r' and c.relpersistence <> 't' and pg_relation_size(c.oid) > 0
  and n.nspname not in ('redshift', 'information_schema', 'pg_catalog', 'pg_toast');

-- Only the schemas of the search path.
create view pg_catalog.pg_table_def as
select
  s.table_schema as schemaname,
  s.table_name as tablename,
  s.column_name as "column",
  (case s.data_type when 'character varying' then 'character varying(' || s.character_maximum_length || ')'
    when 'character' then 'character(' || s.character_maximum_length || ')'
    when 'numeric' then 'numeric(' || s.numeric_precision || ',' || s.numeric_scale || ')' else s.data_type end)::varchar as type,
  'none'::varchar as encoding,
  coalesce(k.distribution_key = s.column_name, false) as distkey,
  coalesce(array_position(k.sort_keys, s.column_name::text), 0)::integer as sortkey,
  s.is_nullable = 'NO' as "notnull"
from pg_catalog.svv_columns s
join pg_class c on redshift.full_name(c.relname) = s.table_name
join pg_namespace n on n.oid = c.relnamespace and redshift.full_name(n.nspname) = s.table_schema
left join redshift.table_attributes k on k.relation = c.oid
where c.relkind = 'r' and n.nspname = any (current_schemas(true));

create view pg_catalog.sys_load_error_detail as
select 100 as user_id, query_id, 0::bigint as transaction_id, session_id, rpad(database_name, 64)::char(64) as database_name, table_id,
  start_time, file_name::char(256) as file_name, line_number, column_name::char(127) as column_name, column_type::char(10) as column_type,
  column_length::char(10) as column_length, position, error_code, error_message::char(512) as error_message
from redshift.load_errors;

create view pg_catalog.stl_load_errors as
select 100 as userid, 0 as slice, table_id::integer as tbl, start_time as starttime, session_id as session, query_id as query,
  file_name::char(256) as filename, line_number, column_name::char(127) as colname, column_type::char(10) as type,
  column_length::char(10) as col_length, position, raw_line::char(1024) as raw_line, raw_field_value::char(1024) as raw_field_value,
  error_code as err_code, error_message::char(100) as err_reason, 0 as is_partial, 0 as start_offset
from redshift.load_errors;

create view pg_catalog.stl_load_commits as
select 100 as userid, query_id as query, 0 as slice, table_name::char(64) as name, file_name::char(256) as filename, 1 as status,
  lines as lines_scanned, finished_at as curtime
from redshift.load_commits;

create view pg_catalog.sys_load_history as
select 100 as user_id, query_id, table_name, 'completed'::varchar as status, sum(lines)::bigint as loaded_rows,
  count(*)::bigint as source_file_count, max(finished_at) as end_time
from redshift.load_commits group by query_id, table_name;

-- Loaders are ordinary users, so who owns a table matters.
create or replace view pg_catalog.pg_user as
select usename, usesysid, usecreatedb, false as usesuper, userepl, usebypassrls, '********'::text as passwd, valuntil, useconfig from pg_catalog.pg_shadow;
