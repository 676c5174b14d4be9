import {
  type HeldLoad,
  type SchemaChange,
  type SchemaContracts,
  type TransferContext,
  heldByContract,
  notedChange,
} from '#framework';

import type { Run } from '../database-file.ts';
import { findAnyLoad, readNoted } from '../sql/audit/drift-log.ts';
import { insertDrift } from '../sql/load/evolve.ts';
import { typeText } from '../sql/text.ts';

/** What contracts of this file keep back of the changes; undefined where the load may go on. */
export function heldChangesOf(
  changes: readonly SchemaChange[],
  { run, contracts }: { readonly run: Run; readonly contracts: SchemaContracts },
  context: TransferContext,
): Promise<HeldLoad | undefined> {
  return heldByContract(changes, {
    block: 'duckdb',
    contracts,
    typeText,
    readEarlier: async () => ({
      noted: (await run(readNoted(context))).map(notedChange),
      isFirstLoad: (await run(findAnyLoad(context))).length === 0,
    }),
    note: async (held) => {
      for (const change of held) await run(insertDrift(change, context));
    },
  });
}
