import { closeSync, fstatSync, openSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ChunkReader } from '../../tasks/parquet/csv/chunk-reader.ts';
import { type Chunk, Chunks, cut } from '../../tasks/parquet/csv/chunks.ts';
import { FieldBlock } from '../../tasks/parquet/csv/field-block.ts';
import { FieldMemory } from '../../tasks/parquet/csv/field-memory.ts';

const field = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom('"', '""', '\n', '\r\n', ',', '",\n"', '"\n"\n', 'é', '😀', ' x ', ''),
);
const records = fc.integer({ min: 1, max: 4 }).chain((width) => {
  const record = fc.array(field, { minLength: width, maxLength: width });
  return fc.record({ width: fc.constant(width), rows: fc.array(record, { maxLength: 12 }) });
});

describe('Cutting a CSV file into chunks', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windrow-chunks-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('gives every record to exactly one chunk, whatever the size of a chunk and wherever quotes lie', async () => {
    await fc.assert(
      fc.asyncProperty(
        records,
        fc.integer({ min: 1, max: 64 }),
        fc.boolean(),
        async ({ width, rows }, size, endsOpen) => {
          const path = join(folder, 'records.csv');
          const text = rows.map((row) => row.map(quoted).join(',')).join('\n');
          const bytes = Buffer.from(endsOpen || rows.length === 0 ? text : `${text}\n`);
          writeFileSync(path, bytes);
          const spans = cut(0, bytes.length, size);
          const chunks = new Chunks(spans, async (span) => isOdd(bytes.subarray(span.start, span.end)));
          const read: string[][] = [];
          for (const index of spans.keys()) read.push(...readChunk(path, await chunks.chunk(index), width));
          expect(read).toEqual(rows);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('counts quotes sixteen bytes at a time as it does one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0x22, 0x23, 0xa2, 0x00, 0x21, 0xff), { maxLength: 70 }), (values) => {
        expect(isOdd(Buffer.from(values))).toBe(values.filter((value) => value === 0x22).length % 2 === 1);
      }),
    );
  });
});

const memory = new FieldMemory();

function isOdd(bytes: Buffer): boolean {
  memory.bytes.fill('"');
  memory.bytes.set(bytes);
  return memory.hasOddQuotes(bytes.length);
}

/** Quoted where it must be, and elsewhere by its length, so that both forms occur. */
function quoted(value: string): string {
  const mustQuote = /[",\r\n]/.test(value) || value.length % 2 === 0;
  return mustQuote ? `"${value.replaceAll('"', '""')}"` : value;
}

function readChunk(path: string, chunk: Chunk, width: number): string[][] {
  const file = openSync(path, 'r');
  try {
    const reader = new ChunkReader({ file, bytes: fstatSync(file).size, chunk }, memory);
    const block = new FieldBlock({ width, capacity: 2, crlf: false }, memory);
    const rows: string[][] = [];
    while (reader.next(block)) {
      for (let row = 0; row < block.rows; row += 1) {
        rows.push(Array.from({ length: width }, (_, column) => fieldText(block, row * width + column)));
      }
    }
    return rows;
  } finally {
    closeSync(file);
  }
}

function fieldText(block: FieldBlock, index: number): string {
  const text = block.bytes.toString('utf8', block.starts[index], block.ends[index]);
  return block.escaped[index] === 1 ? text.replaceAll('""', '"') : text;
}
