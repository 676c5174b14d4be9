import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type RedshiftBench, openRedshiftBench } from './redshift-bench.ts';

let bench: RedshiftBench;
beforeAll(async () => {
  bench = await openRedshiftBench();
  await bench.run('create table t (id int not null, name varchar(20), n decimal(10, 2), primary key (id))');
  await bench.run('create table source (id int not null, name varchar(20), n decimal(10, 2))');
  await bench.run('create view viewed as select * from source');
});
afterAll(() => bench.close());

const errorOf = async (sql: string): Promise<string> => (await bench.run(sql)).Error ?? 'it was accepted';

describe('what PostgreSQL takes and Redshift does not', () => {
  it.each([
    ['insert into t (id) values (1) on conflict do nothing', 'syntax error at or near "on"'],
    ['insert into t (id) values (1) returning id', 'syntax error at or near "returning"'],
    ['delete from t where id = 1 returning id', 'syntax error at or near "returning"'],
    ['create table x (id serial)', 'Column "id" has unsupported type "serial".'],
    ['create table x (id bigserial)', 'unsupported type "bigserial"'],
    ['create table x (id uuid)', 'unsupported type "uuid"'],
    ['create table x (id jsonb)', 'unsupported type "jsonb"'],
    ['create table x (id bytea)', 'unsupported type "bytea"'],
    ['create table x (id int[])', 'syntax error at or near "["'],
    ['comment on table t', 'syntax error'],
    ['comment on index t is null', 'syntax error'],
    ['comment on column t.unknown_column is null', 'does not exist'],
    ['analyze t (id', 'syntax error'],
    ['analyze t (unknown_column)', 'does not exist'],
    ['analyze t, source', 'syntax error at or near ","'],
    ['analyze t with (verbose)', 'syntax error'],
    ['select array[1, 2]', 'syntax error at or near "array"'],
    [`select * from t where id = any ('{1,2}')`, 'syntax error'],
    ['select * from unnest(1)', 'function unnest() does not exist'],
    [`select string_agg(name, ',') from t`, 'function string_agg() does not exist'],
    ['select * from generate_series(1, 3)', 'not supported on Redshift tables'],
    ['create sequence s', 'not supported'],
    [`select nextval('s')`, 'function nextval() does not exist'],
    ['create index i on t (id)', 'not supported on Redshift tables'],
    ['create table x (id int check (id > 0))', 'syntax error at or near "check"'],
    ['create table x (id int, check (id > 0))', 'syntax error'],
    ['create type mood as enum (1)', 'not supported'],
    ['select distinct on (id) id from t', 'syntax error'],
    ['select 1 is distinct from 2', 'syntax error'],
    ['select count(*) filter (where id > 1) from t', 'syntax error'],
    ['select * from t, lateral (select 1) x', 'syntax error at or near "lateral"'],
    ['select * from (values (1), (2)) v', 'syntax error'],
    ['values (1)', 'syntax error at or near "values"'],
    ['select id from t fetch first 1 rows only', 'syntax error at or near "fetch"'],
    ['select * from t for update', 'syntax error'],
    ['with gone as (delete from t) select 1', 'syntax error at or near "delete"'],
    ['savepoint a', 'syntax error at or near "savepoint"'],
    ['rollback to a', 'syntax error at or near "to"'],
    ['do $$ begin end $$', 'syntax error'],
    ['create table x (id varchar(65536))', 'cannot exceed 65535'],
    ['create table x (id decimal(39, 0))', 'NUMERIC precision 39 must be between 1 and 38'],
    ['create table x (tag int)', 'syntax error at or near "tag"'],
    ['create table x (id int default)', 'syntax error'],
    ['alter table t add column if not exists y int', 'syntax error at or near "if"'],
    ['alter table t add column y int, add column z int', 'syntax error at or near ","'],
    ['alter table t add column y int primary key', 'cannot be an identity, a key'],
    ['alter table t add column name int', 'column "name" of relation "t" already exists'],
    ['alter table t drop column if exists y', 'syntax error at or near "if"'],
    ['alter table t alter column n type decimal(12, 2)', 'only the size of a varchar can change'],
    ['alter table t alter column id type varchar(20)', 'only the size of a varchar can change'],
    ['alter table t alter column name type varchar(40) using name', 'does not support USING expression'],
    ['alter table t alter column name set default 1', 'ALTER COLUMN SET/DROP DEFAULT is not supported'],
    ['alter table t alter column name set not null', 'is not supported'],
    ['select 1; select 2', 'cannot insert multiple commands into a prepared statement'],
    ['select :missing', 'syntax error'],
    [`select 'open`, 'unterminated quoted string'],
  ])('%s', async (sql, message) => {
    expect(await errorOf(sql)).toContain(`ERROR: `);
    expect(await errorOf(sql)).toContain(message);
  });
});

