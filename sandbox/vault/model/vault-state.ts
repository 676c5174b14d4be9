import { Bug } from '#framework';
import { type Component, type Extract, extractId } from './extract.ts';
import { Table } from './table.ts';

/** Everything the Vault holds at one moment, without its audit logs. */
export class VaultState {
  readonly #tables: Map<string, Table>;

  constructor(tables: Iterable<readonly [string, Table]> = []) {
    this.#tables = new Map(tables);
  }

  /** A copy that changes on its own; the rows themselves are shared because they never change. */
  clone(): VaultState {
    const copies = [...this.#tables].map(([id, table]) => [id, new Table(table.extract, table)] as const);
    return new VaultState(copies);
  }

  add(extract: Extract): Table {
    const table = new Table(extract);
    this.#tables.set(extractId(extract), table);
    return table;
  }

  drop(id: string): void {
    this.#tables.delete(id);
  }

  tables(component?: Component): Table[] {
    const all = [...this.#tables.values()];
    return component === undefined ? all : all.filter((table) => table.extract.component === component);
  }

  find(id: string): Table | undefined {
    return this.#tables.get(id);
  }

  get(id: string): Table {
    const table = this.#tables.get(id);
    if (table === undefined) throw new Bug('E_SANDBOX_TABLE_MISSING', `The Vault has no extract ${id}.`);
    return table;
  }
}
