import type { Window } from '../core/window.ts';
import type { Column, TableSchema } from './table-schema.ts';

export const STAGE_FORMATS = ['parquet', 'csv'] as const;
export type StageFormat = (typeof STAGE_FORMATS)[number];

/** What the files of a window mean for a target table. */
export const LOAD_MODES = [
  /** Deletes, then updates, by key. */
  'merge',
  /** The files are the whole content: the table is swapped. */
  'replace',
] as const;
export type LoadMode = (typeof LOAD_MODES)[number];

/** One staged file. `key` is relative to the manifest's `location`. */
export interface StagedFile {
  readonly key: string;
  readonly bytes: number;
  readonly rows: number;
  readonly sha256: string;
}

/** The rows of one table that a window brings. A table without `updates` files but with mode `replace` becomes empty. */
export interface StagedTable {
  /** Name in the source, for messages: `Object.product__v`. */
  readonly extract: string;
  readonly schema: TableSchema;
  readonly mode: LoadMode;
  /** Columns that the source describes and the files of updates lack: their rows have nothing there. */
  readonly absent?: readonly string[];
  /** Full images of new and changed rows; columns of the files in the order of `schema.columns`. */
  readonly updates: { readonly rows: number; readonly files: readonly StagedFile[] };
  /** Keys of removed rows; columns of the files are `schema.key` in order, each with its type in `schema.columns`. */
  readonly deletes: { readonly rows: number; readonly files: readonly StagedFile[] };
}

/** Removals in the source's own schema. What happens in the target is the target's policy. */
export interface SchemaRemoval {
  readonly extract: string;
  readonly table: string;
  /** Absent: the whole table is gone. */
  readonly column?: string;
}

/** The list of everything a window staged; written last, so that its presence means the stage is whole. */
export interface StageManifest {
  readonly version: 1;
  readonly pipelineId: string;
  readonly recordId: number;
  readonly window: Window;
  readonly format: StageFormat;
  /** Where the files lie, ending with `/`: `s3://bucket/prefix/`. */
  readonly location: string;
  readonly sources: readonly SourceFile[];
  readonly tables: readonly StagedTable[];
  readonly removals: readonly SchemaRemoval[];
  /** Rows of all updates and deletes. */
  readonly rows: number;
  readonly bytes: number;
  /** Absent where every row of the source is among `tables`. */
  readonly quarantine?: StagedQuarantine;
  /** Values in which characters that no target can store were replaced; absent where there are none. */
  readonly replacedValues?: number;
}

/** Rows that no target can hold, each with its reason, in files beside those of the tables. */
export interface StagedQuarantine {
  readonly rows: number;
  /** By target table, in lower case. */
  readonly tables?: Readonly<Record<string, number>>;
  /** The command that lists them with their reasons. */
  readonly command?: string;
  readonly columns: readonly Column[];
  readonly files: readonly StagedFile[];
}

/** A file of the source that the window was made from. */
export interface SourceFile {
  readonly name: string;
  readonly bytes: number;
  readonly rows: number;
  readonly sha256: string;
}
