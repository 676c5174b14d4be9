import type { AnyColumn } from '../columns/open-column.ts';

export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Writes one file from batches of columns. What they hold is used up by `write`; they are then to be cleared. */
export interface RowSink {
  readonly write: (columns: readonly AnyColumn[], rows: number) => Promise<void>;
  readonly close: () => Promise<WrittenFile>;
  /** Lets go of a file that nobody wants any more; does nothing to a closed one. */
  readonly discard: () => void;
}
