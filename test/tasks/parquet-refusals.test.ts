import { readdir } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { DataFailure } from '#framework';
import { type CsvType, openConverter } from '#tasks/parquet';

import { failureOfAsync } from '../support/failure-of.ts';
import { convertGround } from './parquet-support.ts';

const DIGITS_38 = '9'.repeat(38);

/** Every value stands in column `x` of row 2, whose id is V2. */
const REFUSED: readonly (readonly [CsvType, string | Buffer, string])[] = [
  ['number', 'abc', 'E_NUMBER_UNREADABLE'],
  ['number', '1,000', 'E_NUMBER_UNREADABLE'],
  ['number', '1 ', 'E_NUMBER_UNREADABLE'],
  ['number', '.', 'E_NUMBER_UNREADABLE'],
  ['number', '-', 'E_NUMBER_UNREADABLE'],
  ['number', '--1', 'E_NUMBER_UNREADABLE'],
  ['number', '1.2.3', 'E_NUMBER_UNREADABLE'],
  ['number', '1e', 'E_NUMBER_UNREADABLE'],
  ['number', 'NaN', 'E_NUMBER_UNREADABLE'],
  ['number', 'Infinity', 'E_NUMBER_UNREADABLE'],
  ['number', '0x10', 'E_NUMBER_UNREADABLE'],
  ['number', `${DIGITS_38}9`, 'E_NUMBER_TOO_LONG'],
  ['number', '1e38', 'E_NUMBER_TOO_LONG'],
  ['number', '1e9999', 'E_NUMBER_TOO_LONG'],
  ['number', '1e-9999', 'E_NUMBER_TOO_LONG'],
  ['number', `0.${'1'.repeat(38)}`, 'E_NUMBER_TOO_LONG'],
  ['boolean', 'TRUE', 'E_BOOLEAN_UNREADABLE'],
  ['boolean', '1', 'E_BOOLEAN_UNREADABLE'],
  ['boolean', 'falsy', 'E_BOOLEAN_UNREADABLE'],
  ['date', '2026-02-29', 'E_DATE_UNREADABLE'],
  ['date', '1900-02-29', 'E_DATE_UNREADABLE'],
  ['date', '2026-13-01', 'E_DATE_UNREADABLE'],
  ['date', '2026-00-10', 'E_DATE_UNREADABLE'],
  ['date', '2026-01-00', 'E_DATE_UNREADABLE'],
  ['date', '0000-01-01', 'E_DATE_UNREADABLE'],
  ['date', '10000-01-01', 'E_DATE_UNREADABLE'],
  ['date', '2026/01/01', 'E_DATE_UNREADABLE'],
  ['date', '2026-1-1', 'E_DATE_UNREADABLE'],
  ['date', '2026-01-01T00:00:00Z', 'E_DATE_UNREADABLE'],
  ['timestamp', '2026-01-01', 'E_TIMESTAMP_UNREADABLE'],
  ['timestamp', '2026-01-01T00:00:00', 'E_TIMESTAMP_UNREADABLE'],
  ['timestamp', '2026-01-01 00:00:00Z', 'E_TIMESTAMP_UNREADABLE'],
  ['timestamp', '2026-01-01T24:00:00Z', 'E_TIMESTAMP_UNREADABLE'],
  ['timestamp', '2026-01-01T00:60:00Z', 'E_TIMESTAMP_UNREADABLE'],
  ['timestamp', '2026-01-01T00:00:60Z', 'E_TIMESTAMP_UNREADABLE'],
  ['timestamp', '2026-01-01T00:00:00.Z', 'E_TIMESTAMP_UNREADABLE'],
  ['timestamp', '2026-01-01T00:00:00.1234567Z', 'E_TIMESTAMP_UNREADABLE'],
  ['timestamp', '2026-01-01T00:00:00+01:00', 'E_TIMESTAMP_UNREADABLE'],
  ['timestamp', '2026-01-01T00:00:00-00:00', 'E_TIMESTAMP_UNREADABLE'],
  ['timestamp', '2026-02-30T00:00:00Z', 'E_TIMESTAMP_UNREADABLE'],
  ['timestamp', '0000-12-31T23:59:59Z', 'E_TIMESTAMP_UNREADABLE'],
  ['timestamp', '+10000-01-01T00:00:00Z', 'E_TIMESTAMP_UNREADABLE'],
  ['text', 'a\0b', 'E_TEXT_NUL'],
  ['text', Buffer.from([0x61, 0xff]), 'E_TEXT_NOT_UTF8'],
  ['text', Buffer.from([0xc3]), 'E_TEXT_NOT_UTF8'],
  ['text', Buffer.from([0xed, 0xa0, 0x80]), 'E_TEXT_NOT_UTF8'],
  ['text', 'é'.repeat(32_768), 'E_TEXT_TOO_LONG'],
];