describe('MERGE', () => {
  const clauses =
    'when matched then update set name = source.name when not matched then insert (id, name) values (source.id, source.name)';

  it.each([
    ['when matched then delete', 'exactly one WHEN MATCHED and one WHEN NOT MATCHED'],
    [`when matched and source.id > 1 then delete ${clauses}`, 'syntax error at or near "and"'],
    ['when matched then delete when not matched then do nothing', 'syntax error at or near "do"'],
  ])('refuses %s', async (text, message) => {
    expect(await errorOf(`merge into t using source on t.id = source.id ${text}`)).toContain(message);
  });

  it('takes a table as its source, not a query and not a view', async () => {
    expect(await errorOf(`merge into t using (select * from source) s on t.id = s.id ${clauses}`)).toContain(
      'syntax error',
    );
    expect(await errorOf(`merge into t using viewed as source on t.id = source.id ${clauses}`)).toContain(
      'must be a table',
    );
    expect(await errorOf(`merge into t as x using source on x.id = source.id ${clauses}`)).toContain(
      'syntax error at or near "as"',
    );
  });

  it('updates, inserts and refuses two matches for one row', async () => {
    await bench.batch(['delete from t', 'delete from source', `insert into t (id, name) values (1, 'old')`]);
    await bench.run(`insert into source (id, name) values (1, 'new'), (2, 'two')`);
    expect(await bench.run(`merge into t using source on t.id = source.id ${clauses}`)).toMatchObject({
      Status: 'FINISHED',
      ResultRows: 2,
    });
    expect(await bench.rows('select id, name from t order by id')).toEqual([
      [1, 'new'],
      [2, 'two'],
    ]);
    await bench.run(`insert into source (id, name) values (1, 'again')`);
    expect(await errorOf(`merge into t using source on t.id = source.id ${clauses}`)).toContain(
      'Found multiple matches to update the same tuple.',
    );
  });

  it('removes duplicates', async () => {
    await bench.batch(['delete from t', 'delete from source', `insert into t (id, name) values (1, 'old')`]);
    await bench.run(`insert into source (id, name) values (1, 'new'), (1, 'new')`);
    await bench.run('merge into t using source on t.id = source.id remove duplicates');
    expect(await bench.rows('select id, name from t')).toEqual([[1, 'new']]);
  });
});

describe('columns', () => {
  it('count bytes, not characters, in VARCHAR and take single bytes only in CHAR', async () => {
    await bench.run('create table sized (v varchar(3), c char(2), t text)');
    await bench.run(`insert into sized (v) values ('éa')`);
    expect(await errorOf(`insert into sized (v) values ('éé')`)).toBe(
      'ERROR: value too long for type character varying(3)',
    );
    expect(await errorOf(`update sized set v = 'abcd'`)).toBe('ERROR: value too long for type character varying(3)');
    expect(await errorOf(`insert into sized (c) values ('é')`)).toContain('Multibyte character not supported for CHAR');
    expect((await bench.run(`insert into sized (c, t) values ('a', '${'x'.repeat(256)}')`)).Status).toBe('FINISHED');
    expect(await errorOf(`insert into sized (t) values ('${'x'.repeat(257)}')`)).toContain('character varying(256)');
  });

  it('keep their byte limit in LIKE, in a query’s table and when they grow', async () => {
    await bench.run('create table narrow (v varchar(3))');
    await bench.run('create table alike (like narrow)');
    await bench.run('create table queried as select v from narrow');
    for (const table of ['alike', 'queried'])
      expect(await errorOf(`insert into ${table} values ('éé')`)).toContain('varying(3)');
    expect((await bench.run('alter table narrow alter column v type varchar(4)')).Status).toBe('FINISHED');
    expect((await bench.run(`insert into narrow values ('éé')`)).Status).toBe('FINISHED');
    expect(await errorOf(`insert into narrow values ('ééa')`)).toContain('varying(4)');
    expect(await errorOf('alter table narrow alter column v type varchar(2)')).toContain('it holds a value of 4 bytes');
  });

  it('keep their byte limit when another one grows, is dropped or comes later, also in a table made alike', async () => {
    await bench.run('create table several (a varchar(3), b varchar(4), c varchar(5), n int)');
    await bench.run('create table several_alike (like several)');
    await bench.run('alter table several drop column a');
    await bench.run('alter table several add column d varchar(2)');
    await bench.run('alter table several alter column b type varchar(9)');
    await bench.run('alter table several_alike alter column c type varchar(9)');
    const limits = [
      ['several', 'b', 'éééé', 'ééééé', 9],
      ['several', 'c', 'éé', 'ééé', 5],
      ['several', 'd', 'é', 'éa', 2],
      ['several_alike', 'a', 'é', 'éé', 3],
      ['several_alike', 'b', 'éé', 'ééa', 4],
      ['several_alike', 'c', 'éééé', 'ééééé', 9],
    ];
    for (const [table, column, fitting, long, size] of limits) {
      expect((await bench.run(`insert into ${table} (${column}) values ('${fitting}')`)).Status).toBe('FINISHED');
      const error = await errorOf(`insert into ${table} (${column}) values ('${long}')`);
      expect(error).toBe(`ERROR: value too long for type character varying(${size})`);
    }
  });

  it('accept keys without enforcing them, but enforce NOT NULL', async () => {
    await bench.run('create table keyed (id int primary key, parent int references keyed (id), u int unique)');
    expect((await bench.run('insert into keyed values (1, 99, 1), (1, 99, 1)')).Status).toBe('FINISHED');
    expect(await errorOf('insert into keyed values (null, 1, 1)')).toBe(
      'ERROR: Cannot insert a NULL value into column id',
    );
    expect(await errorOf('insert into t (id) values (null)')).toContain('Cannot insert a NULL value');
  });

  it('cannot be dropped when they distribute or sort the table, or are its last', async () => {
    await bench.run('create table spread (a int, b int, c int) diststyle key distkey (a) compound sortkey (b)');
    expect(await errorOf('alter table spread drop column a')).toContain('cannot drop distkey column "a"');
    expect(await errorOf('alter table spread drop column b')).toContain('cannot drop sortkey column "b"');
    expect((await bench.run('alter table spread drop column c')).Status).toBe('FINISHED');
    await bench.run('create table single (a int)');
    expect(await errorOf('alter table single drop column a')).toContain('only column');
  });

  it('default to DECIMAL(18,0), take IDENTITY and SUPER', async () => {
    await bench.run(
      'create table filled (id bigint identity(5, 2), n decimal, s super encode zstd) diststyle even backup no',
    );
    await bench.run(`insert into filled (n, s) values (1.5, json_parse('{"a": 1}')), (2.4, null)`);
    expect(await bench.rows('select id, n, s from filled order by id')).toEqual([
      [5, '2', '{"a": 1}'],
      [7, '2', null],
    ]);
  });
});

