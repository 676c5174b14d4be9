import { Failure, type PresentTable, type TransferContext } from '#framework';

import { qualified } from '../sql/text.ts';
import type { TargetPlace } from './target-state.ts';

/**
 * Refreshes the planner's statistics of tables that got many rows. The load is committed by then, so a failure is logged
 * and no more: Redshift analyses by itself, only later.
 */
export async function analyzeLarge(
  { warehouse, schema, analyzeRows }: TargetPlace & { readonly analyzeRows: number | undefined },
  present: readonly PresentTable[],
  { signal, log }: TransferContext,
): Promise<void> {
  if (analyzeRows === undefined) return;
  const large = present.map(({ table }) => table).filter((table) => (table.updates?.rows ?? 0) >= analyzeRows);
  for (const { table } of large) {
    try {
      await warehouse.run([{ name: `analyze ${table}`, sql: `analyze ${qualified(schema, table)}` }], { signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Failure)) throw error;
      log.warn(
        `The window is loaded, but ${table} could not be analysed; queries may be slow until Redshift does it.`,
        {
          table,
          error: error.message,
        },
      );
    }
  }
}
