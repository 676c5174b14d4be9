import type { AnyColumn } from '../columns/open-column.ts';

export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Writes one file from batches of columns. The columns may be cleared as soon as `write` was called. */
export interface RowSink {
  readonly write: (columns: readonly AnyColumn[], rows: number) => Promise<void>;
  readonly close: () => Promise<WrittenFile>;
}
