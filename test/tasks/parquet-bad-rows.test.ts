import { readdir } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { type BadRowPolicy, type ConvertRequest, openConverter } from '#tasks/parquet';

import { failureOfAsync } from '../support/failure-of.ts';
import { convertGround } from './parquet-support.ts';

const COLUMNS: ConvertRequest['columns'] = [
  { name: 'id', type: 'text' },
  { name: 'n', type: 'number' },
  { name: 'd', type: 'date' },
  { name: 't', type: 'text' },
];

const QUARANTINE: BadRowPolicy = { atMost: 10, characters: 'refuse' };

/** Line 2 and 9 are good; each line between has its own fault. */
const FAULTY = Buffer.concat([
  Buffer.from('id,n,d,t\nV1,1,2026-01-01,"one\nmore"\nV2,12x,2026-01-01,"say ""no"""\nV3,3,2026-02-30,x\n'),
  Buffer.from('V4,4,,a\0b\nV5,5,,'),
  Buffer.from([0x61, 0xff]),
  Buffer.from(`\nV6,6,,a,b,"c,\nd"\n,7,,x\nV8,8,,${'é'.repeat(32_768)}\nV9,9.5,,é\n`),
]);

describe('Setting bad rows aside', () => {
  const { desk, readback, converter } = convertGround({ threads: 2 });

  it('converts every other row, and tells line, key, column, reason, value and text of each', async () => {
    const request = await desk.request(FAULTY, { columns: COLUMNS, needsKey: true, badRows: QUARANTINE });
    const converted = await converter.convert(request);
    expect(await readback.parquet(converted)).toEqual([
      ['V1', '1.0', '2026-01-01', 'one\nmore'],
      ['V9', '9.5', null, 'é'],
    ]);
    expect(converted.rows).toBe(2);
    expect(converted.badRows).toMatchObject([
      { line: 4, key: { id: 'V2' }, column: 'n', code: 'E_NUMBER_UNREADABLE', value: '12x' },
      { line: 5, key: { id: 'V3' }, column: 'd', code: 'E_DATE_UNREADABLE', value: '2026-02-30' },
      { line: 6, key: { id: 'V4' }, column: 't', code: 'E_TEXT_NUL', value: 'a␀b', text: 'V4,4,,a␀b' },
      { line: 7, key: { id: 'V5' }, column: 't', code: 'E_TEXT_NOT_UTF8', value: 'a\uFFFD', text: 'V5,5,,a\uFFFD' },
      { line: 8, key: { id: 'V6' }, code: 'E_CSV_TOO_MANY_FIELDS', text: 'V6,6,,a,b,"c,\nd"' },
      { line: 10, key: { id: '' }, column: 'id', code: 'E_KEY_MISSING', text: ',7,,x' },
      { line: 11, key: { id: 'V8' }, column: 't', code: 'E_TEXT_TOO_LONG' },
    ]);
    const [first, , , , , , last] = converted.badRows;
    expect(first).toMatchObject({
      text: 'V2,12x,2026-01-01,"say ""no"""',
      reason: expect.stringContaining('is not a number'),
    });
    expect(Buffer.byteLength(last?.value ?? '')).toBe(4000);
    expect(last?.text).toMatch(/^V8,8,,é+$/);
    expect(Buffer.byteLength(last?.text ?? '')).toBeLessThanOrEqual(16_000);
  });

  it('sets aside the same rows wherever the file is cut', async () => {
    const whole = await converter.convert(
      await desk.request(FAULTY, { columns: COLUMNS, needsKey: true, badRows: QUARANTINE }),
    );
    for (const chunkBytes of [1, 7, 40, 300]) {
      const cutUp = openConverter({ threads: 2, chunkBytes });
      const request = await desk.request(FAULTY.subarray(0, 200), {
        columns: COLUMNS,
        needsKey: true,
        badRows: QUARANTINE,
      });
      const { badRows, rows } = await cutUp.convert(request);
      await cutUp.close();
      expect(rows).toBe(1);
      expect(badRows.slice(0, 6)).toEqual(whole.badRows.slice(0, 6));
    }
  });

  it('sets aside a number that fits alone but not at the scale of a later chunk, and no scale is learnt from a row that is out', async () => {
    const cutUp = openConverter({ threads: 1, chunkBytes: 60 });
    const csv = `id,n,d,t\nV1,${'9'.repeat(30)},,\nV2,${'1'.repeat(28)},,\nV3,0.123456789,,\nV4,0.1234567890123,bad,\n`;
    const converted = await cutUp.convert(await desk.request(csv, { columns: COLUMNS, badRows: QUARANTINE }));
    await cutUp.close();
    expect(converted.badRows.map(({ key, code }) => [key['id'], code])).toEqual([
      ['V1', 'E_NUMBER_TOO_LONG'],
      ['V4', 'E_DATE_UNREADABLE'],
    ]);
    expect(converted.columns[1]?.type).toEqual({ kind: 'decimal', precision: 38, scale: 9 });
    expect((await readback.parquet(converted)).map(([id]) => id)).toEqual(['V2', 'V3']);
  });

  it.each([2, 3])('fails with one row and the limit, and leaves no file, when more than %d are bad', async (atMost) => {
    const rows = Array.from({ length: 400 }, (_, index) => `V${index},${index % 100 === 99 ? 'bad' : index},,`);
    const cutUp = openConverter({ threads: 2, chunkBytes: atMost === 2 ? 1_000_000 : 300 });
    const badRows = { ...QUARANTINE, atMost };
    const request = await desk.request(`id,n,d,t\n${rows.join('\n')}\n`, { columns: COLUMNS, badRows });
    const failure = await failureOfAsync(() => cutUp.convert(request));
    await cutUp.close();
    expect(failure.code).toBe('E_QUARANTINE_FULL');
    expect(failure.message).toMatch(
      new RegExp(
        `more than ${atMost} rows .* One of them: .* line \\d+ \\(id=V\\d+\\), column "n": "bad" is not a num`,
      ),
    );
    expect(await readdir(request.directory)).toEqual(['source.csv']);
  });

  it('never sets a stray quote aside: behind it nobody can tell where records begin', async () => {
    const request = await desk.request('id,n,d,t\nV1,bad,,\nV2,1,,a"b\n', { columns: COLUMNS, badRows: QUARANTINE });
    const failure = await failureOfAsync(() => converter.convert(request));
    expect(failure.code).toBe('E_CSV_STRAY_QUOTE');
    expect(failure.message).toContain('row 2 (line 3)');
  });

  it('refuses a row without a key, unless none is needed', async () => {
    const csv = 'id,n,d,t\nV1,1,,\n,2,,x\n';
    const failure = await failureOfAsync(async () =>
      converter.convert(await desk.request(csv, { columns: COLUMNS, needsKey: true })),
    );
    expect(failure.code).toBe('E_KEY_MISSING');
    expect(failure.message).toContain('row 2 (line 3, id=), column "id"');
    expect((await converter.convert(await desk.request(csv, { columns: COLUMNS }))).rows).toBe(2);
  });

  it.each([0, 10])('replaces NUL and invalid UTF-8 and names each value, with room for %d bad rows', async (atMost) => {
    const csv = Buffer.concat([
      Buffer.from('id,n,d,t\nV1,1,,"a\0\nb"\n'),
      Buffer.from([0x56, 0xff]),
      Buffer.from(',2,,"""\0"""\nV3,3,,fine\n'),
    ]);
    const request = await desk.request(csv, { columns: COLUMNS, badRows: { atMost, characters: 'replace' } });
    const converted = await converter.convert(request);
    expect(await readback.parquet(converted)).toEqual([
      ['V1', '1', null, 'a\uFFFD\nb'],
      ['V\uFFFD', '2', null, '"\uFFFD"'],
      ['V3', '3', null, 'fine'],
    ]);
    expect(converted.badRows).toEqual([]);
    expect(converted.replaced).toEqual({
      values: 3,
      first: [
        { line: 2, key: { id: 'V1' }, column: 't' },
        { line: 4, key: { id: 'V\uFFFD' }, column: 'id' },
        { line: 4, key: { id: 'V\uFFFD' }, column: 't' },
      ],
    });
  });

  it('sets aside a text that is too long only because replacing made it longer', async () => {
    const csv = `id,n,d,t\nV1,1,,fine\nV2,2,,${'a'.repeat(65_534)}\0\nV3,3,,a\0\n`;
    const badRows = { atMost: 10, characters: 'replace' } as const;
    const converted = await converter.convert(await desk.request(csv, { columns: COLUMNS, badRows }));
    expect(converted.badRows).toMatchObject([{ line: 3, key: { id: 'V2' }, column: 't', code: 'E_TEXT_TOO_LONG' }]);
    expect((await readback.parquet(converted)).map(([id]) => id)).toEqual(['V1', 'V3']);
    expect(converted.replaced.values).toBe(1);
  });

  it('counts each bad row and each replaced value once, also where texts are split and chunks are converted again', async () => {
    const long = `${'é'.repeat(40_000)}\0${'é'.repeat(30_000)}`;
    const csv = `id,n,d,t\nV1,1,,a\0\nV2,x,,bad\n,,,${'c'.repeat(60_000)}\nV3,0.5,,"${long}"\nV4,y,,${long}\nV5,5,,${'b'.repeat(4_000_001)}\n`;
    const cutUp = openConverter({ threads: 1, chunkBytes: 50_000 });
    const badRows = { atMost: 10, characters: 'replace' } as const;
    const converted = await cutUp.convert(await desk.request(csv, { columns: COLUMNS, badRows, longText: 'split' }));
    await cutUp.close();
    expect(converted.badRows.map(({ key, code }) => [key['id'], code])).toEqual([
      ['V2', 'E_NUMBER_UNREADABLE'],
      ['V4', 'E_NUMBER_UNREADABLE'],
      ['V5', 'E_TEXT_TOO_LONG'],
    ]);
    expect(converted.replaced.values).toBe(2);
    expect(converted.columns.map(({ name }) => name)).toEqual(['id', 'n', 'd', 't', 't__2', 't__3']);
    const rows = await readback.parquet(converted);
    expect(rows.map(([id, , , ...parts]) => [id, parts.map((part) => part ?? '').join('')])).toEqual([
      ['V1', 'a\uFFFD'],
      [null, 'c'.repeat(60_000)],
      ['V3', long.replace('\0', '\uFFFD')],
    ]);
  });

  it('replaces characters in text only: a number with a NUL stays a bad row', async () => {
    const request = await desk.request('id,n,d,t\nV1,1\0,,a\0\n', {
      columns: COLUMNS,
      badRows: { atMost: 0, characters: 'replace' },
    });
    const failure = await failureOfAsync(() => converter.convert(request));
    expect(failure.code).toBe('E_NUMBER_UNREADABLE');
    expect(failure.message).toMatch(/^Extract Object.product__v, line 2 \(id=V1\), column "n": "1␀" is not a number/);
  });
});
