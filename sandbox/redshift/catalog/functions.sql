-- Functions of Redshift that PostgreSQL lacks; in pg_catalog, so that no search_path hides them.
create function pg_catalog.getdate() returns timestamp language sql stable
  as $$ select date_trunc('second', (now() at time zone 'UTC')) $$;

create function pg_catalog.redshift_version() returns text language sql immutable as $$
  select 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.99999' $$;

create function pg_catalog.nvl2(tested anyelement, present anycompatible, absent anycompatible) returns anycompatible
  language sql immutable as $$ select case when tested is not null then present else absent end $$;

create function pg_catalog.dateadd(part text, amount bigint, moment timestamp) returns timestamp language sql immutable as $$
  select moment + case
    when part in ('quarter', 'quarters', 'qtr', 'qtrs') then amount * interval '3 months'
    when part in ('ms', 'msec', 'millisecond', 'milliseconds') then amount * interval '1 millisecond'
    when part in ('us', 'usec', 'microsecond', 'microseconds') then amount * interval '1 microsecond'
    else amount * ('1 ' || part)::interval
  end $$;

create function pg_catalog.dateadd(part text, amount bigint, day date) returns timestamp language sql immutable
  as $$ select pg_catalog.dateadd(part, amount, day::timestamp) $$;

create function pg_catalog.datediff(part text, earlier timestamp, later timestamp) returns bigint language sql immutable as $$
  select case
    when part in ('year', 'years', 'yr', 'yrs', 'y') then extract(year from later) - extract(year from earlier)
    when part in ('quarter', 'quarters', 'qtr', 'qtrs') then
      (extract(year from later) - extract(year from earlier)) * 4 + extract(quarter from later) - extract(quarter from earlier)
    when part in ('month', 'months', 'mon', 'mons') then
      (extract(year from later) - extract(year from earlier)) * 12 + extract(month from later) - extract(month from earlier)
    when part in ('week', 'weeks', 'w') then (date_trunc('week', later)::date - date_trunc('week', earlier)::date) / 7
    when part in ('day', 'days', 'd') then later::date - earlier::date
    else trunc(extract(epoch from date_trunc(part, later) - date_trunc(part, earlier))
      / extract(epoch from ('1 ' || part)::interval))
  end::bigint $$;

create function pg_catalog.convert_timezone(source text, target text, moment timestamp) returns timestamp
  language sql immutable as $$ select (moment at time zone source) at time zone target $$;

create function pg_catalog.convert_timezone(target text, moment timestamp) returns timestamp
  language sql immutable as $$ select (moment at time zone 'UTC') at time zone target $$;

create function pg_catalog.add_months(moment timestamp, amount integer) returns timestamp
  language sql immutable as $$ select moment + amount * interval '1 month' $$;

create function pg_catalog.last_day(day date) returns date
  language sql immutable as $$ select (date_trunc('month', day) + interval '1 month - 1 day')::date $$;

create function pg_catalog.json_parse(text text) returns jsonb language sql immutable as $$ select text::jsonb $$;

-- A VARCHAR, so SUPER larger than one cannot be had this way.
create function pg_catalog.json_serialize(value jsonb) returns varchar language plpgsql immutable as $$
begin
  if octet_length(value::text) > 65535 then
    raise exception 'JSON_SERIALIZE: the JSON text exceeds the varchar limit of 65535 bytes';
  end if;
  return value::text;
end $$;

create function pg_catalog.super_checked(value jsonb) returns jsonb language plpgsql immutable as $$
begin
  if exists (select from jsonb_path_query(value, 'strict $.** ? (@.type() == "string")') as s where octet_length(s #>> '{}') > 65535) then
    raise exception 'String value exceeds the max size of 65535 bytes for SUPER';
  end if;
  if octet_length(value::text) > 16000000 then
    raise exception 'SUPER value exceeds the max size of 16000000 bytes';
  end if;
  return value;
end $$;

create function pg_catalog.array_concat(first jsonb, second jsonb) returns jsonb language plpgsql immutable strict as $$
begin
  if jsonb_typeof(first) <> 'array' or jsonb_typeof(second) <> 'array' then return null; end if;
  return pg_catalog.super_checked(first || second);
end $$;

create function pg_catalog.get_array_length(value jsonb) returns bigint language sql immutable
  as $$ select case when jsonb_typeof(value) = 'array' then jsonb_array_length(value) end $$;

-- A SUPER string becomes its text; what is no scalar becomes NULL.
create function pg_catalog.super_text(value jsonb) returns varchar language sql immutable
  as $$ select case when jsonb_typeof(value) in ('array', 'object') then null else value #>> '{}' end $$;

create cast (jsonb as varchar) with function pg_catalog.super_text(jsonb);

create function pg_catalog.json_extract_path_text(document text, variadic path text[]) returns text
  language sql immutable as $$ select pg_catalog.jsonb_extract_path_text(document::jsonb, variadic path) $$;

create function pg_catalog.is_valid_json(document text) returns boolean
  language sql immutable as $$ select document is json object $$;

create function pg_catalog.strtol(digits text, base integer) returns bigint language plpgsql immutable as $$
declare
  total bigint := 0;
  digit integer;
begin
  for index in 1 .. length(digits) loop
    digit := strpos('0123456789abcdefghijklmnopqrstuvwxyz', lower(substr(digits, index, 1))) - 1;
    if digit < 0 or digit >= base then
      raise exception 'The input % is not valid to be converted to base %', digits, base;
    end if;
    total := total * base + digit;
  end loop;
  return total;
end $$;

create function pg_catalog.charindex(part text, whole text) returns integer
  language sql immutable as $$ select strpos(whole, part) $$;

create function pg_catalog.sha2(value text, bits integer) returns text language sql immutable as $$
  select encode(case bits
    when 224 then sha224(convert_to(value, 'UTF8'))
    when 384 then sha384(convert_to(value, 'UTF8'))
    when 512 then sha512(convert_to(value, 'UTF8'))
    else sha256(convert_to(value, 'UTF8'))
  end, 'hex') $$;

create function pg_catalog.pg_last_copy_count() returns bigint language sql volatile
  as $$ select coalesce(nullif(current_setting('redshift.last_copy_count', true), ''), '0')::bigint $$;

create function pg_catalog.pg_last_copy_id() returns bigint language sql volatile
  as $$ select coalesce(nullif(current_setting('redshift.last_copy_id', true), ''), '-1')::bigint $$;