describe('SUPER', () => {
  it('is made by ARRAY and ARRAY_CONCAT, and gives its elements as text', async () => {
    await bench.run(`create table pieces (id int, s super)`);
    await bench.run(`insert into pieces select 1, array_concat(array('é"', 'b '), array())`);
    await bench.run(`insert into pieces values (2, array()), (3, null), (4, array(array(1), null, 2.5))`);
    const read =
      'select s, get_array_length(s), cast(s[0] as varchar(10)), s[1]::varchar, s[7] from pieces order by id';
    expect(await bench.rows(read)).toEqual([
      ['["é\\"", "b "]', 2, 'é"', 'b ', null],
      ['[]', 0, null, null, null],
      [null, null, null, null, null],
      ['[[1], null, 2.5]', 3, null, null, null],
    ]);
    expect(await errorOf('select array(select 1)')).toContain('syntax error at or near "select"');
  });

  it('holds no string over 65,535 bytes, no more than 16 MB, and is no key', async () => {
    const long = `repeat('é', 32768)`;
    expect(await errorOf(`select get_array_length(array('a', ${long}))`)).toContain('65535 bytes');
    expect(await errorOf(`select json_serialize(array(${long.replace('8)', '7)')}, 'more'))`)).toContain(
      'varchar limit',
    );
    const fourth = Array.from({ length: 62 }, () => `repeat('x', 65535)`).join(', ');
    const double = (whole: string): string => `array_concat(${whole}, ${whole})`;
    expect(await errorOf(`select get_array_length(${double(double(`array(${fourth})`))})`)).toContain('16000000 bytes');
    expect(await errorOf('create table keyed (id int, s super) sortkey (s)')).toContain('"s" of type SUPER');
    expect(await errorOf('create table keyed (id int, s super distkey)')).toContain('"s" of type SUPER');
  });
});

