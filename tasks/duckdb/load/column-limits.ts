import { type ColumnLimits, type PinnedColumns, columnLimits } from '#framework';

import type { DatabaseFile } from '../database-file.ts';
import { readDecimals } from '../sql/catalog.ts';
import { ensureSchema } from './target-state.ts';

export interface LimitPlace {
  readonly database: DatabaseFile;
  readonly schema: string;
  readonly pins: PinnedColumns;
}

/** What columns of the schema take: pinned ones their type, and numbers what the digits behind the point leave. */
export function findColumnLimits({ database, schema, pins }: LimitPlace, signal: AbortSignal): Promise<ColumnLimits> {
  return database.transaction(async (run) => {
    await ensureSchema(run, schema);
    const rows = await run(readDecimals(schema));
    const standing = rows.map(([table, column, scale]) => ({
      table: (table ?? '').toLowerCase(),
      column: (column ?? '').toLowerCase(),
      scale: Number(scale),
    }));
    return columnLimits(pins, standing);
  }, signal);
}
