import type { Closable, Column, ColumnLimit, StageFormat } from '#framework';

/** What the source says about a column. How long or how precise its values are is learnt from the file. */
export const CSV_TYPES = ['text', 'number', 'boolean', 'date', 'timestamp'] as const;
export type CsvType = (typeof CSV_TYPES)[number];

export interface CsvColumn {
  readonly name: string;
  readonly type: CsvType;
}

/** What becomes of rows and characters that no target can hold. */
export interface BadRowPolicy {
  /** Most rows that are left out and told; with one more the conversion fails. 0: the first bad row fails it. */
  readonly atMost: number;
  /** NUL and invalid UTF-8 in a text: a bad row, or `U+FFFD` in place of each. */
  readonly characters: 'refuse' | 'replace';
}

/** A row that was left out, and why. Text that is not UTF-8 is shown with replacement characters. */
export interface BadRow {
  readonly line: number;
  /** Values of the key by column. */
  readonly key: Readonly<Record<string, string>>;
  /** Absent where the record as a whole is to blame. */
  readonly column?: string;
  readonly code: string;
  readonly reason: string;
  /** Up to 4,000 bytes. */
  readonly value?: string;
  /** The record as it stands in the file, up to 16,000 bytes. */
  readonly text: string;
}

/** A value in which characters were replaced. */
export interface ReplacedValue {
  readonly line: number;
  readonly key: Readonly<Record<string, string>>;
  readonly column: string;
}

/** What becomes of a text of more than 65,535 bytes: a bad row, one column, or the columns `name`, `name__2`, `name__3` …; `parts`: with a note
 * that they are one text. */
export type LongText = 'refuse' | 'whole' | 'split' | 'parts';

/** A file that is being written, from front to back. */
export interface Arriving {
  /** How long it will be. */
  readonly bytes: number;
  /** Resolves when so many bytes can be read; rejects when they never will. */
  readonly until: (bytes: number) => Promise<void>;
}

export interface ConvertRequest {
  /** Path of a local, plain CSV file with a header line. */
  readonly source: string;
  /** Where the source is still being written: what is there is converted meanwhile. Absent: all of it is there. */
  readonly arriving?: Arriving;
  /** Name of the extract, for messages: `Object.product__v`. */
  readonly extract: string;
  /** Types by header name; a header name that is not here becomes text. */
  readonly columns: readonly CsvColumn[];
  /** Columns whose values name a row in messages. */
  readonly key: readonly string[];
  /** A row without any value of the key is a bad row. */
  readonly needsKey?: boolean;
  /** Absent: `refuse`. Key columns always refuse. */
  readonly longText?: LongText;
  /** What columns of the target take, by their names there: a row with a value beyond that is a bad row. Not asked of a key. */
  readonly limits?: ReadonlyMap<string, ColumnLimit>;
  /** Absent: the first bad row fails the conversion. */
  readonly badRows?: BadRowPolicy;
  /** Only these columns, in this order; all of them in the order of the header when absent. */
  readonly select?: readonly string[];
  readonly format: StageFormat;
  /** Local folder for the output files; must exist. */
  readonly directory: string;
  /** Base name of the output files: `${name}-00000.parquet`. Two requests under way must not share it. */
  readonly name: string;
  readonly signal?: AbortSignal;
}

export interface ConvertedFile {
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  readonly sha256: string;
}

export interface Converted {
  readonly rows: number;
  /** The written columns with the types that hold every value of the file exactly. */
  readonly columns: readonly Column[];
  /** In the order of the rows; empty when the file has none. */
  readonly files: readonly ConvertedFile[];
  /** Header names without a type in the request; they were read as text. */
  readonly unknownColumns: readonly string[];
  /** Rows that had fewer fields than the header; the missing ones are NULL. */
  readonly shortRows: number;
  /** Rows that were left out, in the order of the file; not among `rows`. */
  readonly badRows: readonly BadRow[];
  readonly replaced: {
    readonly values: number;
    /** The first of them. */
    readonly first: readonly ReplacedValue[];
  };
}

export interface Converter extends Closable {
  /**
   * Converts one extract; several may be under way at once. Nothing is left in the folder when it throws.
   * @throws DataFailure when the file is not CSV or a value cannot be held exactly
   */
  readonly convert: (request: ConvertRequest) => Promise<Converted>;
}