describe('names', () => {
  it('fold to lower case even in quotes', async () => {
    await bench.run('create table "MixedCase" ("Some Name" int)');
    expect(await bench.rows('select "SOME name" from mixedcase')).toEqual([]);
  });

  it('may have 127 bytes, which the catalog and the results show in full', async () => {
    const [first, second] = ['a', 'b'].map((last) => `${'long_name_'.repeat(12)}${last}`);
    await bench.run(`create table ${first} (${first} int, ${second} int)`);
    await bench.run(`insert into ${first} values (1, 2)`);
    expect(await bench.rows(`select ${second} from ${first}`)).toEqual([[2]]);
    const columns = `select column_name from information_schema.columns where table_name = '${first}' order by ordinal_position`;
    expect(await bench.rows(columns)).toEqual([[first], [second]]);
    expect(await errorOf(`alter table ${first} add column ${second} int`)).toContain(
      `column "${second}" of relation "${first}" already exists`,
    );
  });

  it('of 127 bytes grow, are renamed and dropped like others, and protect a sort key', async () => {
    const [key, text, other] = ['a', 'b', 'c'].map((last) => `${'long_name_'.repeat(12)}${last}`);
    await bench.run(`create table grows (${key} int sortkey, ${text} varchar(1))`);
    await bench.run(`alter table grows alter column ${text} type varchar(3)`);
    await bench.run(`alter table grows rename column ${text} to ${other}`);
    await bench.run(`insert into grows values (1, 'abc')`);
    expect(await bench.rows(`select ${other} from grows`)).toEqual([['abc']]);
    expect(await errorOf(`alter table grows drop column ${key}`)).toContain(`cannot drop sortkey column "${key}"`);
    await bench.run(`alter table grows drop column ${other}`);
  });
});

describe('Redshift’s own words', () => {
  it.each<[string, unknown[]]>([
    [String.raw`'a\\b\'c\n'`, ["a\\b'c\n"]],
    ['nvl(null, 2)', [2]],
    [`nvl2(1::int, 'y'::varchar, 'n'::varchar)`, ['y']],
    [`len('éa')`, [2]],
    [`octet_length('éa')`, [3]],
    [`decode(null, null, 'same', 'other')`, ['same']],
    [`dateadd(month, 1, '2024-01-31'::timestamp)`, ['2024-02-29 00:00:00.0']],
    [`datediff(day, '2024-01-31 23:00'::timestamp, '2024-02-01 01:00'::timestamp)`, [1]],
    [`datediff(hour, '2024-01-31 23:59'::timestamp, '2024-02-01 00:01'::timestamp)`, [1]],
    [`json_extract_path_text('{"a": {"b": "c"}}', 'a', 'b')`, ['c']],
    [`strtol('ff', 16)`, [255]],
    [`left(version(), 16)`, ['PostgreSQL 8.0.2']],
    ['getdate() = sysdate', [true]],
    ['cast(1.006 as decimal(5, 2))', ['1.01']],
    ['convert(int, 2.0)', [2]],
  ])('select %s', async (expression, row) => {
    expect(await bench.rows(`select ${expression}`)).toEqual([row]);
  });

  it('TOP, MINUS, LISTAGG, DELETE without FROM, LOCK, ANALYZE, GRANT', async () => {
    await bench.run('create table few (a int)');
    await bench.run('insert into few values (1), (2), (3)');
    expect(await bench.rows('select top 2 a from few order by a desc')).toEqual([[3], [2]]);
    expect(await bench.rows('select a from few minus select 2 order by a')).toEqual([[1], [3]]);
    expect(await bench.rows(`select listagg(a, '-') within group (order by a desc) from few`)).toEqual([['3-2-1']]);
    expect(await bench.run('delete few where a = 1')).toMatchObject({ ResultRows: 1 });
    expect((await bench.batch(['lock few', 'delete from few', 'insert into few values (9)'])).Status).toBe('FINISHED');
    for (const sql of [
      'analyze few',
      'analyze verbose few (a)',
      'analyze few predicate columns',
      'grant select on few to public',
      'set enable_result_cache_for_session to off',
    ]) {
      expect((await bench.run(sql)).Status).toBe('FINISHED');
    }
  });

  it('describes tables in its catalog views', async () => {
    await bench.run('create table shown (id varchar(18) not null distkey sortkey, n decimal(38, 5), at timestamp)');
    await bench.run(`insert into shown values ('a', 1, null)`);
    const columns = `select column_name, data_type, is_nullable, character_maximum_length, numeric_precision, numeric_scale
      from svv_columns where table_name = 'shown' order by ordinal_position`;
    expect(await bench.rows(columns)).toEqual([
      ['id', 'character varying', 'NO', 18, null, null],
      ['n', 'numeric', 'YES', null, 38, 5],
      ['at', 'timestamp without time zone', 'YES', null, null, null],
    ]);
    expect(
      await bench.rows(
        `select "column", type, distkey, sortkey, "notnull" from pg_table_def where tablename = 'shown'`,
      ),
    ).toEqual([
      ['id', 'character varying(18)', true, 1, true],
      ['n', 'numeric(38,5)', false, 0, false],
      ['at', 'timestamp without time zone', false, 0, false],
    ]);
    expect(
      await bench.rows(`select diststyle, sortkey1, tbl_rows from svv_table_info where "table" = 'shown'`),
    ).toEqual([['KEY(id)', 'id', '1']]);
    expect(await bench.rows(`select table_type from svv_tables where table_name = 'shown'`)).toEqual([['BASE TABLE']]);
  });
});
