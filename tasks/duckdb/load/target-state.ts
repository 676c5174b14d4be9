import {
  type ColumnType,
  type ExistingTable,
  type ExistingType,
  type LaterChanges,
  type LoggedLoad,
  type TransferContext,
  loggedLoad,
} from '#framework';

import type { Run } from '../database-file.ts';
import { readColumns, readLaterDrift } from '../sql/catalog.ts';
import { findLoad } from '../sql/load/load-log.ts';
import { ADD_DECISION, CREATE_SYSTEM_TABLES, FIND_CATALOG, FIND_OLD_DRIFT, enterSchema } from '../sql/system-tables.ts';
import { ANY_TEXT } from './target-type.ts';

/** What stands in the file before a load. */
export interface TargetState {
  readonly tables: ReadonlyMap<string, ExistingTable>;
  readonly later: LaterChanges;
}

/** Names of tables are those of the schema from here on, and Windrow's own are there. */
export async function ensureSchema(run: Run, schema: string): Promise<void> {
  const [[catalog] = []] = await run(FIND_CATALOG);
  for (const statement of [...enterSchema(catalog ?? '', schema), ...CREATE_SYSTEM_TABLES]) await run(statement);
  if ((await run(FIND_OLD_DRIFT)).length > 0) await run(ADD_DECISION);
}

export async function readTargetState(run: Run, schema: string, context: TransferContext): Promise<TargetState> {
  const tables = new Map<string, Map<string, ExistingType>>();
  for (const [table, column, type] of await run(readColumns(schema))) {
    const columns = tables.get(lower(table)) ?? new Map<string, ExistingType>();
    columns.set(lower(column), existingType(type ?? ''));
    tables.set(lower(table), columns);
  }
  const drift = await run(readLaterDrift(context.window.end));
  return {
    tables,
    later: {
      tables: new Set(drift.flatMap(([table, column]) => (column === null ? [table ?? ''] : []))),
      columns: new Set(drift.flatMap(([table, column]) => (column === null ? [] : [`${table ?? ''}.${column ?? ''}`]))),
    },
  };
}

export async function findLoggedLoad(run: Run, context: TransferContext): Promise<LoggedLoad | undefined> {
  const [row] = await run(findLoad(context));
  return row === undefined ? undefined : loggedLoad(row);
}

function lower(name: string | null | undefined): string {
  return (name ?? '').toLowerCase();
}

const SIMPLE_TYPES: Readonly<Record<string, ColumnType>> = {
  VARCHAR: ANY_TEXT,
  BOOLEAN: { kind: 'boolean' },
  DATE: { kind: 'date' },
  TIMESTAMP: { kind: 'timestamp' },
};

const DECIMAL = /^DECIMAL\((?<precision>\d+),(?<scale>\d+)\)$/;

function existingType(text: string): ExistingType {
  const decimal = DECIMAL.exec(text)?.groups;
  if (decimal === undefined) return SIMPLE_TYPES[text] ?? { kind: 'foreign', text: text.toLowerCase() };
  return { kind: 'decimal', precision: Number(decimal['precision']), scale: Number(decimal['scale']) };
}
