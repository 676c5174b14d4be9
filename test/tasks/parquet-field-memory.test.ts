import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { TextColumn } from '../../tasks/parquet/columns/text-column.ts';
import { TimestampColumn } from '../../tasks/parquet/columns/timestamp-column.ts';
import { FieldBlock, type BlockShape } from '../../tasks/parquet/csv/field-block.ts';
import { FieldMemory } from '../../tasks/parquet/csv/field-memory.ts';
import { Refused } from '../../tasks/parquet/csv/refused.ts';

const memory = new FieldMemory();

/** Pieces of CSV in and out of order: whole records, short and long ones, stray quotes, empty lines, both line ends. */
const csv = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('a', 'bc', 'ein Wort von mehr als sechzehn Bytes', 'é😀', '') },
      { weight: 5, arbitrary: fc.constantFrom(',', '\n', '\r\n') },
      { weight: 3, arbitrary: fc.constantFrom('"x"', '"a,b"', '"\n"', '"say ""no"""', '""', '"1234567890123456"') },
      { weight: 1, arbitrary: fc.constantFrom('"', '\r', 'x"', '"open') },
    ),
    { maxLength: 60 },
  )
  .map((pieces) => Buffer.from(pieces.join('')));

const shape: fc.Arbitrary<BlockShape> = fc.record({
  width: fc.integer({ min: 1, max: 4 }),
  capacity: fc.integer({ min: 1, max: 6 }),
  crlf: fc.boolean(),
  sparing: fc.boolean(),
});

