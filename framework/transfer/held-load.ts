import type { HeldLoad } from './ports.ts';
import type { ContractedChange } from './schema-contract.ts';

/** What a load answers that contracts hold back; `block` names the target in verbs and in `connector_config.json`. */
export function heldLoad(block: string, held: readonly ContractedChange[]): HeldLoad {
  const tables = [...new Set(held.map(({ table }) => table))];
  return {
    outcome: 'held',
    schemaChanges: held,
    accept: `windrow ${block} drift accept ${tables.join(' ')}`,
    setting: `${block}.contracts of connector_config.json`,
  };
}
