import { type Extract, type VaultColumn, extractId } from './extract.ts';
import type { Row, Table } from './table.ts';
import type { VaultState } from './vault-state.ts';

/** What changed in one window. Rows and schemas are as they stood at its end. */
export interface ChangeSet {
  readonly changes: readonly TableChange[];
  readonly addedColumns: readonly ColumnChange[];
  readonly removedColumns: readonly ColumnChange[];
  /** Every extract of the Vault at the end of the window. */
  readonly schema: readonly Extract[];
}

export interface TableChange {
  readonly extract: Extract;
  readonly updates: readonly Row[];
  readonly deletes: readonly Deletion[];
}

export interface Deletion {
  /** Parts of the key in the order of `extract.key`. */
  readonly key: readonly string[];
  readonly at: number;
}

export interface ColumnChange {
  readonly extract: Extract;
  readonly column: VaultColumn;
  readonly at: number;
}

/** Notes what operations do to the Vault, at most one entry per key and window. */
export class ChangeRecorder {
  readonly #touched = new Map<string, Set<string>>();
  readonly #deleted = new Map<string, Map<string, number>>();
  readonly #added: ColumnChange[] = [];
  readonly #removed: ColumnChange[] = [];

  touch(table: Table, key: string): void {
    const id = extractId(table.extract);
    const keys = this.#touched.get(id) ?? new Set();
    this.#touched.set(id, keys.add(key));
  }

  /** A key that is put back later in the same window stays in the list of deletes; deletes are applied first. */
  remove(table: Table, key: string, at: number): void {
    const id = extractId(table.extract);
    const keys = this.#deleted.get(id) ?? new Map<string, number>();
    this.#deleted.set(id, keys.set(key, at));
    this.#touched.get(id)?.delete(key);
  }

  addColumns(extract: Extract, columns: readonly VaultColumn[], at: number): void {
    this.#added.push(...columns.map((column) => ({ extract, column, at })));
  }

  removeColumns(extract: Extract, columns: readonly VaultColumn[], at: number): void {
    this.#removed.push(...columns.map((column) => ({ extract, column, at })));
  }

  finish(state: VaultState): ChangeSet {
    return {
      changes: state.tables().map((table) => this.#changeOf(table)),
      addedColumns: this.#added,
      removedColumns: this.#removed,
      schema: state.tables().map((table) => table.extract),
    };
  }

  #changeOf(table: Table): TableChange {
    const id = extractId(table.extract);
    return {
      extract: table.extract,
      updates: [...(this.#touched.get(id) ?? [])].map((key) => table.get(key)),
      deletes: [...(this.#deleted.get(id) ?? [])].map(([key, at]) => ({ key: key.split('\u0000'), at })),
    };
  }
}
