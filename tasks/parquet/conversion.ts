import type { Closable, Column, StageFormat } from '#framework';

/** What the source says about a column. How long or how precise its values are is learnt from the file. */
export const CSV_TYPES = ['text', 'number', 'boolean', 'date', 'timestamp'] as const;
export type CsvType = (typeof CSV_TYPES)[number];

export interface CsvColumn {
  readonly name: string;
  readonly type: CsvType;
}

export interface ConvertRequest {
  /** Path of a local, plain CSV file with a header line. */
  readonly source: string;
  /** Name of the extract, for messages: `Object.product__v`. */
  readonly extract: string;
  /** Types by header name; a header name that is not here becomes text. */
  readonly columns: readonly CsvColumn[];
  /** Columns whose values name a row in messages. */
  readonly key: readonly string[];
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
}

export interface Converter extends Closable {
  /**
   * Converts one extract; several may be under way at once. Nothing is left in the folder when it throws.
   * @throws DataFailure when the file is not CSV or a value cannot be held exactly
   */
  readonly convert: (request: ConvertRequest) => Promise<Converted>;
}
