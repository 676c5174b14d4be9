import {
  type ColumnType,
  type ExistingTable,
  type ExistingType,
  type LaterChanges,
  type LoggedLoad,
  SCHEMA_DRIFT,
  SYSTEM_TABLES,
  type TransferContext,
  loggedLoad,
} from '#framework';

import type { Row } from '../client.ts';
import { findSchema, readColumns, readLaterDrift } from '../sql/catalog.ts';
import { findLoad } from '../sql/load/load-log.ts';
import { stagingPrefix } from '../sql/names.ts';
import { addDecision, createSchema, createSystemTables } from '../sql/system-tables.ts';
import type { Warehouse } from '../warehouse.ts';

/** What stands in the target before a load. */
export interface TargetState {
  readonly tables: ReadonlyMap<string, ExistingTable>;
  /** By `table` and `table.column`. */
  readonly comments: ReadonlyMap<string, string>;
  readonly later: LaterChanges;
  /** Staging tables that tries of this record left. */
  readonly staging: ReadonlySet<string>;
  readonly logged: LoggedLoad | undefined;
}

export interface TargetPlace {
  readonly warehouse: Warehouse;
  readonly schema: string;
}

/** Reads the schema, its drift and the load log once, and makes Windrow's own tables where they are missing. */
export async function readTargetState(
  { warehouse, schema }: TargetPlace,
  names: readonly string[],
  context: TransferContext,
): Promise<TargetState> {
  const { signal } = context;
  const prefix = stagingPrefix(context.recordId);
  const columns = await warehouse.rows(readColumns(schema, [...new Set([...names, ...SYSTEM_TABLES])], prefix), {
    signal,
  });
  const tables = existingTables(columns);
  const staging = new Set(columns.map(([name]) => name ?? '').filter((name) => name.startsWith(prefix)));
  if (SYSTEM_TABLES.some((name) => !tables.has(name))) await createOwn({ warehouse, schema }, signal);
  const drift = tables.get(SCHEMA_DRIFT);
  if (drift?.has('decision') === false) await warehouse.run([addDecision(schema)], { signal });
  const finished = await warehouse.run([readLaterDrift(schema, names, context.window.end), findLoad(schema, context)], {
    signal,
  });
  const later = laterChanges(await collect(warehouse.pages(finished, 0, { signal })));
  const [row] = await collect(warehouse.pages(finished, 1, { signal }));
  return {
    tables,
    comments: existingComments(columns),
    later,
    staging,
    logged: row === undefined ? undefined : loggedLoad(row),
  };
}

/** `create schema if not exists` asks for CREATE on the database even where the schema stands, so we look first. */
async function createOwn({ warehouse, schema }: TargetPlace, signal: AbortSignal): Promise<void> {
  const isThere = (await warehouse.rows(findSchema(schema), { signal })).length > 0;
  await warehouse.run([...(isThere ? [] : [createSchema(schema)]), ...createSystemTables(schema)], { signal });
}

/** The row of the load log alone, for example after an answer was lost. */
export async function findLoggedLoad(place: TargetPlace, context: TransferContext): Promise<LoggedLoad | undefined> {
  const [row] = await place.warehouse.rows(findLoad(place.schema, context), { signal: context.signal });
  return row === undefined ? undefined : loggedLoad(row);
}

export async function collect(pages: AsyncIterable<readonly Row[]>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}

function existingTables(rows: readonly Row[]): ReadonlyMap<string, ExistingTable> {
  const tables = new Map<string, Map<string, ExistingType>>();
  for (const [table, column, type] of rows) {
    if (column === '') continue;
    const columns = tables.get(table ?? '') ?? new Map<string, ExistingType>();
    columns.set(column ?? '', existingType(type ?? ''));
    tables.set(table ?? '', columns);
  }
  return tables;
}

function existingComments(rows: readonly Row[]): ReadonlyMap<string, string> {
  return new Map(
    rows.flatMap(([table, column, , comment]) => {
      if (comment === null || comment === undefined) return [];
      return [[column === '' ? (table ?? '') : `${table}.${column}`, comment]] as const;
    }),
  );
}

const SIMPLE_TYPES: Readonly<Record<string, ColumnType>> = {
  boolean: { kind: 'boolean' },
  date: { kind: 'date' },
  super: { kind: 'long_text' },
  'timestamp without time zone': { kind: 'timestamp' },
};

function existingType(text: string): ExistingType {
  const [name = '', length, precision, scale] = text.split(',');
  if (name === 'character varying') return { kind: 'text', bytes: Number(length) };
  if (name === 'numeric') return { kind: 'decimal', precision: Number(precision), scale: Number(scale) };
  return SIMPLE_TYPES[name] ?? { kind: 'foreign', text: name === '' ? 'an unknown type' : name };
}

function laterChanges(rows: readonly Row[]): LaterChanges {
  return {
    tables: new Set(rows.flatMap(([table, column]) => (column === null ? [table ?? ''] : []))),
    columns: new Set(rows.flatMap(([table, column]) => (column === null ? [] : [`${table ?? ''}.${column ?? ''}`]))),
  };
}
