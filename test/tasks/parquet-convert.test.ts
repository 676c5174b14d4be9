import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { CSV_NULL, openConverter } from '#tasks/parquet';

import { convertGround } from './parquet-support.ts';

describe('Converting an extract', () => {
  const { desk, readback, converter } = convertGround({ threads: 2 });

  it('learns how long texts are and how many digits numbers need, and reports what it met', async () => {
    const csv = 'id,n,t,b,d,s,u\nV1,1.50,é😀,true,2026-01-20,2026-01-20T13:20Z,x\nV2,-3,,,,\n\nV3,1e-3,a\n';
    const columns = [
      { name: 'id', type: 'text' as const },
      { name: 'n', type: 'number' as const },
      { name: 't', type: 'text' as const },
      { name: 'b', type: 'boolean' as const },
      { name: 'd', type: 'date' as const },
      { name: 's', type: 'timestamp' as const },
    ];
    const converted = await converter.convert(await desk.request(csv, { columns }));
    expect(converted.columns).toEqual([
      { name: 'id', type: { kind: 'text', bytes: 2 } },
      { name: 'n', type: { kind: 'decimal', precision: 38, scale: 3 } },
      { name: 't', type: { kind: 'text', bytes: 6 } },
      { name: 'b', type: { kind: 'boolean' } },
      { name: 'd', type: { kind: 'date' } },
      { name: 's', type: { kind: 'timestamp' } },
      { name: 'u', type: { kind: 'text', bytes: 1 } },
    ]);
    expect(converted).toMatchObject({ rows: 3, shortRows: 2, unknownColumns: ['u'] });
    expect(await readback.parquet(converted)).toEqual([
      ['V1', '1.500', 'é😀', 'true', '2026-01-20', '1768915200000000', 'x'],
      ['V2', '-3.000', null, null, null, null, null],
      ['V3', '0.001', 'a', null, null, null, null],
    ]);
  });

  it('writes the physical types that the warehouse reads', async () => {
    const types = ['text', 'number', 'boolean', 'date', 'timestamp'] as const;
    const columns = types.map((type) => ({ name: type, type }));
    const converted = await converter.convert(
      await desk.request(`${types.join(',')}\nx,1,true,2026-01-20,2026-01-20T00:00:00.5Z\n`, { columns }),
    );
    const schema = `select type, type_length, converted_type from parquet_schema('${converted.files[0]?.path}') where num_children is null`;
    expect(await readback.query(schema)).toEqual([
      ['BYTE_ARRAY', null, 'UTF8'],
      ['FIXED_LEN_BYTE_ARRAY', '16', 'DECIMAL'],
      ['BOOLEAN', null, null],
      ['INT32', null, 'DATE'],
      ['INT64', null, 'TIMESTAMP_MICROS'],
    ]);
  });

  it('states size, rows and SHA-256 of every file, and names the files in order', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => `V${index},"a, ""${index}""\n"`);
    const cutUp = openConverter({ threads: 2, chunkBytes: 1000 });
    const request = await desk.request(`id,t\n${rows.join('\n')}\n`);
    const converted = await cutUp.convert(request);
    await cutUp.close();
    expect(converted.files.length).toBeGreaterThan(3);
    expect((await readdir(request.directory)).toSorted()).toEqual([
      ...converted.files.map(({ path }) => path.split('/').at(-1)),
      'source.csv',
    ]);
    for (const { path, bytes, sha256 } of converted.files) {
      const content = await readFile(path);
      expect(content.length).toBe(bytes);
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
    }
    expect((await readback.parquet(converted)).map(([id]) => id)).toEqual(rows.map((_, index) => `V${index}`));
  });

  it('converts again what was written before a later chunk needed a larger scale', async () => {
    const cutUp = openConverter({ threads: 2, chunkBytes: 200 });
    const values = Array.from({ length: 100 }, (_, index) => (index === 80 ? '0.125' : String(index)));
    const request = await desk.request(`id,n\n${values.map((value, index) => `V${index},${value}`).join('\n')}\n`, {
      columns: [{ name: 'n', type: 'number' }],
    });
    const converted = await cutUp.convert(request);
    await cutUp.close();
    expect(converted.rows).toBe(100);
    expect(converted.columns[1]).toEqual({ name: 'n', type: { kind: 'decimal', precision: 38, scale: 3 } });
    expect((await readback.parquet(converted)).map(([, n]) => n)).toEqual(
      values.map((value) => Number(value).toFixed(3)),
    );
  });

  it('converts again when the scale grows after the first batch of a chunk was written', async () => {
    const values = Array.from({ length: 40_000 }, (_, index) => (index === 35_000 ? '0.25' : '7'));
    const request = await desk.request(`n\n${values.join('\n')}\n`, {
      columns: [{ name: 'n', type: 'number' }],
      key: ['n'],
    });
    const converted = await converter.convert(request);
    const sums = await readback.query(
      `select count(*), sum(n)::varchar from read_parquet('${converted.files[0]?.path}')`,
    );
    expect(sums).toEqual([['40000', '279993.25']]);
  });

  it('writes only the selected columns, in the order asked for', async () => {
    const request = await desk.request('a,b,c,deleted_date\n1,2,3,2026-01-20T13:00:00.000Z\n', {
      select: ['c', 'a'],
      columns: [{ name: 'a', type: 'number' }],
      key: ['a'],
    });
    const converted = await converter.convert(request);
    expect(converted.columns.map(({ name }) => name)).toEqual(['c', 'a']);
    expect(await readback.parquet(converted)).toEqual([['3', '1']]);
  });

  it.each(['id,n', 'id,n\n', '\uFEFFid,n\r\n'])('makes no file of a header without rows: %j', async (csv) => {
    const converted = await converter.convert(await desk.request(csv, { columns: [{ name: 'n', type: 'number' }] }));
    expect(converted).toMatchObject({ rows: 0, files: [], columns: [{ name: 'id' }, { name: 'n' }] });
  });

  it('drops the carriage return of a line end only where the header line ends with one', async () => {
    const dos = await converter.convert(await desk.request('id,t\r\n1,x\r\n2,"y\r\n"\r\n3,\r\n'));
    expect(await readback.parquet(dos)).toEqual([
      ['1', 'x'],
      ['2', 'y\r\n'],
      ['3', null],
    ]);
    const unix = await converter.convert(await desk.request('id,t\n1,x\r\n2,"y\r\n"\r\n3,\r\n'));
    expect(await readback.parquet(unix)).toEqual([
      ['1', 'x\r'],
      ['2', 'y\r\n'],
      ['3', '\r'],
    ]);
  });

  it('writes stage CSV with quotes around every text, plain numbers, and nothing for NULL', async () => {
    const csv =
      'id,n,t,b,d,s\n00012,1E2,"a ""b"", \nc",false,0001-01-01,1969-12-31T23:59:59.999Z\n\\N,,NULL,,,\n,0.50,,,,9999-12-31T23:59:59Z\n';
    const columns = [
      { name: 'n', type: 'number' as const },
      { name: 'b', type: 'boolean' as const },
      { name: 'd', type: 'date' as const },
      { name: 's', type: 'timestamp' as const },
    ];
    const converted = await converter.convert(await desk.request(csv, { columns, format: 'csv' }));
    expect(await readFile(converted.files[0]?.path ?? '', 'utf8')).toBe(
      '"00012",100.00,"a ""b"", \nc",false,0001-01-01,1969-12-31 23:59:59.999000\n' +
        `"\\N",${CSV_NULL},"NULL",${CSV_NULL},${CSV_NULL},${CSV_NULL}\n` +
        ',0.50,,,,9999-12-31 23:59:59.000000\n',
    );
  });

  it('takes texts of 65,535 bytes and numbers of 38 digits of both signs', async () => {
    const nines = '9'.repeat(38);
    const long = 'x'.repeat(65_535);
    const request = await desk.request(`id,n\n${long},${nines}\nV2,-${nines}\n`, {
      columns: [{ name: 'n', type: 'number' }],
    });
    const converted = await converter.convert(request);
    expect(converted.columns[0]?.type).toEqual({ kind: 'text', bytes: 65_535 });
    expect(await readback.parquet(converted)).toEqual([
      [long, nines],
      ['V2', `-${nines}`],
    ]);
  });
});
