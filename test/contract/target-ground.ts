import { join } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';

import {
  APPLY_EVERYTHING,
  type CheckTarget,
  type ColumnLimits,
  type ColumnType,
  type DeletePolicies,
  type DeletePolicy,
  type DriftLog,
  KEEP_NOTHING,
  type ListedQuarantine,
  type PinnedColumns,
  type QuarantineQuestion,
  type Reconciliation,
  type RemovalPolicy,
  type ReportQuestion,
  type SchemaContracts,
  type Target,
} from '#framework';
import { type DuckDbSettings, duckDbTarget, openDuckDb } from '#tasks/duckdb';
import { type Row, redshiftTarget } from '#tasks/redshift';

import { driftLog as duckDbDrift } from '../../tasks/duckdb/audit/drift-log.ts';
import { driftLog as redshiftDrift } from '../../tasks/redshift/audit/drift-log.ts';
import { openGround, rowsOf } from '../tasks/redshift-ground.ts';
import { type StageGround, type TableWindow, TYPES, openStage } from '../tasks/stage-ground.ts';

/** What a test says of changes of the schema. */
export interface SchemaSettings {
  readonly onRemoval?: RemovalPolicy;
  readonly contracts?: SchemaContracts;
  readonly pins?: PinnedColumns;
}

/** One target over the stand-ins, as the contract asks of it. Its tables are in the schema `vault`. */
export interface TargetGround extends Pick<StageGround, 'stage' | 'store' | 'close'> {
  readonly target: Target;
  readonly targetWith: (change: SchemaSettings) => Target;
  /** A target with this policy for deletes, and others for single tables. */
  readonly targetKeeping: (usual: DeletePolicy, tables?: Readonly<Record<string, DeletePolicy>>) => Target;
  readonly drift: DriftLog;
  /** Where checks ask. */
  readonly checks: CheckTarget;
  /** Rows of a table as text, sorted, to compare without regard to order. */
  readonly rows: (table: Pick<TableWindow, 'table' | 'columns'>) => Promise<readonly string[]>;
  /** The loaded tables, and the columns of one, without Windrow's own. */
  readonly tables: () => Promise<readonly string[]>;
  readonly columns: (table: string) => Promise<readonly string[]>;
  /** The report of the newest Full of a pipeline, or of one of them. */
  readonly reconciliation: (question: ReportQuestion) => Promise<Reconciliation | undefined>;
  /** The rows that windows left out, as people read them. */
  readonly quarantined: (question: QuarantineQuestion) => Promise<readonly ListedQuarantine[]>;
  /** What columns take, with these pins. */
  readonly columnLimits: (pins: PinnedColumns) => Promise<ColumnLimits>;
  /** Asks the target past the connector. */
  readonly query: (sql: string) => Promise<readonly (readonly (string | null)[])[]>;
}

export interface TargetKind {
  readonly product: string;
  /** What the codes of its failures begin with. */
  readonly code: string;
  readonly open: () => Promise<TargetGround>;
}

/** Every target that keeps the contract. */
export const TARGETS: readonly TargetKind[] = [
  { product: 'Redshift', code: 'E_REDSHIFT', open: openRedshiftGround },
  { product: 'DuckDB', code: 'E_DUCKDB', open: openDuckDbGround },
];

async function openRedshiftGround(): Promise<TargetGround> {
  const ground = await openGround();
  const { target, stage, store, opened } = ground;
  return {
    target,
    stage,
    store,
    targetWith: (change) => redshiftTarget(ground.openWith(change), { stage: store }),
    targetKeeping: (usual, tables) =>
      redshiftTarget(ground.openWith({ deletes: policies(usual, tables) }), { stage: store }),
    drift: redshiftDrift({ warehouse: opened.warehouse, schema: 'vault' }),
    checks: opened.checks,
    rows: (table) => rowsOf(opened, table),
    tables: opened.reader.listTables,
    columns: opened.reader.listColumns,
    reconciliation: (question) => opened.reconciliation(question, new AbortController().signal),
    quarantined: (question) => opened.quarantined(question, new AbortController().signal),
    columnLimits: (pins) => ground.openWith({ pins }).columnLimits(new AbortController().signal),
    query: async (sql) => {
      const finished = await opened.warehouse.run([{ name: 'ask', sql }]);
      const rows: Row[] = [];
      if (sql.startsWith('select')) for await (const page of opened.warehouse.pages(finished, 0)) rows.push(...page);
      return rows;
    },
    close: ground.close,
  };
}

