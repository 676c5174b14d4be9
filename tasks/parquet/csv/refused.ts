/** Why a row cannot be taken. The text of each message stands in `failure-message.ts`. */
export type RefusalCode =
  | 'E_CSV_TOO_MANY_FIELDS'
  | 'E_CSV_STRAY_QUOTE'
  | 'E_CSV_QUOTE_OPEN'
  | 'E_TEXT_NUL'
  | 'E_TEXT_NOT_UTF8'
  | 'E_TEXT_TOO_LONG'
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

/** Thrown inside a conversion thread; crosses to the main thread as plain data and becomes a `DataFailure` there. */
export class Refused extends Error {
  readonly refused: RefusedRow;

  constructor(refused: RefusedRow) {
    super(refused.code);
    this.refused = refused;
  }
}
