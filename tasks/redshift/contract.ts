import {
  type EarlierDecisions,
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

import { driftOrigin } from './evolve.ts';
import { findAnyLoad, readNoted } from './sql/drift-log.ts';
import { insertDrift } from './sql/evolve.ts';
import { typeText } from './sql/text.ts';
import { type TargetPlace, collect } from './target-state.ts';

/** What contracts keep back of the changes, noted in the drift log; undefined where the load may go on. */
export async function heldByContract(
  place: TargetPlace & { readonly contracts: SchemaContracts },
  changes: readonly SchemaChange[],
  context: TransferContext,
): Promise<HeldLoad | undefined> {
  const contracted = contractedChanges(changes, place.contracts, typeText);
  if (contracted.length === 0) return undefined;
  const earlier = await readEarlier(place, context);
  const held = heldChanges(contracted, earlier);
  if (held.length === 0) return undefined;
  const drift = insertDrift(place.schema, unnoted(held, earlier), driftOrigin(context));
  if (drift.length > 0) await place.warehouse.run(drift, { signal: context.signal });
  return heldLoad('redshift', held);
}

async function readEarlier(
  { warehouse, schema }: TargetPlace,
  { pipelineId, window, signal }: TransferContext,
): Promise<EarlierDecisions> {
  const statements = [readNoted(schema, { pipelineId, windowEnd: window.end }), findAnyLoad(schema, pipelineId)];
  const finished = await warehouse.run(statements, { signal });
  const noted = await collect(warehouse.pages(finished, 0, { signal }));
  const loads = await collect(warehouse.pages(finished, 1, { signal }));
  return {
    isFirstLoad: loads.length === 0,
    noted: noted.map(notedChange),
  };
}
