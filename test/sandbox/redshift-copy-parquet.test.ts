import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';
import {
  Decimal,
  Table,
  TimestampMicrosecond,
  TimestampMillisecond,
  Utf8,
  tableToIPC,
  vectorFromArray,
} from 'apache-arrow';
import { Table as ParquetTable, writeParquet } from 'parquet-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Limits } from '../../sandbox/redshift/limits.ts';
import { BUCKET, ROLE, type RedshiftBench, openRedshiftBench } from './redshift-bench.ts';

let bench: RedshiftBench;
/** A Parquet file with the result of a DuckDB query. */
async function parquet(query: string, more = ''): Promise<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), 'windrow-parquet-'));
  const duck = await DuckDBInstance.create(':memory:');
  const connection = await duck.connect();
  const path = join(directory, 'file.parquet');
  await connection.run(`copy (${query}) to '${path}' (format parquet${more})`);
  connection.closeSync();
  duck.closeSync();
  const bytes = await readFile(path);
  await rm(directory, { recursive: true });
  return bytes;
}

const copy = (table: string, key: string, more = ''): string =>
  `copy ${table} from 's3://${BUCKET}/${key}' iam_role '${ROLE}' format as parquet ${more}`;

let tables = 0;
async function table(columns: string): Promise<string> {
  tables += 1;
  await bench.run(`create table loaded_${tables} (${columns})`);
  return `loaded_${tables}`;
}

async function load(columns: string, query: string): Promise<string> {
  const target = await table(columns);
  await bench.put(`${target}/0.parquet`, await parquet(query));
  const { Error: error } = await bench.run(copy(target, `${target}/`));
  return error ?? target;
}

const READERS: readonly (readonly [string, Partial<Limits>])[] = [
  ['in memory', {}],
  ['with DuckDB', { smallParquetBytes: 0 }],
];

