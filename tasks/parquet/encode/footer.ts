import type { ChunkFacts } from './column-chunk.ts';
import { ENCODINGS } from './page-header.ts';
import { type Thrift, int32, int64, list, struct, text, yes } from './thrift.ts';
import { MOST_DIGITS } from '../columns/decimal-column.ts';

/** A column in the file: what is known of it, and where its first page stands. */
export interface PlacedChunk extends ChunkFacts {
  readonly offset: number;
}

type Kind = ChunkFacts['kind'];

const [BOOLEAN, INT32, INT64, BYTE_ARRAY, FIXED] = [int32(0), int32(1), int32(2), int32(6), int32(7)];
const PHYSICAL: Readonly<Record<Kind, Thrift>> = {
  text: BYTE_ARRAY,
  number: FIXED,
  boolean: BOOLEAN,
  date: INT32,
  timestamp: INT64,
};
const SNAPPY = int32(1);
const OPTIONAL = int32(1);
const DECIMAL_BYTES = 16;

/** The metadata of a file with one row group, as Parquet's FileMetaData. */
export function footer(chunks: readonly PlacedChunk[], rows: number): Uint8Array {
  const root = struct({ 4: text('schema'), 5: int32(chunks.length) });
  return struct({
    1: int32(1),
    2: list([root, ...chunks.map(element)]),
    3: int64(rows),
    4: list([
      struct({
        1: list(chunks.map(columnChunk)),
        2: int64(chunks.reduce((sum, { uncompressedBytes }) => sum + uncompressedBytes, 0)),
        3: int64(rows),
      }),
    ]),
    6: text('windrow'),
  }).bytes;
}

function element({ plan, kind, scale }: PlacedChunk): Thrift {
  const { converted, logical } = annotation(kind, scale);
  const isDecimal = kind === 'number';
  return struct({
    1: PHYSICAL[kind],
    2: isDecimal ? int32(DECIMAL_BYTES) : undefined,
    3: OPTIONAL,
    4: text(plan.name),
    6: converted,
    7: isDecimal ? int32(scale) : undefined,
    8: isDecimal ? int32(MOST_DIGITS) : undefined,
    10: logical,
  });
}

interface Annotation {
  /** The older form, which Redshift recognises. */
  readonly converted?: Thrift;
  readonly logical?: Thrift;
}

function annotation(kind: Kind, scale: number): Annotation {
  switch (kind) {
    case 'text':
      return { converted: int32(0), logical: struct({ 1: struct({}) }) };
    case 'number':
      return { converted: int32(5), logical: struct({ 5: struct({ 1: int32(scale), 2: int32(MOST_DIGITS) }) }) };
    case 'boolean':
      return {};
    case 'date':
      return { converted: int32(6), logical: struct({ 6: struct({}) }) };
    case 'timestamp':
      // In UTC, in microseconds.
      return { converted: int32(10), logical: struct({ 8: struct({ 1: yes(), 2: struct({ 2: struct({}) }) }) }) };
  }
}

function columnChunk({ plan, kind, rows, offset, dictionaryBytes, bytes, uncompressedBytes }: PlacedChunk): Thrift {
  const hasDictionary = dictionaryBytes > 0;
  return struct({
    2: int64(offset),
    3: struct({
      1: PHYSICAL[kind],
      2: list([ENCODINGS.plain, ENCODINGS.levels, ...(hasDictionary ? [ENCODINGS.dictionary] : [])]),
      3: list([text(plan.name)]),
      4: SNAPPY,
      5: int64(rows),
      6: int64(uncompressedBytes),
      7: int64(bytes),
      9: int64(offset + dictionaryBytes),
      11: hasDictionary ? int64(offset) : undefined,
    }),
  });
}
