import { z } from 'zod';

import type { Json } from '../core/json.ts';
import type { LoadNames, StagedPart } from './load/load-tables.ts';
import type { StageManifest, StagedFile, StagedQuarantine } from './stage-manifest.ts';

/** One row that was left out of a window, as its file and the target's quarantine table keep it. */
export interface QuarantinedRow {
  readonly extract: string;
  readonly table: string;
  readonly side: 'updates' | 'deletes';
  readonly line: number;
  /** JSON of the key's values by column. */
  readonly key: string;
  /** Absent where the record as a whole is to blame. */
  readonly column?: string;
  readonly code: string;
  readonly reason: string;
  readonly value?: string;
  readonly text: string;
}

/** A row that its window left out, as people read it; long texts are cut. */
export interface ListedQuarantine {
  readonly recordId: number;
  readonly pipelineId: string;
  readonly windowStart: string;
  readonly windowEnd: string;
  readonly extract: string;
  readonly side: string;
  readonly line: number;
  readonly key: string;
  readonly column: string | null;
  readonly code: string;
  readonly reason: string;
  readonly value: string | null;
  readonly text: string;
}

/** Which rows: those of one record where it is named, and at most so many. */
export interface QuarantineQuestion {
  readonly record?: number | undefined;
  readonly limit: number;
}

/** A row as targets list it, in the order of the fields of `ListedQuarantine`. */
export function listedQuarantine(row: readonly (string | null)[]): ListedQuarantine {
  const [recordId, pipelineId, windowStart, windowEnd, extract, side, line, key, column, code, reason, value, text] =
    row;
  return {
    recordId: Number(recordId),
    pipelineId: pipelineId ?? '',
    windowStart: windowStart ?? '',
    windowEnd: windowEnd ?? '',
    extract: extract ?? '',
    side: side ?? '',
    line: Number(line),
    key: key ?? '',
    column: column ?? null,
    code: code ?? '',
    reason: reason ?? '',
    value: value ?? null,
    text: text ?? '',
  };
}

/** The columns of the file in their order, each with the field that fills it. The line is a number, all others are text. */
export const QUARANTINE_COLUMNS = [
  ['extract', 'extract'],
  ['table_name', 'table'],
  ['side', 'side'],
  ['line_number', 'line'],
  ['row_key', 'key'],
  ['column_name', 'column'],
  ['code', 'code'],
  ['reason', 'reason'],
  ['value', 'value'],
  ['row_text', 'text'],
] as const satisfies readonly (readonly [string, keyof QuarantinedRow])[];

/** The values of its key stand in the file by themselves as well, by place. */
const KEY_FIELDS = ['key_1', 'key_2', 'key_3'] as const;

/** The columns of the file in their order. */
export const STAGED_QUARANTINE: readonly { readonly name: string; readonly type: 'number' | 'text' }[] = [
  ...QUARANTINE_COLUMNS.map(([name, field]) => ({
    name,
    type: field === 'line' ? ('number' as const) : ('text' as const),
  })),
  ...KEY_FIELDS.map((name) => ({ name, type: 'text' as const })),
];

const Key = z.record(z.string(), z.string());

/** The fields of a row of the file in the order of its columns; undefined is NULL. */
export function quarantineFields(row: QuarantinedRow): readonly (string | undefined)[] {
  const key = Object.values(Key.parse(JSON.parse(row.key)));
  return [
    ...QUARANTINE_COLUMNS.map(([, field]) => row[field]?.toString()),
    ...KEY_FIELDS.map((_, place) => key[place]),
  ];
}

/** Whether a Full that replaces the table left rows of it out whose earlier versions can be told by their keys. */
export function sparesRows({ quarantine }: Pick<StageManifest, 'quarantine'>, table: string): boolean {
  const rows = quarantine?.tables?.[table] ?? 0;
  return rows > 0 && KEY_FIELDS.every((name) => quarantine?.columns.some((column) => column.name === name) === true);
}

/** The staged quarantine with the staging table that its files go into; undefined where no row was left out. */
export function quarantinePart({ quarantine, tables }: StageManifest, { staging }: LoadNames): StagedPart | undefined {
  if (quarantine === undefined) return undefined;
  return {
    extract: 'Quarantine',
    side: 'updates',
    // Behind those of the tables.
    staging: staging(tables.length, 'updates'),
    columns: quarantine.columns,
    key: ['extract', 'side', 'line_number'],
    files: quarantine.files,
    rows: quarantine.rows,
    bytes: quarantine.files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Every file of the stage. */
export function filesOf({ tables, quarantine }: Pick<StageManifest, 'tables' | 'quarantine'>): readonly StagedFile[] {
  const files = tables.flatMap(({ updates, deletes }) => [...updates.files, ...deletes.files]);
  return [...files, ...(quarantine?.files ?? [])];
}

/** Rows of the source: those to load and those left out. */
export function sourceRows({ rows, quarantine }: StageManifest): number {
  return rows + (quarantine?.rows ?? 0);
}

/** A receipt is kept in columns of limited length. */
const MOST_TABLES = 100;

/** What a receipt tells of values that are not in the target as they are in the source; nothing where there are none. */
export function exactnessDetails({ quarantine, replacedValues }: StageManifest): Readonly<Record<string, Json>> {
  return {
    ...(quarantine === undefined ? {} : quarantineDetails(quarantine)),
    ...(replacedValues === undefined ? {} : { replacedValues }),
  };
}

function quarantineDetails({ rows, tables, command }: StagedQuarantine): Readonly<Record<string, Json>> {
  const most = Object.entries(tables ?? {}).toSorted(([, a], [, b]) => b - a);
  return {
    quarantined: rows,
    ...(tables === undefined ? {} : { quarantinedTables: Object.fromEntries(most.slice(0, MOST_TABLES)) }),
    ...(command === undefined ? {} : { quarantineCommand: command }),
  };
}