describe.each(READERS)('COPY of Parquet, read %s,', (_, limits) => {
  beforeAll(async () => {
    bench = await openRedshiftBench({ limits });
  });
  afterAll(() => bench.close());

  it('loads every type exactly', async () => {
    const columns = `s smallint, i int, b bigint, r real, d double precision, o boolean, v varchar(20), y date, n decimal(38, 5),
      m decimal(18, 2), p decimal(9, 2), t timestamp`;
    const first = `1::int, 2::int, 9007199254740993::bigint, 1.5::float, 0.1::double, true, 'NA,"\\é' || chr(10), date '9999-12-31',
      123456789012345678901234567890123.12345::decimal(38, 5), -1234567890123456.78::decimal(18, 2), 1.25::decimal(9, 2),
      timestamp '2024-02-29 23:59:59.123456'`;
    const target = await load(
      columns,
      `select ${first} union all select null::int, null, null, null, null, null, '', null, null, null, null, null`,
    );
    const rows = await bench.rows(`select s, i, b::varchar, r, d, o, v, y, n, m, p, t from ${target} order by s`);
    expect(rows).toEqual([
      [
        1,
        2,
        '9007199254740993',
        1.5,
        0.1,
        true,
        'NA,"\\é\n',
        '9999-12-31',
        '123456789012345678901234567890123.12345',
        '-1234567890123456.78',
        '1.25',
        '2024-02-29 23:59:59.123456',
      ],
      [null, null, null, null, null, null, '', null, null, null, null, null],
    ]);
  });

  it('loads the first and the last value of every type, and what CSV gives a meaning', async () => {
    const target = await load(
      `k int, b bigint, r real, d double precision, n decimal(38, 0), m decimal(18, 18), y date, t timestamp, v varchar(99)`,
      `select k, b::bigint, r::float, d::double, n::decimal(38, 0), m::decimal(18, 18), y::date, t::timestamp, v from (values
        (1::int, 9223372036854775807, '-0.0', '-0.0', repeat('9', 38),
          '-0.000000000000000001', '0001-01-01', '0001-01-01 00:00:00.000001', '\\N'),
        (2, -9223372036854775807, '0.1', '1.7976931348623157e308', '-' || repeat('9', 38),
          '0.1', '1969-12-31', '1969-12-31 23:59:59.999999', '"' || chr(13) || chr(10) || ',' || chr(65279)),
        (3, 0, 'nan', 'inf', '0', '0', '9999-12-31', '9999-12-31 23:59:59.999999', chr(65279) || 'é' || chr(128512))) as held(k, b, r, d, n, m, y, t, v)`,
    );
    const shown = `select b::varchar, r::varchar, d::varchar, n, m, y, t::varchar, v from ${target} order by k`;
    const nines = '9'.repeat(38);
    expect(await bench.rows(shown)).toEqual([
      [
        '9223372036854775807',
        '-0',
        '-0',
        nines,
        '-0.000000000000000001',
        '0001-01-01',
        '0001-01-01 00:00:00.000001',
        '\\N',
      ],
      [
        '-9223372036854775807',
        '0.1',
        '1.7976931348623157e+308',
        `-${nines}`,
        '0.100000000000000000',
        '1969-12-31',
        '1969-12-31 23:59:59.999999',
        '"\r\n,\uFEFF',
      ],
      ['0', 'NaN', 'Infinity', '0', '0.000000000000000000', '9999-12-31', '9999-12-31 23:59:59.999999', '\uFEFFé😀'],
    ]);
  });

  it('loads NULLs among values that repeat', async () => {
    const target = await load(
      'k int, v varchar(9), n decimal(9, 2)',
      `select range::int as k, case when range % 3 > 0 then 'v' || range % 5 end as v,
        (case when range % 7 > 0 then range % 4 end)::decimal(9, 2) as n from range(3000)`,
    );
    const wrong = `k % 3 = 0 and v is not null or k % 3 > 0 and coalesce(v, '') <> 'v' || k % 5
      or k % 7 = 0 and n is not null or k % 7 > 0 and coalesce(n, -1) <> k % 4`;
    const counts = `select count(*), sum(case when ${wrong} then 1 else 0 end) from ${target}`;
    expect(await bench.rows(counts)).toEqual([[3000, 0]]);
  });

  it('refuses a file that ends too early or holds bytes that are no text', async () => {
    const target = await table('v varchar(20)');
    const whole = await parquet(`select 'éé' as v`, ', compression uncompressed');
    const refused = async (bytes: Uint8Array): Promise<string> => {
      await bench.put(`${target}/0.parquet`, bytes);
      return (await bench.run(copy(target, `${target}/`))).Error ?? 'loaded';
    };
    expect(await refused(whole.subarray(0, whole.length - 4))).not.toBe('loaded');
    expect(await refused(whole.subarray(40))).not.toBe('loaded');
    const text = Buffer.from(whole).toString('latin1').replaceAll('Ã©', 'ÿþ');
    expect(await refused(Buffer.from(text, 'latin1'))).not.toBe('loaded');
    expect(await bench.rows(`select count(*) from ${target}`)).toEqual([[0]]);
  });

  it('loads what parquet-wasm writes from Arrow', async () => {
    const arrow = new Table({
      name: vectorFromArray(['É', null], new Utf8()),
      at: vectorFromArray([Date.UTC(2024, 0, 1), null], new TimestampMicrosecond('UTC')),
      amount: vectorFromArray(
        [new Uint32Array([4_294_967_291, 4_294_967_295, 4_294_967_295, 4_294_967_295]), null],
        new Decimal(2, 38, 128),
      ),
    });
    const target = await table('name varchar(2), at timestamp, amount decimal(38, 2)');
    await bench.put(`${target}/0.parquet`, writeParquet(ParquetTable.fromIPCStream(tableToIPC(arrow, 'stream'))));
    const { Error: error } = await bench.run(copy(target, `${target}/`));
    expect(error).toBeUndefined();
    expect(await bench.rows(`select * from ${target} order by name`)).toEqual([
      ['É', '2024-01-01 00:00:00.0', '-0.05'],
      [null, null, null],
    ]);
  });

  it.each([
    ['more columns than the file', 'a int, b int', 'select 1::int as a', 'Unmatched number of columns'],
    ['fewer columns than the file', 'a int', 'select 1::int as a, 2::int as b', 'Unmatched number of columns'],
    ['an integer for text', 'a varchar(10)', 'select 1::bigint as a', 'has an incompatible Parquet schema'],
    ['text for an integer', 'a bigint', `select '1' as a`, 'has an incompatible Parquet schema'],
    ['a wider integer', 'a int', 'select 1::bigint as a', 'has an incompatible Parquet schema'],
    ['a narrower integer', 'a bigint', 'select 1::int as a', 'has an incompatible Parquet schema'],
    ['another scale', 'a decimal(18, 2)', 'select 1::decimal(18, 3) as a', 'Column type: DECIMAL(18, 2)'],
    ['another precision', 'a decimal(20, 2)', 'select 1::decimal(38, 2) as a', 'Column type: DECIMAL(20, 2)'],
    ['a float for a decimal', 'a decimal(18, 2)', 'select 1::double as a', 'Column type: DECIMAL(18, 2)'],
    ['a date for a timestamp', 'a timestamp', `select date '2024-01-01' as a`, 'has an incompatible Parquet schema'],
    [
      'a text longer than the column, in bytes',
      'a varchar(3)',
      `select 'éé' as a`,
      'longer than the length defined in the table. Table: 3, Data: 4',
    ],
    ['NULL for NOT NULL', 'a int not null', 'select null::int as a', 'Cannot insert a NULL value into column a'],
    ['a nested column', 'a varchar(10)', 'select [1, 2] as a', 'has an incompatible Parquet schema'],
  ])('refuses %s', async (...[, columns, query, message]) => {
    expect(await load(columns, query)).toContain(message);
  });

  it('refuses timestamps in milliseconds, which Redshift is not known to read', async () => {
    const target = await table('at timestamp');
    const arrow = new Table({ at: vectorFromArray([0], new TimestampMillisecond('UTC')) });
    await bench.put(`${target}/0.parquet`, writeParquet(ParquetTable.fromIPCStream(tableToIPC(arrow, 'stream'))));
    expect((await bench.run(copy(target, `${target}/`))).Error).toContain('Spectrum Scan Error');
  });

  it('loads all files of a prefix or none', async () => {
    const target = await table('a int');
    await bench.put(`${target}/0.parquet`, await parquet('select 1::int as a'));
    await bench.put(`${target}/1.parquet`, await parquet('select 2::bigint as a'));
    expect((await bench.run(copy(target, `${target}/`))).Status).toBe('FAILED');
    expect(await bench.rows(`select count(*) from ${target}`)).toEqual([[0]]);
    expect((await bench.run(copy(target, `${target}/0`))).Status).toBe('FINISHED');
    expect((await bench.run(copy(target, 'nothing/here'))).Error).toContain(
      "The specified S3 prefix 'nothing/here' does not exist",
    );
  });

  it('asks S3 again where it is busy or hangs up, and fails where it stays so', async () => {
    const target = await table('a int');
    await bench.put(`${target}/0.parquet`, await parquet('select 1::int as a'));
    bench.s3Faults.add({ kind: 'slow_down', operation: 'GetObject' });
    bench.s3Faults.add({ kind: 'lost_response', operation: 'GetObject' });
    bench.s3Faults.add({ kind: 'internal_error', operation: 'ListObjectsV2' });
    expect((await bench.run(copy(target, `${target}/`))).Error).toBeUndefined();
    bench.s3Faults.add({ kind: 'slow_down', count: 3, operation: 'GetObject' });
    expect((await bench.run(copy(target, `${target}/`))).Error).toContain('Status 503,Error SlowDown');
    bench.s3Faults.add({ kind: 'reset', operation: 'GetObject' });
    expect((await bench.run(copy(target, `${target}/`))).Status).toBe('FAILED');
    expect(await bench.rows(`select count(*) from ${target}`)).toEqual([[1]]);
  });

  it('reads a manifest, which must state the length of each file', async () => {
    const target = await table('a int');
    const file = await parquet('select 5::int as a');
    await bench.put(`${target}/data.parquet`, file);
    const entry = { url: `s3://${BUCKET}/${target}/data.parquet`, mandatory: true };
    await bench.put(`${target}/bad.manifest`, JSON.stringify({ entries: [entry] }));
    await bench.put(
      `${target}/good.manifest`,
      JSON.stringify({ entries: [{ ...entry, meta: { content_length: file.length } }] }),
    );
    expect((await bench.run(copy(target, `${target}/bad.manifest`, 'manifest'))).Error).toContain(
      'meta.content_length',
    );
    expect((await bench.run(copy(target, `${target}/good.manifest`, 'manifest'))).Status).toBe('FINISHED');
    expect(await bench.rows(`select a from ${target}`)).toEqual([[5]]);
  });

  it('reports no rows itself; pg_last_copy_count() does, in the same session only', async () => {
    const target = await table('a int');
    await bench.put(`${target}/0.parquet`, await parquet('select range::int as a from range(7)'));
    const done = await bench.batch([copy(target, `${target}/`), 'select pg_last_copy_count()']);
    expect(done.SubStatements?.map(({ ResultRows }) => ResultRows)).toEqual([0, 1]);
    expect(await bench.rowsOf(`${done.id}:2`)).toEqual([[7]]);
    expect(await bench.rows('select pg_last_copy_count()')).toEqual([[0]]);
  });

  it.each([
    ['maxerror 5', 'MAXERROR argument is not supported for PARQUET based COPY'],
    [`region 'us-east-1'`, 'REGION argument is not supported for PARQUET based COPY'],
    ['compupdate off', 'COMPUPDATE argument is not supported for PARQUET based COPY'],
    ['truncatecolumns', 'TRUNCATECOLUMNS argument is not supported for PARQUET based COPY'],
  ])('refuses the option %s', async (option, message) => {
    expect((await bench.run(copy('any_table', 'x', option))).Error).toContain(message);
  });

  it('wants a role', async () => {
    expect((await bench.run(`copy t from 's3://${BUCKET}/x' format parquet`)).Error).toContain('requires credentials');
    expect((await bench.run(`copy t from 's3://${BUCKET}/x' iam_role 'me' format parquet`)).Error).toContain(
      'Invalid credentials',
    );
  });
});
