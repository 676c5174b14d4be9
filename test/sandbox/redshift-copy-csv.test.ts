import { gzipSync } from 'node:zlib';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readRecords } from '../../sandbox/redshift/copy/csv-records.ts';
import { BUCKET, ROLE, type RedshiftBench, openRedshiftBench } from './redshift-bench.ts';

let bench: RedshiftBench;
beforeAll(async () => {
  bench = await openRedshiftBench();
});
afterAll(() => bench.close());

let tables = 0;

async function load(
  columns: string,
  body: string | Uint8Array,
  options = '',
): Promise<{ readonly table: string; readonly error: string | undefined }> {
  tables += 1;
  const table = `csv_${tables}`;
  await bench.run(`create table ${table} (${columns})`);
  await bench.put(`${table}/0.csv`, body);
  const copied = await bench.run(
    `copy ${table} from 's3://${BUCKET}/${table}/' iam_role '${ROLE}' format as csv ${options}`,
  );
  return { table, error: copied.Error };
}

async function loaded(columns: string, body: string | Uint8Array, options = ''): Promise<unknown[][]> {
  const { table, error } = await load(columns, body, options);
  if (error !== undefined) throw new Error(error);
  return bench.rows(`select * from ${table}`);
}

describe('COPY of CSV', () => {
  it('reads quotes, doubled quotes, newlines, both line ends and a last line without one', async () => {
    const body = 'a,b\r\n"x ""y""\n,z", "spaced" \nplain text,\\back\\';
    expect(await loaded('a varchar(50), b varchar(50)', body, 'ignoreheader 1')).toEqual([
      ['x "y"\n,z', 'spaced'],
      ['plain text', '\\back\\'],
    ]);
  });

  it('tells an empty text from NULL, and gives NULL for an empty number', async () => {
    expect(await loaded('a varchar(5), n int', ',\n\\N,\\N\n')).toEqual([
      ['', null],
      [null, null],
    ]);
    expect(await loaded('a varchar(5), n int', ',\n', 'emptyasnull')).toEqual([[null, null]]);
    expect(await loaded('a varchar(5)', 'none\n', `null as 'none'`)).toEqual([[null]]);
  });

  it('cuts digits beyond the scale, where INSERT rounds them', async () => {
    expect(await loaded('n decimal(5, 2)', '1.239\n-0.999\n')).toEqual([['1.23'], ['-0.99']]);
    expect(await loaded('n decimal(5, 2)', '1.239\n', 'roundec')).toEqual([['1.24']]);
    expect(await loaded('n decimal(38, 5)', '123456789012345678901234567890123.12345\n')).toEqual([
      ['123456789012345678901234567890123.12345'],
    ]);
  });

  it('reads ISO timestamps only with TIMEFORMAT auto', async () => {
    const body = '2019-02-11T05:09:12.195Z\n';
    expect((await load('t timestamp', body)).error).toContain('Load into table');
    expect(await loaded('t timestamp', body, `timeformat 'auto'`)).toEqual([['2019-02-11 05:09:12.195']]);
  });

  it('reads gzip, another delimiter and the columns of a list', async () => {
    expect(await loaded('a int, b varchar(5)', gzipSync('1|x\n'), `gzip delimiter '|'`)).toEqual([[1, 'x']]);
    const { table } = await load('a int, b int default 7 not null, c int', '1,2,3\n');
    await bench.put('listed/0.csv', '9,\n');
    await bench.run(`copy ${table} (c, b) from 's3://${BUCKET}/listed/' iam_role default csv`);
    expect(await bench.rows(`select * from ${table} where c = 9`)).toEqual([[null, 7, 9]]);
  });

  it.each([
    ['a letter in a number', 'a int', 'x\n', 1207, "Invalid digit, Value 'x', Pos 0, Type: Integer"],
    ['a number too large', 'a smallint', '40000\n', 1222, "Overflow, Value '40000', Type: Short"],
    ['a decimal too large', 'a decimal(4, 2)', '100\n', 1204, 'Numeric data overflow (result precision)'],
    ['a text too long in bytes', 'a varchar(3)', 'éé\n', 1204, 'String length exceeds DDL length'],
    ['a multibyte CHAR', 'a char(4)', 'é\n', 1215, 'Multibyte character not supported for CHAR'],
    ['a day that does not exist', 'a date', '2023-02-29\n', 1205, 'Invalid Date Format'],
    ['a boolean word', 'a boolean', 'maybe\n', 1210, 'Unknown boolean format'],
    ['NULL for NOT NULL', 'a int not null', '""\n', 1213, 'Missing data for not-null field'],
    ['a field too many', 'a int', '1,2\n', 1202, 'Extra column(s) found'],
    ['a field too few', 'a int, b int', '1\n', 1203, 'Delimiter not found'],
    ['text after a quote', 'a varchar(9)', '"x"y\n', 1214, 'Invalid quote formatting for CSV'],
    [
      'bytes that are not UTF-8',
      'a varchar(9)',
      Buffer.from([0x61, 0xe9, 0x0a]),
      1220,
      'String contains invalid or unsupported UTF8 codepoints',
    ],
  ])('refuses %s and says where', async (...[, columns, body, code, reason]) => {
    const { table, error } = await load(columns, body);
    expect(error).toBe(`ERROR: Load into table '${table}' failed.  Check 'stl_load_errors' system table for details.`);
    const found = await bench.rows(
      `select err_code, trim(err_reason), line_number from stl_load_errors where trim(filename) = 's3://${BUCKET}/${table}/0.csv'`,
    );
    expect(found).toEqual([[code, expect.stringContaining(reason), 1]]);
    expect(
      await bench.rows(`select count(*) from sys_load_error_detail where trim(file_name) like '%${table}/0.csv'`),
    ).toEqual([[1]]);
  });

  it('loads the good rows below MAXERROR and none at it', async () => {
    const body = '1\nx\n2\ny\n3\n';
    expect(await loaded('a int', body, 'maxerror 3')).toEqual([[1], [2], [3]]);
    const { table, error } = await load('a int', body, 'maxerror 2');
    expect(error).toContain('Load into table');
    expect(await bench.rows(`select count(*) from ${table}`)).toEqual([[0]]);
  });

  it('repairs where it is told to', async () => {
    expect(await loaded('a varchar(3)', 'abcé\n', 'truncatecolumns')).toEqual([['abc']]);
    expect(await loaded('a varchar(9)', Buffer.from([0x61, 0xe9, 0x0a]), `acceptinvchars as '^'`)).toEqual([['a^']]);
    expect(await loaded('a int, b varchar(9)', '1\n', 'fillrecord')).toEqual([[1, '']]);
  });

  it('undoes a load with the batch it is in', async () => {
    await bench.run('create table undone (a int)');
    await bench.put('undone/0.csv', '1\n');
    const failed = await bench.batch([
      `copy undone from 's3://${BUCKET}/undone/' iam_role default csv`,
      'select 1 / 0',
    ]);
    expect(failed.Status).toBe('FAILED');
    expect(await bench.rows('select count(*) from undone')).toEqual([[0]]);
    expect(await bench.rows(`select count(*) from stl_load_commits where trim(name) = 'undone'`)).toEqual([[0]]);
  });
});

describe('cutting a file into records', () => {
  it('gives the same records wherever the chunks are cut', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r', ' '), maxLength: 6 });
    const rows = fc.array(fc.array(field, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 7 }), async (table, size) => {
        const text = table
          .map((row) => `${row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`)
          .join('');
        const bytes = Buffer.from(text);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        const found: string[][] = [];
        for await (const { fields, error } of readRecords(streamed(chunks), { delimiter: ',', quote: '"' })) {
          expect(error).toBeUndefined();
          found.push(fields.map((cell) => Buffer.from(cell, 'latin1').toString('utf8')));
        }
        expect(found).toEqual(table);
      }),
    );
  });
});

async function* streamed(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}
