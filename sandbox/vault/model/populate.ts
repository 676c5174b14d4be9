import type { Content } from './content/content-switch.ts';
import { contentExtracts, startContent } from './content/starting-content.ts';
import { fixedExtracts } from './fixed-extracts.ts';
import { insertInto } from './insert.ts';
import { objectExtracts } from './object-extracts.ts';
import { collidingRows, picklistRows } from './picklists.ts';
import { randomFrom } from './random.ts';
import type { RowContext } from './row-maker.ts';
import type { Table } from './table.ts';
import type { ValueRules } from './values.ts';
import { VaultState } from './vault-state.ts';

export interface Population {
  readonly seed: number;
  readonly objects: number;
  /** Rows of all tables together, roughly. */
  readonly rows: number;
  readonly rules: ValueRules;
  readonly content: Content;
  /** Milliseconds since 1970 at which the Vault is as populated. */
  readonly at: number;
}

/** The Vault as it is when Direct Data is switched on. */
export function populate(population: Population): VaultState {
  const state = new VaultState();
  const { seed, content } = population;
  const extracts = [...objectExtracts(seed, population.objects), ...fixedExtracts(content)];
  for (const extract of [...extracts, ...contentExtracts(seed, content, extracts)]) state.add(extract);
  addPicklists(state, population);
  const objects = state.tables('Object').filter((table) => !(table.extract.name in SMALL_TABLES));
  for (const table of state.tables()) {
    const context = contextOf(state, population, table.extract.name);
    const count = rowsOf(table, population.rows, objects.length);
    for (let row = 0; row < count; row += 1) insertInto(table, context(row));
  }
  startContent(state, content, population.at);
  return state;
}

/** Tables that do not grow with the Vault. */
const SMALL_TABLES: Readonly<Record<string, number>> = {
  user__sys: 25,
  wide_form__v: 20,
  picklist__sys: 0,
  group: 0,
  ledger__c: 0,
  seasonal__c: 5,
};

/** Shares of the rows that are not objects'. */
const SHARES: Readonly<Record<string, number>> = {
  document_version__sys: 0.12,
  document_relationships__sys: 0.04,
  document_relationship__sys: 0.04,
  workflow__sys: 0.02,
  workflow_item__sys: 0.02,
  workflow_task__sys: 0.02,
  workflow_task_item__sys: 0.03,
};

const OBJECT_SHARE = 0.75;

function rowsOf(table: Table, rows: number, objects: number): number {
  const share = SHARES[table.extract.name] ?? OBJECT_SHARE / Math.max(1, objects);
  return SMALL_TABLES[table.extract.name] ?? Math.max(3, Math.round(rows * share));
}

function addPicklists(state: VaultState, population: Population): void {
  const context = contextOf(state, population, 'picklists')(0);
  const table = state.get('Picklist.picklist__sys');
  const rows = state.tables().flatMap((source) => picklistRows(source.extract, context));
  for (const row of [...rows, ...collidingRows(context)]) table.put(row);
}

const YEAR = 31_536_000_000;

function contextOf(state: VaultState, population: Population, name: string): (row: number) => RowContext {
  const random = randomFrom(population.seed, 'populate', name);
  return () => ({ state, random, rules: population.rules, at: population.at - 1 - random.below(YEAR) });
}
