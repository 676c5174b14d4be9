import type { Temporal } from '../../core/time.ts';

/** Windows that begin between two moments. */
export interface WindowRange {
  readonly from?: Temporal.Instant;
  /** Itself not included. */
  readonly to?: Temporal.Instant;
}

/** The conditions of a range on the column where windows begin. */
export function beginsWithin(
  column: string,
  { from, to }: WindowRange,
): Readonly<Record<string, Temporal.Instant | undefined>> {
  return { [`${column} >=`]: from, [`${column} <`]: to };
}
