import fc from 'fast-check';
import { snappyUncompress } from 'hyparquet';
import { describe, expect, it } from 'vitest';

import type { CsvType } from '#tasks/parquet';

import { Snappy } from '../../tasks/parquet/encode/snappy.ts';
import { hyparquetRows } from './hyparquet-rows.ts';
import { convertGround } from './parquet-support.ts';

/** Bytes that repeat at any distance, between bytes that never do. */
const repetitive = fc
  .array(
    fc.record({
      piece: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      times: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 100, max: 4000 })),
    }),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts.flatMap(({ piece, times }) => Array.from({ length: times }, () => piece))));

describe('Snappy', () => {
  const snappy = new Snappy();
  const pack = (pieces: readonly Uint8Array[]): Uint8Array =>
    snappy.compress(
      pieces,
      pieces.reduce((sum, { length }) => sum + length, 0),
    );
  const unpacked = (packed: Uint8Array, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    snappyUncompress(packed, bytes);
    return bytes;
  };

  it('packs any bytes, in one piece or in several, so that hyparquet unpacks the same', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(repetitive, fc.uint8Array({ maxLength: 300 })), { maxLength: 4 }), (pieces) => {
        const truth = Buffer.concat(pieces);
        expect(unpacked(pack(pieces), truth.length).equals(truth)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it.each([1, 14, 15, 16, 59, 60, 61, 255, 256, 257, 65_535, 65_536, 65_537, 200_000])(
    'packs %i bytes that do not repeat, and as many that do',
    (length) => {
      const different = Buffer.from(Array.from({ length }, (_, index) => Math.imul(index + 1, 2_654_435_761) >>> 24));
      const same = Buffer.alloc(length, 'a');
      expect(unpacked(pack([different]), length).equals(different)).toBe(true);
      expect(unpacked(pack([same]), length).equals(same)).toBe(true);
    },
  );

  it('packs an even text to a twentieth', () => {
    const even = Buffer.alloc(100_000, 'every row says the same; ');
    expect(pack([even]).length).toBeLessThan(even.length / 20);
  });
});

describe('Parquet of many rows', () => {
  const { desk, readback, converter } = convertGround({ threads: 1 });

  const TYPES: Readonly<Record<string, CsvType>> = { n: 'number', b: 'boolean', d: 'date', t: 'timestamp' };
  const convert = async (names: readonly string[], rows: readonly (readonly string[])[]) => {
    const csv = `${[names, ...rows].map((row) => row.join(',')).join('\n')}\n`;
    const columns = names.map((name) => ({ name, type: TYPES[name[0] ?? ''] ?? 'text' }));
    return converter.convert(await desk.request(csv, { columns, key: ['id'] }));
  };

  it('keeps every text when a dictionary that paid at first is full later', async () => {
    const rows = Array.from({ length: 40_000 }, (_, index) => [
      `V${index}`,
      index < 9000 ? `v${index % 7}` : `other ${index}`,
    ]);
    const converted = await convert(['id', 'word'], rows);
    expect(await readback.parquet(converted)).toEqual(rows);
    expect(await hyparquetRows(converted)).toEqual(rows);
    const encodings = await readback.query(
      `select path_in_schema, encodings from parquet_metadata('${converted.files[0]?.path ?? ''}')`,
    );
    expect(encodings).toEqual([
      ['id', 'PLAIN, RLE'],
      ['word', 'PLAIN, RLE, RLE_DICTIONARY'],
    ]);
  });

  it('keeps values of every type between NULL, page after page', async () => {
    const days = Array.from({ length: 28 }, (_, index) => `2024-02-${String(index + 1).padStart(2, '0')}`);
    const rows = Array.from({ length: 20_000 }, (_, index) => {
      const some = (each: number, value: string): string => (index % each === 0 ? '' : value);
      return [
        `V${index}`,
        some(3, String(index - 10_000)),
        some(5, String(index % 2 === 0)),
        some(7, days[index % 28] ?? ''),
        some(2, `${days[index % 28] ?? ''}T00:00:00.00000${index % 10}Z`),
        some(4, `text ${index % 50}`),
        '',
        index < 9000 ? '' : 'late',
      ];
    });
    const converted = await convert(['id', 'n', 'b', 'd', 't', 'some', 'nothing', 'late'], rows);
    const expected = rows.map((row) =>
      row.map((value, column) => (value === '' ? null : column === 4 ? micros(value) : value)),
    );
    expect(await readback.parquet(converted)).toEqual(expected);
    expect(await hyparquetRows(converted)).toEqual(expected);
  });
});

function micros(instant: string): string {
  return String(BigInt(Date.parse(`${instant.slice(0, 19)}Z`)) * 1000n + BigInt(instant.slice(20, 26)));
}
