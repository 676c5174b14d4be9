import type { ColumnType } from '../table-schema.ts';
import type { PinnedColumns } from './pinned-columns.ts';

/** What a column of the target takes, whatever comes. */
export type ColumnLimit =
  /** Just the values of this type. */
  | { readonly kind: 'pinned'; readonly type: ColumnType }
  /** Numbers, of whose digits so many stay behind the point. */
  | { readonly kind: 'scale'; readonly scale: number };

/** By table and column, in lower case. A source that knows them can leave rows out that the target would refuse. */
export type ColumnLimits = ReadonlyMap<string, ReadonlyMap<string, ColumnLimit>>;

/** A decimal that stands in the target. */
export interface StandingDecimal {
  readonly table: string;
  readonly column: string;
  readonly scale: number;
}

/** A pin says more than what stands: the column becomes just that. */
export function columnLimits(pins: PinnedColumns, standing: readonly StandingDecimal[]): ColumnLimits {
  const limits = new Map<string, Map<string, ColumnLimit>>();
  const add = (table: string, column: string, limit: ColumnLimit): void => {
    limits.set(table, (limits.get(table) ?? new Map<string, ColumnLimit>()).set(column, limit));
  };
  for (const { table, column, scale } of standing) add(table, column, { kind: 'scale', scale });
  for (const [table, columns] of pins)
    for (const [column, type] of columns) add(table, column, { kind: 'pinned', type });
  return limits;
}