const MALFORMED: readonly (readonly [string, string, string, string])[] = [
  ['a row with too many fields', 'id,x\n1,2\n1,2,3\n', 'E_CSV_TOO_MANY_FIELDS', 'row 2 (line 3)'],
  ['a quote inside an unquoted field', 'id,x\n1,a"b\n', 'E_CSV_STRAY_QUOTE', 'row 1 (line 2)'],
  ['text behind a closing quote', 'id,x\n1,"a"b\n', 'E_CSV_STRAY_QUOTE', 'row 1 (line 2)'],
  ['a quote that is never closed', 'id,x\n1,"a\nb"\n2,"c\nd\n', 'E_CSV_QUOTE_OPEN', 'row 2 (line 4)'],
  ['a quote that opens at the very end', 'id,x\n1,"', 'E_CSV_QUOTE_OPEN', 'row 1 (line 2)'],
  ['a duplicate header name', 'id,x,id\n', 'E_CSV_HEADER_UNREADABLE', 'column "id" occurs twice'],
  ['a header without a name', 'id,,x\n', 'E_CSV_HEADER_UNREADABLE', 'a column has no name'],
  ['a header that ends with a comma', 'id,\n', 'E_CSV_HEADER_UNREADABLE', 'a column has no name'],
  ['a header with an open quote', 'id,"x\n', 'E_CSV_HEADER_UNREADABLE', 'no header line'],
  ['an empty file', '', 'E_CSV_HEADER_UNREADABLE', 'no header line'],
  ['a first line without anything in it', '\nid\n', 'E_CSV_HEADER_UNREADABLE', 'no header line'],
];

describe('Refusing what cannot be held exactly', () => {
  const { desk, converter } = convertGround({ threads: 2 });

  it.each(REFUSED)('refuses as %s the value %j with %s', async (type, value, code) => {
    const csv = Buffer.concat([Buffer.from('id,x\nV1,\nV2,"'), Buffer.from(value), Buffer.from('"\nV3,\n')]);
    const request = await desk.request(csv, { columns: [{ name: 'x', type }] });
    const failure = await failureOfAsync(() => converter.convert(request));
    expect(failure).toBeInstanceOf(DataFailure);
    expect(failure.code).toBe(code);
    expect(failure.message).toContain('Extract Object.product__v, row 2 (line 3, id=V2), column "x": ');
    expect(failure.details).toMatchObject({ extract: 'Object.product__v', row: 2, key: { id: 'V2' }, column: 'x' });
    expect(await readdir(request.directory)).toEqual(['source.csv']);
  });

  it.each(MALFORMED)('refuses %s', async (...[, csv, code, expected]) => {
    const failure = await failureOfAsync(async () => converter.convert(await desk.request(csv)));
    expect(failure).toBeInstanceOf(DataFailure);
    expect(failure.code).toBe(code);
    expect(failure.message).toContain('Object.product__v');
    expect(failure.message).toContain(expected);
  });

  it('names the value in the message', async () => {
    const request = await desk.request('id,n\nV1,12x\n', { columns: [{ name: 'n', type: 'number' }] });
    const failure = await failureOfAsync(() => converter.convert(request));
    expect(failure.message).toBe(
      'Extract Object.product__v, row 1 (line 2, id=V1), column "n": "12x" is not a number. Expected digits with an ' +
        'optional sign, point and exponent. Correct it in the source, or leave the extract out.',
    );
  });

  it('refuses a selected column that the header does not have', async () => {
    const failure = await failureOfAsync(async () =>
      converter.convert(await desk.request('id\n1\n', { select: ['id', 'z'] })),
    );
    expect(failure.code).toBe('E_CSV_COLUMN_MISSING');
    expect(failure.message).toContain('no column "z"');
  });

  it('reports the first bad row of the file when several chunks refuse', async () => {
    const cutUp = openConverter({ threads: 2, chunkBytes: 50 });
    const rows = Array.from({ length: 200 }, (_, index) => `V${index + 1},${index >= 20 ? 'bad' : index}`);
    const request = await desk.request(`id,n\n${rows.join('\n')}\n`, { columns: [{ name: 'n', type: 'number' }] });
    const failure = await failureOfAsync(() => cutUp.convert(request));
    await cutUp.close();
    expect(failure.message).toContain('row 21 (line 22, id=V21)');
    expect(await readdir(request.directory)).toEqual(['source.csv']);
  });

  it('refuses a number that fits alone but not at the scale that a later chunk needs', async () => {
    const cutUp = openConverter({ threads: 1, chunkBytes: 60 });
    const request = await desk.request(`id,n\nV1,${'9'.repeat(30)}\nV2,${'1'.repeat(30)}\nV3,0.123456789\n`, {
      columns: [{ name: 'n', type: 'number' }],
    });
    const failure = await failureOfAsync(() => cutUp.convert(request));
    await cutUp.close();
    expect(failure.code).toBe('E_NUMBER_TOO_LONG');
    expect(failure.message).toContain('id=V1');
  });
});
