-- Steps of statements that have no single PostgreSQL statement. Called by the text that the rewriting writes.
create or replace function redshift.keep_attributes(relation text, style text, key text, sorts text[], primaries text[])
  returns void language sql as $$
  insert into redshift.table_attributes values (relation::regclass, style, key, sorts, primaries)
  on conflict (relation) do nothing $$;

create or replace function redshift.copy_attributes(target regclass, source regclass) returns void language sql as $$
  insert into redshift.table_attributes
  select target, distribution_style, distribution_key, sort_keys, '{}'
  from redshift.table_attributes where relation = source
  on conflict (relation) do nothing $$;

create or replace function redshift.keep_primary_key(relation text, columns text[]) returns void language plpgsql as $$
declare name text;
begin
  foreach name in array columns loop
    if exists (select from pg_attribute where attrelid = relation::regclass and attname = name and not attnotnull) then
      raise exception 'column "%" is not declared NOT NULL, so it cannot be part of a primary key', name;
    end if;
  end loop;
  insert into redshift.table_attributes (relation, primary_key) values (relation::regclass, columns)
  on conflict (relation) do update set primary_key = excluded.primary_key;
end $$;

create or replace function redshift.change_layout(relation text, style text, key text, sorts text[]) returns void language sql as $$
  insert into redshift.table_attributes (relation, distribution_style, distribution_key, sort_keys)
  values (relation::regclass, coalesce(style, 'AUTO'), key, coalesce(sorts, '{}'))
  on conflict (relation) do update set
    distribution_style = coalesce(style, case when key is null then table_attributes.distribution_style else 'KEY' end),
    distribution_key = coalesce(key, table_attributes.distribution_key),
    sort_keys = coalesce(sorts, table_attributes.sort_keys) $$;

create or replace function redshift.rename_attribute(target regclass, old_name text, new_name text) returns void language sql as $$
  update redshift.table_attributes set
    distribution_key = case when distribution_key = old_name then new_name else distribution_key end,
    sort_keys = array_replace(sort_keys, old_name, new_name),
    primary_key = array_replace(primary_key, old_name, new_name)
  where relation = target $$;

create or replace function redshift.require_droppable(target regclass, column_name text) returns void language plpgsql as $$
declare kept redshift.table_attributes;
begin
  select * into kept from redshift.table_attributes where relation = target;
  if kept.distribution_key = column_name then
    raise exception 'cannot drop distkey column "%"', column_name;
  elsif column_name = any (kept.sort_keys) then
    raise exception 'cannot drop sortkey column "%"', column_name;
  elsif (select count(*) from pg_attribute where attrelid = target and attnum > 0 and not attisdropped) = 1
    and exists (select from pg_attribute where attrelid = target and attname = column_name and not attisdropped) then
    raise exception 'cannot drop the only column of a table';
  end if;
  -- PostgreSQL drops every constraint that names the column, with the limits of the others.
  perform redshift.separate_limits(target);
end $$;

create or replace function redshift.require_table(source regclass) returns void language plpgsql as $$
begin
  if (select relkind from pg_class where oid = source) <> 'r' then
    raise exception 'MERGE source must be a table, and "%" is not', source;
  end if;
end $$;

-- Byte limits for columns that came from a query, and VARCHAR for whatever PostgreSQL left as text.
create or replace function redshift.settle_columns(target regclass) returns void language plpgsql as $$
declare
  found record;
  changes text[] := '{}';
  size integer;
begin
  for found in
    select attname, atttypid, atttypmod from pg_attribute where attrelid = target and attnum > 0 and not attisdropped
  loop
    if found.atttypid in ('text'::regtype, 'unknown'::regtype) or (found.atttypid = 'varchar'::regtype and found.atttypmod < 0) then
      changes := changes || format('alter column %I type varchar(65535)', found.attname);
      size := 65535;
    elsif found.atttypid = 'varchar'::regtype then
      size := found.atttypmod - 4;
    elsif found.atttypid = 'numeric'::regtype and found.atttypmod < 0 then
      changes := changes || format('alter column %I type numeric(38,%s)', found.attname, redshift.scale_of(target, found.attname));
      continue;
    else
      continue;
    end if;
    changes := changes || redshift.byte_limit(found.attname, size);
  end loop;
  if cardinality(changes) > 0 then
    execute format('alter table %s %s', target, array_to_string(changes, ', '));
  end if;
end $$;

create or replace function redshift.scale_of(target regclass, column_name name) returns integer language plpgsql as $$
declare found integer;
begin
  execute format('select coalesce(max(scale(%I)), 0) from %s', column_name, target) into found;
  return least(found, 20);
end $$;

create or replace function redshift.byte_limit(column_name name, size integer) returns text language sql as $$
  select format('add constraint %I check (octet_length(%I) <= %s)',
    'bytes_' || size || '_' || substr(md5(random()::text), 1, 12), column_name, size) $$;

-- Called by the constraint that holds the limits of a table, with the first one that is exceeded. Strict: NULL is the answer where none is.
create or replace function redshift.too_long(size integer) returns boolean language plpgsql strict as $$
begin
  raise exception using errcode = 'string_data_right_truncation', message = format('value too long for type character varying(%s)', size);
end $$;

-- Gives each column of the table a limit of its own, before one of them changes.
create or replace function redshift.separate_limits(target regclass) returns void language plpgsql as $$
declare
  whole record;
  limits text;
begin
  for whole in
    select conname, conkey from pg_constraint where conrelid = target and contype = 'c' and conname like 'bytes\_of\_%'
  loop
    select string_agg(redshift.byte_limit(attname, atttypmod - 4), ', ') into limits
    from pg_attribute where attrelid = target and attnum = any (whole.conkey);
    execute format('alter table %s drop constraint %I, %s', target, whole.conname, limits);
  end loop;
end $$;

create or replace function redshift.grow_varchar(target regclass, column_name text, size integer) returns void language plpgsql as $$
declare
  shape record;
  stale text;
  longest integer;
begin
  select a.attnum, a.atttypid, a.atttypmod, a.atthasdef into shape from pg_attribute a
  where a.attrelid = target and a.attname = column_name and not a.attisdropped and a.attnum > 0;
  if not found then
    raise exception 'column "%" of relation "%" does not exist', column_name, target;
  elsif shape.atttypid <> 'varchar'::regtype then
    raise exception 'alter column "%" type is not supported: only the size of a varchar can change', column_name;
  elsif exists (select from redshift.table_attributes where relation = target and column_name = any (primary_key)) then
    raise exception 'cannot alter type of a column used by a primary key';
  elsif size < shape.atttypmod - 4 and shape.atthasdef then
    raise exception 'cannot decrease a VARCHAR column size with default value';
  end if;
  perform redshift.separate_limits(target);
  execute format('select coalesce(max(octet_length(%I)), 0) from %s', column_name, target) into longest;
  if longest > size then
    raise exception 'cannot decrease the size of column "%" to %: it holds a value of % bytes', column_name, size, longest;
  end if;
  select conname into stale from pg_constraint
  where conrelid = target and contype = 'c' and conkey = array[shape.attnum] and conname like 'bytes\_%';
  execute format('alter table %s %s alter column %I type varchar(%s), %s', target,
    case when stale is null then '' else format('drop constraint %I,', stale) end,
    column_name, size, redshift.byte_limit(column_name, size));
end $$;

create or replace function redshift.count_rows(target oid) returns bigint language plpgsql as $$
declare found bigint;
begin
  execute format('select count(*) from %s', target::regclass) into found;
  return found;
end $$;
