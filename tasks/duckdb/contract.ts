import {
  type HeldLoad,
  type SchemaChange,
  type SchemaContracts,
  type TransferContext,
  contractedChanges,
  heldChanges,
  heldLoad,
  notedChange,
  unnoted,
} from '#framework';

import type { Run } from './database-file.ts';
import { findAnyLoad, readNoted } from './sql/drift-log.ts';
import { insertDrift } from './sql/evolve.ts';
import { typeText } from './sql/text.ts';

/** What contracts keep back of the changes, noted in the drift log; undefined where the load may go on. */
export async function heldByContract(
  { run, contracts }: { readonly run: Run; readonly contracts: SchemaContracts },
  changes: readonly SchemaChange[],
  context: TransferContext,
): Promise<HeldLoad | undefined> {
  const contracted = contractedChanges(changes, contracts, typeText);
  if (contracted.length === 0) return undefined;
  const noted = await run(readNoted(context));
  const earlier = {
    isFirstLoad: (await run(findAnyLoad(context))).length === 0,
    noted: noted.map(notedChange),
  };
  const held = heldChanges(contracted, earlier);
  if (held.length === 0) return undefined;
  for (const change of unnoted(held, earlier)) await run(insertDrift(change, context));
  return heldLoad('duckdb', held);
}
