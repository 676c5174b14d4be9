import type { HeldLoad } from '../ports.ts';
import {
  type ContractedChange,
  type EarlierDecisions,
  type SchemaContracts,
  contractedChanges,
  heldChanges,
  unnoted,
} from '../schema/schema-contract.ts';
import type { SchemaChange } from '../schema/schema-plan.ts';
import type { ColumnType } from '../table-schema.ts';

/** What a target gives so that its contracts can be kept. */
export interface ContractDesk {
  /** Names the target in verbs and in `connector_config.json`. */
  readonly block: string;
  readonly contracts: SchemaContracts;
  readonly typeText: (type: ColumnType) => string;
  /** What the target's drift log and load log hold of the pipeline and the window. */
  readonly readEarlier: () => Promise<EarlierDecisions>;
  /** Writes changes that wait into the target's drift log. */
  readonly note: (changes: readonly ContractedChange[]) => Promise<void>;
}

/** What contracts keep back of the changes, noted in the target's drift log; undefined where the load may go on. */
export async function heldByContract(
  changes: readonly SchemaChange[],
  { block, contracts, typeText, readEarlier, note }: ContractDesk,
): Promise<HeldLoad | undefined> {
  const contracted = contractedChanges(changes, contracts, typeText);
  if (contracted.length === 0) return undefined;
  const earlier = await readEarlier();
  const held = heldChanges(contracted, earlier);
  if (held.length === 0) return undefined;
  const fresh = unnoted(held, earlier);
  if (fresh.length > 0) await note(fresh);
  return heldLoad(block, held);
}

function heldLoad(block: string, held: readonly ContractedChange[]): HeldLoad {
  const tables = [...new Set(held.map(({ table }) => table))];
  return {
    outcome: 'held',
    schemaChanges: held,
    accept: `windrow ${block} drift accept ${tables.join(' ')}`,
    setting: `${block}.contracts of connector_config.json`,
  };
}
