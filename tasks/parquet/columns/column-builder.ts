import type { FieldBlock } from '../csv/field-block.ts';
import type { RefusedRow } from '../csv/refused.ts';
import type { Validity } from './validity.ts';

/** Collects the values of one column of a batch from the bytes of CSV fields. */
export interface ColumnBuilder {
  readonly validity: Validity;
  rows: number;
  /** Takes field `index` of every record, up to the first that it cannot hold exactly. */
  append(block: FieldBlock, index: number): RefusedRow | undefined;
  /** Forgets the values but not what was learnt about them. */
  clear(): void;
  /** Gives the memory back; nothing may be done with the column any more. */
  close(): void;
}
