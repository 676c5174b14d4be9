import {
  type EarlierDecisions,
  type HeldLoad,
  type SchemaChange,
  type SchemaContracts,
  type TransferContext,
  heldByContract,
  notedChange,
} from '#framework';

import { findAnyLoad, readNoted } from '../sql/audit/drift-log.ts';
import { insertDrift } from '../sql/load/evolve.ts';
import { typeText } from '../sql/text.ts';
import { driftOrigin } from './evolve.ts';
import { type TargetPlace, collect } from './target-state.ts';

/** What contracts of this warehouse keep back of the changes; undefined where the load may go on. */
export function heldChangesOf(
  changes: readonly SchemaChange[],
  place: TargetPlace & { readonly contracts: SchemaContracts },
  context: TransferContext,
): Promise<HeldLoad | undefined> {
  const { warehouse, schema, contracts } = place;
  return heldByContract(changes, {
    block: 'redshift',
    contracts,
    typeText,
    readEarlier: () => readEarlier(place, context),
    note: async (held) => {
      await warehouse.run(insertDrift(schema, held, driftOrigin(context)), { signal: context.signal });
    },
  });
}

async function readEarlier(
  { warehouse, schema }: TargetPlace,
  { pipelineId, window, signal }: TransferContext,
): Promise<EarlierDecisions> {
  const statements = [readNoted(schema, { pipelineId, windowEnd: window.end }), findAnyLoad(schema, pipelineId)];
  const finished = await warehouse.run(statements, { signal });
  const noted = await collect(warehouse.pages(finished, 0, { signal }));
  const loads = await collect(warehouse.pages(finished, 1, { signal }));
  return { isFirstLoad: loads.length === 0, noted: noted.map(notedChange) };
}
