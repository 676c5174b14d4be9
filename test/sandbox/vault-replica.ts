import type { TruthTable } from '../../sandbox/vault/index.ts';
import type { Archive } from './vault-client.ts';

/**
 * Tables as a reader of archives builds them, from manifest, metadata and CSV alone: Full first, then windows, each
 * with removed columns, new columns, deletes and updates in this order.
 */
export class Replica {
  readonly #tables = new Map<string, ReplicaTable>();

  applyFull(archive: Archive): void {
    this.#tables.clear();
    this.#addColumns(archive);
    this.#applyFiles(archive, 'updates');
  }

  applyWindow(archive: Archive): void {
    this.#removeColumns(archive);
    this.#addColumns(archive);
    this.#applyFiles(archive, 'deletes');
    this.#applyFiles(archive, 'updates');
  }

  applyLog(archive: Archive): void {
    for (const { extract = '' } of archive.records('manifest.csv')) this.#table(extract);
    this.#applyFiles(archive, 'updates');
  }

  /** The rows of a table in the order of the columns, sorted. */
  rows(truth: TruthTable): string[] | undefined {
    const table = this.#tables.get(truth.extract);
    if (table === undefined) return undefined;
    return [...table.rows.values()].map((row) => rowText(truth.columns.map(({ name }) => row[name] ?? ''))).toSorted();
  }

  columns(extract: string): string[] {
    return [...(this.#tables.get(extract)?.columns ?? [])].toSorted();
  }

  extracts(): string[] {
    return [...this.#tables.keys()].toSorted();
  }

  #table(extract: string): ReplicaTable {
    const table = this.#tables.get(extract) ?? { columns: new Set<string>(), rows: new Map() };
    this.#tables.set(extract, table);
    return table;
  }

  #addColumns(archive: Archive): void {
    if (!archive.has('Metadata/metadata.csv')) return;
    for (const { extract = '', column_name: column = '' } of archive.records('Metadata/metadata.csv')) {
      this.#table(extract).columns.add(column);
    }
  }

  #removeColumns(archive: Archive): void {
    if (!archive.has('Metadata/metadata_deletes.csv')) return;
    const removed = archive.records('Metadata/metadata_deletes.csv');
    for (const { extract = '', column_name: column = '' } of removed) {
      this.#table(extract).columns.delete(column);
      for (const row of this.#table(extract).rows.values()) delete row[column];
    }
    for (const { extract = '', column_name: column } of removed) if (column === 'id') this.#tables.delete(extract);
  }

  #applyFiles(archive: Archive, type: 'updates' | 'deletes'): void {
    const lines = archive.records('manifest.csv').filter((line) => line['type'] === type && line['file'] !== '');
    for (const { extract = '', records = '', file = '' } of lines) {
      const rows = archive.records(file);
      if (rows.length !== Number(records))
        throw new Error(`${file} has ${rows.length} rows, the manifest says ${records}.`);
      for (const row of rows) this.#apply(extract, type, row);
    }
  }

  #apply(extract: string, type: 'updates' | 'deletes', row: Record<string, string>): void {
    const table = this.#table(extract);
    const key = rowText(keyOf(extract).map((name) => row[name] ?? ''));
    if (type === 'deletes') table.rows.delete(key);
    else table.rows.set(key, row);
  }
}

interface ReplicaTable {
  readonly columns: Set<string>;
  readonly rows: Map<string, Record<string, string>>;
}

function keyOf(extract: string): string[] {
  if (extract === 'Metadata.metadata') return ['extract', 'column_name'];
  return extract === 'Picklist.picklist__sys' ? ['object', 'object_field', 'picklist_value_name'] : ['id'];
}

export function rowText(values: readonly string[]): string {
  return JSON.stringify(values);
}
