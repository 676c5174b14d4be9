import { readFile } from 'node:fs/promises';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ConvertRequest, Converted, CsvType } from '#tasks/parquet';

import { hyparquetRows } from './hyparquet-rows.ts';
import { convertGround, stageCsvRows } from './parquet-support.ts';

/** One value: how it is written in the source, and what it is. */
interface Value {
  readonly written: string;
  readonly exact: string | null;
}

const NULL: Value = { written: '', exact: null };
const EPOCH_YEAR_1 = -62_135_596_800_000;
const EPOCH_YEAR_9999 = 253_402_300_799_999;

const NASTY = [
  [
    '00012',
    'NA',
    'null',
    'NULL',
    'None',
    '\\N',
    '\\',
    ' ',
    '  x  ',
    '"',
    '""',
    ',',
    '\n',
    '\r\n',
    '\r',
    "it's",
    '=1+1',
  ],
  [
    '\t',
    'é',
    'e\u0301',
    '😀',
    '\uFEFF',
    '\u2028',
    'a"b',
    '"a"',
    'x'.repeat(300),
    '1e5',
    'true',
    '2020-01-01',
    '{"a":1}',
  ],
].flat();
const text = fc
  .oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }))
  .map((value) => value.replaceAll('\0', ''));

const VALUES: Readonly<Record<CsvType, fc.Arbitrary<Value>>> = {
  text: text.map((value) => ({ written: value, exact: value === '' ? null : value })),
  number: fc
    .record({
      unscaled: fc.oneof(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.bigInt(-999n, 999n)),
      scale: fc.integer({ min: 0, max: 12 }),
      form: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ unscaled, scale, form }) => ({
      written: numberText(unscaled, scale, form),
      exact: canonical(unscaled, scale),
    })),
  boolean: fc.boolean().map((value) => ({ written: String(value), exact: String(value) })),
  date: fc
    .integer({ min: EPOCH_YEAR_1, max: EPOCH_YEAR_9999 })
    .map((moment) => dayOf(moment))
    .map((day) => ({ written: day, exact: day })),
  timestamp: fc
    .record({
      moment: fc.integer({ min: EPOCH_YEAR_1 / 1000, max: Math.floor(EPOCH_YEAR_9999 / 1000) }),
      micros: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999 })),
      zone: fc.constantFrom('Z', '+00:00'),
    })
    .map(({ moment, micros, zone }) => ({
      written: instantText(moment, micros) + zone,
      exact: String(BigInt(moment) * 1_000_000n + BigInt(micros)),
    })),
};

const table = fc
  .array(fc.constantFrom<CsvType>('text', 'number', 'boolean', 'date', 'timestamp'), { minLength: 1, maxLength: 5 })
  .chain((types) => {
    const row = fc.tuple(...types.map((type) => fc.oneof({ weight: 4, arbitrary: VALUES[type] }, fc.constant(NULL))));
    return fc.record({
      types: fc.constant(types),
      rows: fc.array(row, { minLength: 1, maxLength: 15 }),
      seed: fc.nat(),
    });
  });

describe('Converting random tables', () => {
  const { desk, readback, converter: whole } = convertGround({ threads: 2 });
  const { converter: cutUp } = convertGround({ threads: 2, chunkBytes: 100 });

  const request = (sample: { types: CsvType[]; rows: Value[][]; seed: number }, format: ConvertRequest['format']) => {
    const columns = sample.types.map((type, index) => ({ name: `c${index}`, type }));
    const lines = sample.rows.map((row, index) =>
      row.map(({ written }) => field(written, sample.seed + index)).join(','),
    );
    return desk.request(`${[columns.map(({ name }) => name).join(','), ...lines].join('\n')}\n`, {
      columns,
      format,
      key: ['c0'],
    });
  };
  it('brings every value through Parquet exactly, as DuckDB and hyparquet read it, in one file or in many', async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.boolean(), async (sample, isCutUp) => {
        const converted = await (isCutUp ? cutUp : whole).convert(await request(sample, 'parquet'));
        expect(comparable(converted, await readback.parquet(converted))).toEqual(expected(sample.rows));
        expect(comparable(converted, await hyparquetRows(converted))).toEqual(expected(sample.rows));
      }),
      { numRuns: 150 },
    );
  });

  it('brings every value through stage CSV exactly, in one file or in many', async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.boolean(), async (sample, isCutUp) => {
        const converted = await (isCutUp ? cutUp : whole).convert(await request(sample, 'csv'));
        const texts = await Promise.all(converted.files.map(({ path }) => readFile(path, 'utf8')));
        const found = texts.flatMap(stageCsvRows).map((row) => row.map((value) => (value === '' ? null : value)));
        const instants = converted.columns.map(({ type }) => type.kind === 'timestamp');
        const read = found.map((row) =>
          row.map((value, index) => (instants[index] && value !== null ? stageMicros(value) : value)),
        );
        expect(comparable(converted, read)).toEqual(expected(sample.rows));
      }),
      { numRuns: 150 },
    );
  });
});

interface Comparable {
  readonly counted: readonly number[];
  readonly rows: readonly (readonly (string | null)[])[];
}

function comparable(converted: Converted, found: readonly (readonly (string | null)[])[]): Comparable {
  const isNumber = converted.columns.map(({ type }) => type.kind === 'decimal');
  return {
    counted: [converted.rows, converted.files.reduce((sum, file) => sum + file.rows, 0)],
    rows: found.map((row) =>
      row.map((value, index) => (isNumber[index] && value !== null ? withoutZeros(value) : value)),
    ),
  };
}

function expected(rows: readonly (readonly Value[])[]): Comparable {
  return { counted: [rows.length, rows.length], rows: rows.map((row) => row.map(({ exact }) => exact)) };
}

/** Quoted where it must be, and sometimes where it need not be. */
function field(written: string, seed: number): string {
  if (/[",\r\n]/.test(written) || (written.length + seed) % 3 === 0) return `"${written.replaceAll('"', '""')}"`;
  return written;
}

function numberText(unscaled: bigint, scale: number, form: number): string {
  const sign = unscaled < 0n ? '-' : form === 1 ? '+' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  if (form === 2) return `${sign}${digits}E-${scale}`;
  const padded = digits.padStart(scale + 1 + (form === 3 ? 3 : 0), '0');
  const whole = padded.slice(0, padded.length - scale);
  return scale === 0 ? sign + whole : `${sign}${whole}.${padded.slice(-scale)}`;
}

function canonical(unscaled: bigint, scale: number): string {
  return withoutZeros(numberText(unscaled, scale, 0));
}

/** The shortest text of the same number. */
function withoutZeros(number: string): string {
  const short = number.includes('.') ? number.replace(/0+$/, '').replace(/\.$/, '') : number;
  return short === '-0' ? '0' : short;
}

function dayOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}

/** Seconds and the fraction are left out where they are zero. */
function instantText(moment: number, micros: number): string {
  const iso = new Date(moment * 1000).toISOString().slice(0, 19);
  if (micros === 0) return iso.endsWith(':00') ? iso.slice(0, 16) : iso;
  return `${iso}.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
}

/** Microseconds from 1970 of `2026-01-20 13:20:11.000000`. */
function stageMicros(value: string): string {
  const [, seconds = '', micros = ''] = /^(.{19})\.(\d{6})$/.exec(value) ?? [];
  return String(BigInt(Date.parse(`${seconds.replace(' ', 'T')}Z`)) * 1000n + BigInt(micros));
}
