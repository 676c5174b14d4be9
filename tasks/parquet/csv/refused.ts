import type { FieldBlock } from './field-block.ts';

/** Why a row cannot be taken. The text of each message stands in `errors.ts`. */
export type RefusalCode =
  | 'E_CSV_TOO_MANY_FIELDS'
  | 'E_CSV_STRAY_QUOTE'
  | 'E_CSV_QUOTE_OPEN'
  | 'E_KEY_MISSING'
  | 'E_TEXT_NUL'
  | 'E_TEXT_NOT_UTF8'
  | 'E_TEXT_TOO_LONG'
  | 'E_VALUE_PINNED'
  | 'E_NUMBER_UNREADABLE'
  | 'E_NUMBER_TOO_LONG'
  | 'E_BOOLEAN_UNREADABLE'
  | 'E_DATE_UNREADABLE'
  | 'E_TIMESTAMP_UNREADABLE';

export interface RefusedRow {
  readonly code: RefusalCode;
  /** Counted from 0 within the block that was read. */
  readonly row: number;
  /** Place of the field in the record, where one field is to blame. */
  readonly field?: number;
  /** Position of the record in the file, where the block does not know it. */
  readonly position?: number;
}

/** The first record from `row` on that has no value in any field of the key. */
export function withoutKey(block: FieldBlock, key: readonly number[], row: number): RefusedRow | undefined {
  const { starts, ends, width, rows } = block;
  const [first] = key;
  if (first === undefined) return undefined;
  for (let place = row; place < rows; place += 1) {
    const field = place * width;
    // Most rows have a value of the first field: only the others need a closer look.
    if (starts[field + first] !== ends[field + first]) continue;
    if (key.every((name) => starts[field + name] === ends[field + name]))
      return { code: 'E_KEY_MISSING', row: place, field: first };
  }
  return undefined;
}

/** Thrown inside a conversion thread; crosses to the main thread as plain data and becomes a `DataFailure` there. */
export class Refused extends Error {
  readonly refused: RefusedRow;

  constructor(refused: RefusedRow) {
    super(refused.code);
    this.refused = refused;
  }
}
