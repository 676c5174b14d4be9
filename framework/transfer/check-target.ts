import type { Closable } from '../core/closable.ts';
import type { Temporal } from '../core/time.ts';

/**
 * Where checks ask about loaded tables: reads only, in SQL that every warehouse understands. What differs between
 * warehouses, names and literals, is written by the target.
 */
export interface CheckTarget {
  /** A loaded table, as it stands behind `from`. */
  readonly table: (name: string) => string;
  readonly column: (name: string) => string;
  readonly literal: (text: string) => string;
  /** A moment, to compare with a `timestamp` column in UTC. */
  readonly moment: (instant: Temporal.Instant) => string;
  /** The rows of one query as text, NULL as null. */
  readonly rows: (
    query: { readonly name: string; readonly sql: string },
    signal: AbortSignal,
  ) => Promise<readonly (readonly (string | null)[])[]>;
}

/** What the opened connection of a warehouse has, so that checks can ask it. */
export interface CheckableTarget extends Closable {
  readonly checks: CheckTarget;
}
