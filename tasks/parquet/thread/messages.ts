import type { ColumnPlan } from '../columns/open-column.ts';
import type { StageFormat } from '#framework';
import type { BadRowPolicy } from '../conversion.ts';
import type { Chunk, Span } from '../csv/chunks.ts';
import type { RefusalCode } from '../csv/refused.ts';
import type { WrittenFile } from '../write/row-sink.ts';

/** What a thread is asked to do. */
export type Job = ParityJob | ChunkJob;

/** Tell whether a part of the file holds an odd number of quotes. */
export interface ParityJob {
  readonly kind: 'parity';
  readonly source: string;
  readonly span: Span;
}

export interface ChunkJob {
  readonly kind: 'chunk';
  readonly source: string;
  /** Length of the whole source. */
  readonly sourceBytes: number;
  readonly chunk: Chunk;
  readonly crlf: boolean;
  /** Fields of a record of the source. */
  readonly width: number;
  readonly plans: readonly ColumnPlan[];
  /** Places of the fields that name a row in messages. */
  readonly key: readonly number[];
  readonly needsKey: boolean;
  readonly badRows: BadRowPolicy;
  readonly format: StageFormat;
  readonly path: string;
  readonly index: number;
  /** One shared number: chunks from this index on are no longer wanted. */
  readonly unwanted: Int32Array;
}

/** What a value of the column needs, learnt from the values; 0 where it does not apply. */
export interface Learnt {
  readonly scale: number;
  readonly longest: number;
  /** Columns that the text is written into. */
  readonly parts: number;
}

export const NOTHING_LEARNT: Learnt = { scale: 0, longest: 0, parts: 1 };

export interface Refusal {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  /** Rows of the chunk before the refused one. */
  readonly row: number;
  /** Position in the file of the refused record. */
  readonly position: number;
  /** Place of the field in the record, where one field is to blame. */
  readonly field?: number;
  readonly value?: string;
  /** Length of a text that is too long. */
  readonly bytes?: number;
  /** Values of the key, in the order asked for; empty where the record cannot be taken apart. */
  readonly key: readonly string[];
}

/** A record that was left out. */
export interface SetAside extends Omit<Refusal, 'kind' | 'row'> {
  readonly text: string;
}

export interface Replaced {
  readonly position: number;
  readonly field: number;
  readonly key: readonly string[];
}

export type Outcome =
  | { readonly kind: 'parity'; readonly odd: boolean }
  | ChunkOutcome
  /** Something that is not about the data, such as a full disk. */
  | { readonly kind: 'broken'; readonly error: unknown };

export type ChunkOutcome =
  | {
      readonly kind: 'converted';
      readonly rows: number;
      readonly shortRows: number;
      readonly learnt: readonly Learnt[];
      readonly setAside: readonly SetAside[];
      readonly replaced: { readonly values: number; readonly first: readonly Replaced[] };
      /** Absent where there is no row, or where the scale grew after a batch was written and the file is void. */
      readonly file?: WrittenFile;
    }
  | Refusal
  /** More bad rows than may be left out. */
  | { readonly kind: 'overfull'; readonly first: SetAside }
  | { readonly kind: 'unwanted' };