describe('The memory in which WebAssembly finds fields', () => {
  it('has every record as TypeScript has it, block by block, whatever the bytes', () => {
    fc.assert(
      fc.property(csv, shape, fc.integer({ min: 0, max: 400 }), fc.constantFrom(0x22, 0x0a, 0x2c, 0), (...given) => {
        const [bytes, shape, lastStart, behind] = given;
        expect(blocksOf(bytes, { shape, lastStart, behind, memory })).toEqual(
          blocksOf(bytes, { shape, lastStart, behind }),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('writes nothing beyond its fields for a record with too many of them in the last row', () => {
    const bytes = Buffer.from(`${'a,b,c,d\n'.repeat(8191)}${'e,'.repeat(60)}\n`);
    const filling = { shape: { width: 4, capacity: 8192, crlf: false, sparing: true }, lastStart: 1e6, behind: 0 };
    expect(blocksOf(bytes, { ...filling, memory })).toEqual(blocksOf(bytes, filling));
  });

  it('has every text as TypeScript has it, at any place in a column and of any length', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 20, unit: 'binary' }),
      fc.constantFrom('', '"', '""', ',', '\r\n', 'x'.repeat(16), 'y'.repeat(300), '"'.repeat(33)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 40 }), fc.nat(3), (rows, before) => {
        const bytes = Buffer.from(rows.map((row) => `${row.map(quoted).join(',')}\n`).join(''));
        for (const column of [0, 1]) {
          const [ours, theirs] = [textOf(bytes, { column, before, memory }), textOf(bytes, { column, before })];
          expect(ours).toEqual(theirs);
          expect(ours.nulls + ours.values.length).toBe(rows.length + before);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has every instant as TypeScript has it, whatever it looks like', () => {
    const written = fc
      .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
      .map((date) => date.toISOString());
    const instant = fc.oneof(
      { weight: 12, arbitrary: written },
      { weight: 3, arbitrary: written.map((text) => text.replace(/\.\d+/, '')) },
      { weight: 2, arbitrary: fc.constantFrom('', '2024-02-29T23:59:59.999Z', '1900-02-28T00:00:00Z') },
      { weight: 1, arbitrary: written.map((text) => text.replace('Z', '000Z')) },
      { weight: 1, arbitrary: fc.constantFrom(...UNUSUAL) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(written, fc.nat(23), fc.constantFrom('0', '5', '9', ':', '-', 'T', 'Z', '/', '.', ';', '@', ' '))
          .map(altered),
      },
    );
    const rows = fc.array(fc.tuple(instant, instant), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(rows, fc.nat(2), (rows, before) => {
        const bytes = Buffer.from(rows.map((row) => `${row.join(',')}\n`).join(''));
        for (const column of [0, 1])
          expect(instantsOf(bytes, { column, before, memory })).toEqual(instantsOf(bytes, { column, before }));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([65_535, 65_536])('tells the row of a text that is too long: %s bytes', (length) => {
    const bytes = Buffer.from(`short,1\n${'x'.repeat(length)},2\n`);
    const { refused, rows } = textOf(bytes, { column: 0, before: 0, memory });
    expect(refused).toEqual(length > 65_535 ? { code: 'E_TEXT_TOO_LONG', row: 1 } : undefined);
    expect(rows).toBe(length > 65_535 ? 1 : 2);
  });

  it('is made of the source beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'windrow-assembly-'));
    try {
      const made = join(folder, 'fields.wasm');
      const source = ['tasks/parquet/assembly/fields.ts', '--config', 'tasks/parquet/assembly/asconfig.json'];
      await promisify(execFile)(process.execPath, ['node_modules/.bin/asc', ...source, '--outFile', made]);
      const committed = await readFile('tasks/parquet/assembly/fields.wasm');
      expect((await readFile(made)).equals(committed), 'run "npm run assembly" and commit fields.wasm').toBe(true);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** Some of them are instants. */
const UNUSUAL = [
  '2024-02-30T00:00:00.000Z',
  '1900-02-29T00:00:00.000Z',
  '2024-00-10T00:00:00.000Z',
  '2024-13-10T00:00:00.000Z',
  '2024-04-31T00:00:00Z',
  '0000-01-01T00:00:00.000Z',
  '2024-01-01T24:00:00.000Z',
  '2024-01-01T23:60:00.000Z',
  '2024-01-01T23:59:60.000Z',
  '2024-01-01T23:59+00:00',
  '2024-01-01T10:00:00+00:00',
  '2024-01-01T10:00:00.1234567Z',
  '2024-01-01T10:00:00.120+00',
];

function altered([text, place, character]: readonly [string, number, string]): string {
  return `${text.slice(0, place)}${character}${text.slice(place + 1)}`;
}

function instantsOf(given: Buffer, { column, before, memory }: Taking) {
  const block = blockOf(given, memory);
  const instants = new TimestampColumn(32);
  const first = blockOf(Buffer.from('1970-01-01T00:00:00.001Z,x\n'));
  for (let value = 0; value < before; value += 1) expect(instants.append(first, 0)).toBe(undefined);
  const refused = instants.append(block, column);
  const { rows, validity, words } = instants;
  const nulls = Array.from({ length: rows }, (_, row) => validity.isNull(row));
  return { refused, rows, nulls, words: [...words.subarray(0, 2 * rows)] };
}

function blockOf(given: Buffer, memory?: FieldMemory): FieldBlock {
  const bytes = memory?.bytes ?? Buffer.alloc(given.length + 1);
  bytes.set(given);
  bytes[given.length] = 0x0a;
  const block = new FieldBlock({ width: 2, capacity: 50, crlf: false }, memory);
  expect(block.fill(bytes, { from: 0, to: given.length, lastStart: given.length })).toBe(given.length);
  return block;
}

interface Filling {
  readonly shape: BlockShape;
  readonly lastStart: number;
  /** A byte that lies behind those at hand. */
  readonly behind: number;
  readonly memory?: FieldMemory;
}

/** What a block has after each filling, up to the end of the bytes or the first refusal. */
function blocksOf(given: Buffer, { shape, lastStart, behind, memory }: Filling): unknown[] {
  const bytes = memory?.bytes ?? Buffer.alloc(given.length + 64);
  bytes.fill(behind, 0, given.length + 64);
  bytes.set(given);
  bytes[given.length] = 0x0a;
  const block = new FieldBlock(shape, memory);
  const found: unknown[] = [];
  for (let from = 0; from < given.length;) {
    try {
      const next = block.fill(bytes, { from, to: given.length, lastStart });
      found.push(next, contentOf(block));
      if (next === from) return found;
      from = next;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return [...found, error.refused, block.recordStart];
    }
  }
  return found;
}

function contentOf(block: FieldBlock): unknown {
  const { rows, shortRows, overlong, width } = block;
  const fields = [block.starts, block.ends, block.escaped].map((values) => [...values.subarray(0, rows * width)]);
  return { rows, shortRows, overlong: overlong.map((record) => ({ ...record })), fields };
}

interface Taking {
  readonly column: number;
  /** Values that the column has already. */
  readonly before: number;
  readonly memory?: FieldMemory;
}

function textOf(given: Buffer, { column, before, memory }: Taking) {
  const block = blockOf(given, memory);
  const texts = new TextColumn(64, 8);
  for (let value = 0; value < before; value += 1) texts.add(Buffer.from('before'), 0, 6);
  const refused = texts.append(block, column);
  const held = Array.from({ length: texts.rows }, (_, row) => row).filter((row) => !texts.validity.isNull(row));
  return {
    refused,
    rows: texts.rows,
    nulls: texts.validity.nulls,
    longest: texts.longest,
    offsets: [...texts.offsets.subarray(0, texts.rows + 1)],
    values: held.map((row) => texts.values.toString('hex', texts.startOf(row), texts.offsets[row + 1])),
    bytes: texts.values.toString('hex', 0, texts.size),
  };
}

/** Quoted where it must be, and elsewhere by its length, so that both forms occur; an empty one stays NULL. */
function quoted(value: string): string {
  const mustQuote = /[",\r\n]/.test(value) || value.length % 2 === 1;
  return mustQuote ? `"${value.replaceAll('"', '""')}"` : value;
}
