import type { Json } from '#framework';
import { z } from 'zod';

/** A table that a window has loaded, from its receipt. */
export interface LoadedTable {
  readonly table: string;
  readonly updated: number;
  readonly deleted: number;
}

/** The tables of a `LoadReceipt`; none where its target does not tell. */
export function loadedTables(receipt: Json): readonly LoadedTable[] {
  const parsed = Receipt.safeParse(receipt);
  if (!parsed.success) return [];
  return Object.entries(parsed.data.details.loaded).map(([table, [updated, deleted]]) => ({ table, updated, deleted }));
}

/** Rows of the window as a whole, as the receipt has them. */
export function loadedRows(receipt: Json): number | undefined {
  const parsed = z.object({ rows: z.number() }).safeParse(receipt);
  return parsed.success ? parsed.data.rows : undefined;
}

const Receipt = z.object({
  details: z.object({ loaded: z.record(z.string(), z.tuple([z.number(), z.number()])) }),
});
