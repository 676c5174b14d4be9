import { boundedName } from '#framework';

import { csvText } from '../../../sandbox/vault/archive/csv.ts';
import { type ArchiveEntry, fileEntry } from '../../../sandbox/vault/archive/entry.ts';
import { badRow } from './bad-row.ts';
import {
  type BadRowChange,
  type HistoryWindow,
  type Kind,
  type RowChange,
  type SchemaChange,
  VAULT_TYPES,
} from './history.ts';
import { retyped } from './retype.ts';

export interface HostileColumn {
  readonly name: string;
  readonly kind: Kind;
}

export interface HostileTable {
  readonly name: string;
  readonly columns: readonly HostileColumn[];
  /** By id; a column that a row does not have is NULL. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

interface Table extends HostileTable {
  columns: HostileColumn[];
  readonly rows: Map<string, Map<string, string>>;
  readonly dropped: HostileColumn[];
  /** Ids of rows that this window brings, and of rows that it removes. */
  readonly updates: Set<string>;
  readonly deletes: Set<string>;
  readonly added: HostileColumn[];
  readonly removed: HostileColumn[];
  /** Rows of this window that cannot be loaded. */
  readonly bad: { readonly id: string; readonly fault: BadRowChange['fault'] }[];
}

/** Longer than any target has them. */
const LONG_NAME = 'a_name_of_140_bytes'.padEnd(140, '_');
const TABLE_NAMES = ['product__v', '3d_model__c', LONG_NAME, 'order', 'my_metadata__c', 'old_deletes', 'select'];
const COLUMN_NAMES = [
  'name__v',
  'order',
  `${LONG_NAME}a`,
  '3d__c',
  'metadata__v',
  `${LONG_NAME}b`,
  'x_deletes',
  'table',
  'null',
  'tag',
  'user',
  'x__c',
];
const FIRST_KINDS: readonly Kind[] = ['text', 'number', 'wide', 'boolean', 'date', 'timestamp'];
const METADATA = ['modified_date', 'extract', 'extract_label', 'column_name', 'column_label', 'type', 'length'];
/** Far too small: declared lengths are advisory. */
const DECLARED_LENGTH = '3';

/** A Vault whose windows are given, with the truth of every table and the archive of every window. */
export class HostileVault {
  readonly #suffix: string;
  readonly #tables: Table[] = [];
  readonly #gone: Table[] = [];
  #created = 0;
  #named = 0;

  constructor(number: number) {
    this.#suffix = `_h${number}`;
    for (const _ of [1, 2]) this.#addTable(FIRST_KINDS);
  }

