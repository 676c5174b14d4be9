import type { ColumnType } from '#framework';
import type { CsvType } from '#tasks/parquet';

import type { ColumnFacts } from '../archive/metadata.ts';

interface TypeFacts {
  readonly csv: CsvType;
  /** Room for text, in bytes, where Vault declares no length. */
  readonly bytes?: number;
}

/** Longest VARCHAR, in bytes, that Redshift has; other targets hold more. */
const MOST_BYTES = 65_535;
/** Lengths count characters of at most 3 bytes each (an emoji is two of them and 4 bytes). */
const BYTES_PER_CHARACTER = 3;
const USUAL_BYTES = 1500;

const BY_TYPE: Readonly<Record<string, TypeFacts>> = {
  string: { csv: 'text' },
  longtext: { csv: 'text', bytes: MOST_BYTES },
  richtext: { csv: 'text', bytes: MOST_BYTES },
  picklist: { csv: 'text', bytes: 150 },
  multipicklist: { csv: 'text' },
  relationship: { csv: 'text', bytes: 150 },
  multirelationship: { csv: 'text' },
  object: { csv: 'text', bytes: 150 },
  id: { csv: 'text', bytes: 150 },
  number: { csv: 'number' },
  numeric: { csv: 'number' },
  boolean: { csv: 'boolean' },
  date: { csv: 'date' },
  datetime: { csv: 'timestamp' },
  timestamp: { csv: 'timestamp' },
  'timestamp with time zone': { csv: 'timestamp' },
};

/** Where Vault's metadata is known to be wrong about the type; any other wrong type stops the load. */
const WRONG_METADATA: Readonly<Record<string, CsvType>> = {
  // Declared Number, although values look like VV-00016.
  'Document.document_version__sys.document_number__v': 'text',
};

/** How the values of a column are read. A type that Windrow does not know is text, which holds every value exactly. */
export function csvType(extract: string, facts: ColumnFacts): CsvType {
  return WRONG_METADATA[`${extract}.${facts.column}`] ?? BY_TYPE[facts.type.toLowerCase()]?.csv ?? 'text';
}

/**
 * Room for text: three bytes for every declared character, so that ordinary windows never widen a column. Where values
 * are longer, the next power of two that holds them: texts that grow a little in each window widen, and lock, a table
 * a few times and not in each. Declared lengths are advisory; nothing is ever cut to them.
 */
export function textBytes(facts: ColumnFacts | undefined, seen: number): number {
  const { type = '', length } = facts ?? {};
  const declared =
    length === undefined ? (BY_TYPE[type.toLowerCase()]?.bytes ?? USUAL_BYTES) : length * BYTES_PER_CHARACTER;
  const most = Math.min(MOST_BYTES, declared);
  return seen <= most ? most : Math.max(seen, Math.min(MOST_BYTES, 2 ** Math.ceil(Math.log2(seen))));
}

/** The type of a column without a single value: no more than the declaration, so that a target never widens for it. */
export function emptyColumnType(extract: string, facts: ColumnFacts): ColumnType {
  const type = csvType(extract, facts);
  if (type === 'text') return { kind: 'text', bytes: textBytes(facts, 1) };
  if (type === 'number') return { kind: 'decimal', precision: 38, scale: 0 };
  return { kind: type };
}
