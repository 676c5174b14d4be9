import { parse } from 'csv-parse/sync';

import {
  type Column,
  type ObjectStore,
  type StageManifest,
  type StagedFile,
  type StagedTable,
  Temporal,
} from '#framework';

import type { TruthTable } from '../../sandbox/vault/index.ts';

type Row = ReadonlyMap<string, string>;

/** What a target would hold after some windows: tables of rows by key, in memory. */
export class Replica {
  readonly tables = new Map<string, Map<string, Row>>();
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async apply(manifest: StageManifest): Promise<void> {
    for (const { table, column } of manifest.removals) {
      if (column === undefined) this.tables.delete(table);
      else this.#forgetColumn(table, column);
    }
    for (const table of manifest.tables) await this.#applyTable(table, manifest);
  }

  async #applyTable(staged: StagedTable, manifest: StageManifest): Promise<void> {
    const { table, columns, key } = staged.schema;
    const known = staged.mode === 'replace' ? undefined : this.tables.get(table);
    const rows = new Map(known);
    const keyColumns = key.flatMap((name) => columns.filter((column) => column.name === name));
    for (const row of await this.#rows(staged.deletes.files, keyColumns, manifest)) rows.delete(keyOf(row, key));
    for (const row of await this.#rows(staged.updates.files, columns, manifest)) rows.set(keyOf(row, key), row);
    this.tables.set(table, rows);
  }

  async #rows(files: readonly StagedFile[], columns: readonly Column[], { location }: StageManifest): Promise<Row[]> {
    const rows: Row[] = [];
    for (const file of files) {
      const text = await this.#store.findText(`${location}${file.key}`.replace(this.#store.url(''), ''));
      const records: string[][] = parse(text ?? '', { relax_column_count: false });
      if (records.length !== file.rows)
        throw new Error(`${file.key} holds ${records.length} rows, its manifest says ${file.rows}.`);
      rows.push(...records.map((record) => new Map(columns.map(({ name }, index) => [name, record[index] ?? '']))));
    }
    return rows;
  }

  #forgetColumn(table: string, column: string): void {
    for (const [key, row] of this.tables.get(table) ?? []) {
      this.tables.get(table)?.set(key, new Map([...row].filter(([name]) => name !== column)));
    }
  }
}

/** Every difference between the replica and what the Vault holds, one line each; empty when all is equal. */
export function differences(replica: Replica, truth: readonly TruthTable[]): string[] {
  const extra = [...replica.tables.keys()].filter(
    (name) => name !== 'metadata' && !truth.some(({ table }) => table === name),
  );
  return [
    ...extra.map((name) => `${name} is gone in Vault`),
    ...truth.flatMap((table) => tableDifferences(replica, table)),
  ];
}

function tableDifferences(replica: Replica, truth: TruthTable): string[] {
  const found = replica.tables.get(truth.table);
  if (found === undefined) return [`${truth.table} is missing`];
  const expected = new Map(
    truth.rows
      .map((values) => new Map(truth.columns.map(({ name }, index) => [name, values[index] ?? ''])))
      .map((row) => [keyOf(row, truth.key), row]),
  );
  const extra = [...found.keys()]
    .filter((key) => !expected.has(key))
    .map((key) => `${truth.table} holds ${key} too many`);
  const others = [...expected].flatMap(([key, row]) =>
    rowDifferences(`${truth.table} ${key}`, { row, found: found.get(key) }, truth),
  );
  return [...extra, ...others];
}

function rowDifferences(
  name: string,
  { row, found }: { readonly row: Row; readonly found: Row | undefined },
  truth: TruthTable,
): string[] {
  if (found === undefined) return [`${name} is missing`];
  return truth.columns
    .filter(
      (column) =>
        plain(row.get(column.name) ?? '', column.vaultType) !== plain(found.get(column.name) ?? '', column.vaultType),
    )
    .map(
      (column) =>
        `${name} ${column.name}: ${JSON.stringify(row.get(column.name))} became ${JSON.stringify(found.get(column.name))}`,
    );
}

/** One spelling for equal numbers and equal moments; text stays as it is. */
function plain(value: string, vaultType: string): string {
  if (value === '') return value;
  if (vaultType === 'DateTime')
    return Temporal.Instant.from(`${value.replace(' ', 'T').replace(/Z$/, '')}Z`).toString();
  if (vaultType !== 'Number') return value;
  const [, sign = '', digits = '', fraction = ''] = /^(-?)0*(\d*?)(?:\.(\d*?)0*)?$/.exec(value) ?? [];
  return `${sign}${digits === '' ? '0' : digits}.${fraction}`;
}

function keyOf(row: Row, key: readonly string[]): string {
  return key.map((name) => row.get(name) ?? '').join('|');
}