  /** By the names that targets have for them. */
  get tables(): readonly (HostileTable & { readonly isChanged: boolean })[] {
    return this.#tables.map((table) => ({
      name: boundedName(table.name),
      columns: table.columns.map(({ name, kind }) => ({ name: boundedName(name), kind })),
      rows: new Map(
        [...table.rows].map(([id, row]) => [id, new Map([...row].map(([name, value]) => [boundedName(name), value]))]),
      ),
      isChanged: isChanged(table),
    }));
  }

  /** Lets the changes happen; `entries` then packs them. */
  apply({ schema, rows, bad, fault }: HistoryWindow): void {
    for (const table of this.#tables) for (const changes of [table.updates, table.deletes]) changes.clear();
    for (const table of this.#tables) for (const changes of [table.added, table.removed, table.bad]) changes.splice(0);
    this.#gone.splice(0);
    // The window before comes once more, and its words are no longer of the column's kind.
    const narrows = fault !== 'old';
    for (const change of schema) this.#changeSchema(change, narrows);
    for (const change of rows) this.#changeRow(change);
    for (const change of bad) this.#addBadRow(change);
  }

  /** What the quarantine of the window must hold, in order. */
  get expectedCodes(): readonly string[] {
    return this.#tables
      .flatMap((table) => table.bad.map(({ id, fault }) => badRow(fault, id, table.columns).code))
      .toSorted();
  }

  entries(kind: 'full' | 'incremental', turn: number): ArchiveEntry[] {
    const files = this.#tables.flatMap((table) => tableFiles(table, kind, turn));
    const lines = files.map(({ line }) => line);
    const metadata = this.#tables.flatMap((table) => table.columns.map((column) => metadataRow(table, column)));
    const added = this.#tables.flatMap((table) => table.added.map((column) => metadataRow(table, column)));
    const removed = [
      ...this.#tables.flatMap((table) => table.removed.map(({ name }) => [extractOf(table), name, ''])),
      ...this.#gone.map((table) => [extractOf(table), 'id', '']),
    ];
    const changes = kind === 'full' ? metadata : added;
    return [
      csvEntry('manifest.csv', [
        ['extract', 'extract_label', 'type', 'records', 'file'],
        ['Metadata.metadata', 'Metadata', 'updates', String(changes.length), changes.length === 0 ? '' : UPDATES],
        ...lines,
      ]),
      csvEntry('metadata_full.csv', [METADATA, ...metadata]),
      ...(changes.length === 0 ? [] : [csvEntry(UPDATES, [METADATA, ...changes])]),
      ...(removed.length === 0
        ? []
        : [csvEntry('Metadata/metadata_deletes.csv', [['extract', 'column_name', 'deleted_date'], ...removed])]),
      ...files.flatMap(({ entry }) => entry ?? []),
    ];
  }

  #changeSchema(change: SchemaChange, narrows: boolean): void {
    if (change.does === 'add_table') {
      this.#addTable(change.kinds);
      return;
    }
    const table = this.#tables[change.table % this.#tables.length];
    if (table === undefined) return;
    switch (change.does) {
      case 'add_column':
        this.#addColumn(table, { name: this.#columnName(), kind: change.kind });
        return;
      case 'return_column':
        returnColumn(table, ({ name }) => this.#addColumn(table, { name, kind: change.kind }));
        return;
      case 'retype_column':
        retypeColumn(table, narrows ? [change.kind, 'text'] : ['text']);
        return;
      case 'drop_column':
        dropColumn(table);
        return;
      case 'drop_table':
        // What was made in this window is not known to anybody yet, and the last one stays.
        if (this.#tables.length === 1 || table.added.some(({ name }) => name === 'id')) return;
        this.#tables.splice(this.#tables.indexOf(table), 1);
        this.#gone.push(table);
    }
  }

  #changeRow({ does, table: place, id: number, values }: RowChange): void {
    const table = this.#tables[place % this.#tables.length];
    if (table === undefined) return;
    const id = `V0${number}`;
    if (does !== 'put' && table.rows.delete(id)) table.deletes.add(id);
    if (does === 'delete') {
      table.updates.delete(id);
      return;
    }
    const cells = table.columns.map(({ name, kind }, index) => [name, values[kind][index % 2] ?? ''] as const);
    table.rows.set(id, new Map([...cells, ['id', id]]));
    table.updates.add(id);
  }

  /** A row that the window changes or removes as well would be there twice. */
  #addBadRow({ table: place, id: number, fault }: BadRowChange): void {
    const table = this.#tables[place % this.#tables.length];
    const id = `V0${number}`;
    if (table === undefined || table.updates.has(id) || table.deletes.has(id)) return;
    table.bad.push({ id, fault });
  }

  #addTable(kinds: readonly Kind[]): void {
    const name = `${TABLE_NAMES[this.#created % TABLE_NAMES.length]}_${this.#created}${this.#suffix}`;
    this.#created += 1;
    const columns: HostileColumn[] = [
      { name: 'id', kind: 'text' },
      ...kinds.map((kind) => ({ name: this.#columnName(), kind })),
    ];
    const empty = { rows: new Map(), dropped: [], updates: new Set<string>(), deletes: new Set<string>() };
    this.#tables.push({ name, columns, ...empty, added: [...columns], removed: [], bad: [] });
  }

  #addColumn(table: Table, column: HostileColumn): void {
    table.columns = [...table.columns, column];
    table.added.push(column);
  }

  #columnName(): string {
    const name = COLUMN_NAMES[this.#named % COLUMN_NAMES.length] ?? 'x';
    const round = Math.floor(this.#named / COLUMN_NAMES.length);
    this.#named += 1;
    return round === 0 ? name : `${name}_${round}`;
  }
}

const UPDATES = 'Metadata/metadata.csv';

/** The newest column of a table that was there before this window. */
function dropColumn(table: Table): void {
  const column = table.columns.findLast(({ name }) => name !== 'id');
  if (column === undefined || table.added.includes(column)) return;
  table.columns = table.columns.filter((other) => other !== column);
  table.dropped.push(column);
  table.removed.push(column);
  for (const row of table.rows.values()) row.delete(column.name);
}

/** The oldest column that was there before this window and can be of one of the kinds, the first that any can be. */
function retypeColumn(table: Table, kinds: readonly Kind[]): void {
  const standing = table.columns.filter((column) => column.name !== 'id' && !table.added.includes(column));
  for (const [kind, column] of kinds.flatMap((to) => standing.map((one) => [to, one] as const))) {
    const other = retyped(table.rows, column, kind);
    if (other === undefined) continue;
    table.columns = table.columns.map((one) => (one === column ? other : one));
    table.added.push(other);
    return;
  }
}

/** A column that was dropped in an earlier window comes back, empty. */
function returnColumn(table: Table, add: (column: HostileColumn) => void): void {
  const column = table.dropped.find((candidate) => !table.removed.includes(candidate));
  if (column === undefined) return;
  table.dropped.splice(table.dropped.indexOf(column), 1);
  add({ ...column });
}

function isChanged({ updates, deletes, added, removed }: Table): boolean {
  return updates.size + deletes.size + added.length + removed.length > 0;
}

interface TableFile {
  readonly line: readonly string[];
  readonly entry: ArchiveEntry | undefined;
}

function tableFiles(table: Table, kind: 'full' | 'incremental', turn: number): TableFile[] {
  const ids = kind === 'full' ? [...table.rows.keys()] : [...table.updates];
  const at = turn % table.columns.length;
  const turned = [...table.columns.slice(at), ...table.columns.slice(0, at)];
  const columns = turned.map(({ name }) => name);
  const good = ids.map((id) => columns.map((name) => table.rows.get(id)?.get(name) ?? ''));
  const rows = [...table.bad.map(({ id, fault }) => badRow(fault, id, turned).fields), ...good];
  const updates = tableFile(table, 'updates', [columns, ...rows]);
  if (kind === 'full' || table.deletes.size === 0) return [updates];
  return [updates, tableFile(table, 'deletes', [['id', 'deleted_date'], ...[...table.deletes].map((id) => [id, ''])])];
}

function tableFile(table: Table, type: 'updates' | 'deletes', rows: readonly (readonly string[])[]): TableFile {
  const path = `Object/${table.name}${type === 'deletes' ? '_deletes' : ''}.csv`;
  const records = rows.length - 1;
  const line = [extractOf(table), 'Label, "quoted"', type, String(records), records === 0 ? '' : path];
  return { line, entry: records === 0 ? undefined : csvEntry(path, rows) };
}

function metadataRow(table: Table, { name, kind }: HostileColumn): string[] {
  return ['', extractOf(table), 'Label', name, 'Label', VAULT_TYPES[kind], kind === 'text' ? DECLARED_LENGTH : ''];
}

function extractOf({ name }: Table): string {
  return `Object.${name}`;
}

function csvEntry(name: string, rows: readonly (readonly string[])[]): ArchiveEntry {
  return fileEntry(name, csvText(rows));
}
