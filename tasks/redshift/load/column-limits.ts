import { type ColumnLimits, type PinnedColumns, columnLimits } from '#framework';

import { readDecimals } from '../sql/catalog.ts';
import type { TargetPlace } from './target-state.ts';

/** What columns of the schema take: pinned ones their type, and numbers what the digits behind the point leave. */
export async function findColumnLimits(
  { warehouse, schema, pins }: TargetPlace & { readonly pins: PinnedColumns },
  signal: AbortSignal,
): Promise<ColumnLimits> {
  const rows = await warehouse.rows(readDecimals(schema), { signal });
  const standing = rows.map(([table, column, scale]) => ({
    table: table ?? '',
    column: column ?? '',
    scale: Number(scale),
  }));
  return columnLimits(pins, standing);
}
