/** The closed set of column types that every stage format and every target must hold exactly. */
export type ColumnType =
  /** UTF-8 text; `bytes` is the longest value, in bytes, that must fit. */
  | { readonly kind: 'text'; readonly bytes: number }
  /** UTF-8 text of which single values may be longer than a text column of the target holds. */
  | { readonly kind: 'long_text' }
  /** Exact number with at most `precision` (1 to 38) digits, `scale` of them after the point. */
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'date' }
  /** An instant in UTC with microseconds, stored without a zone. */
  | { readonly kind: 'timestamp' };

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly label?: string;
  /** The column whose text goes on in this one: a target that can makes them one column. */
  readonly partOf?: string;
}

export interface TableSchema {
  /** Name of the table in the target, unquoted. */
  readonly table: string;
  readonly label?: string;
  readonly columns: readonly Column[];
  /** Names of the columns that identify a row; never empty. */
  readonly key: readonly string[];
}