function policies(usual: DeletePolicy, tables: Readonly<Record<string, DeletePolicy>> = {}): DeletePolicies {
  return { default: usual, tables: new Map(Object.entries(tables)) };
}

export function duckDbSettings(directory: string, change: Partial<DuckDbSettings> = {}): DuckDbSettings {
  return {
    file: join(directory, 'vault.duckdb'),
    schema: 'vault',
    onRemoval: 'drop',
    contracts: APPLY_EVERYTHING,
    reconciles: true,
    deletes: KEEP_NOTHING,
    pins: new Map(),
    memory: '512MB',
    threads: 1,
    waitSeconds: 30,
    ...change,
  };
}

/** Asks a database file past the connector. */
export async function queryFile(file: string, sql: string): Promise<readonly (readonly (string | null)[])[]> {
  const instance = await DuckDBInstance.fromCache(file);
  const connection = await instance.connect();
  try {
    await connection.run('use vault.vault');
    const reader = await connection.runAndReadAll(sql.replaceAll('vault.', ''));
    return reader
      .getRowsJson()
      .map((row) => row.map((value) => (value === null || typeof value === 'string' ? value : JSON.stringify(value))));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The loaded tables of a database file. */
export async function listTables(file: string): Promise<string[]> {
  const rows = await queryFile(
    file,
    "select table_name from duckdb_tables() where not starts_with(table_name, 'windrow_')",
  );
  return rows.map(([name]) => name ?? '');
}

/** The columns of a loaded table of a database file, without Windrow's own. */
export async function listColumns(file: string, table: string): Promise<string[]> {
  const rows = await queryFile(
    file,
    `select column_name from duckdb_columns() where table_name = '${table}' and not starts_with(column_name, '_')`,
  );
  return rows.map(([name]) => name ?? '');
}

async function openDuckDbGround(): Promise<TargetGround> {
  const { stage, store, directory, close } = await openStage();
  const settings = duckDbSettings(directory);
  const targetWith: TargetGround['targetWith'] = (change) =>
    duckDbTarget(openDuckDb({ ...settings, ...change }), { stage: store });
  const targetKeeping: TargetGround['targetKeeping'] = (usual, tables) =>
    duckDbTarget(openDuckDb({ ...settings, deletes: policies(usual, tables) }), { stage: store });
  const query: TargetGround['query'] = (sql) => queryFile(settings.file, sql);
  return {
    target: targetWith({}),
    stage,
    store,
    targetWith,
    targetKeeping,
    drift: duckDbDrift(openDuckDb(settings)),
    checks: openDuckDb(settings).checks,
    rows: async ({ table, columns }) => {
      const values = columns.map(({ name, type }) => SHOWN[TYPES[type].kind](`"${name}"`));
      const rows = await query(`select ${values.join(', ')} from vault."${table}"`);
      return rows.map((row) => row.map((value) => value ?? 'NULL').join('|')).toSorted();
    },
    tables: () => listTables(settings.file),
    columns: (table) => listColumns(settings.file, table),
    reconciliation: (question) => openDuckDb(settings).reconciliation(question, new AbortController().signal),
    quarantined: (question) => openDuckDb(settings).quarantined(question, new AbortController().signal),
    columnLimits: (pins) => openDuckDb({ ...settings, pins }).columnLimits(new AbortController().signal),
    query,
    close,
  };
}

type Kind = ColumnType['kind'];

const asText = (name: string): string => `cast(${name} as varchar)`;

/** A value as people read it: decimals without trailing zeros, moments with milliseconds. */
export const SHOWN: Readonly<Record<Kind, (name: string) => string>> = {
  text: (name) => name,
  long_text: (name) => name,
  decimal: (name) =>
    `case when contains(${asText(name)}, '.') then regexp_replace(${asText(name)}, '\\.?0+$', '') else ${asText(name)} end`,
  boolean: asText,
  date: asText,
  timestamp: (name) => `strftime(${name}, '%Y-%m-%dT%H:%M:%S.%gZ')`,
};
