import {
  type Column,
  type ColumnLimits,
  DataFailure,
  type Log,
  type QuarantinedRow,
  type StageFormat,
  type StagedFile,
  type StagedTable,
  boundedName,
} from '#framework';
import type { ConvertRequest, Converted, Converter, LongText } from '#tasks/parquet';

import type { ColumnFacts } from '../archive/metadata.ts';
import type { Spooled } from '../archive/spool.ts';
import { type BadRowOptions, conversionPolicy, quarantinedRow, reportReplaced } from './bad-rows.ts';
import { type MissingColumnPolicy, missingColumns } from './missing-columns.ts';
import type { ExtractPlan, MemberPlan } from './plan-extracts.ts';
import { type UploadTools, upload } from './upload.ts';
import { csvType, emptyColumnType, textBytes } from './vault-types.ts';

export interface StagingTools extends UploadTools {
  readonly converter: Pick<Converter, 'convert'>;
  readonly format: StageFormat;
  /** Local folder for converted files. */
  readonly directory: string;
  readonly badRows: BadRowOptions;
  readonly limits?: ColumnLimits | undefined;
  readonly longText: LongText;
  readonly onMissingColumn: MissingColumnPolicy;
  readonly log: Log;
}

type Part = MemberPlan['part'];

/** An extract's entry in the manifest, and what of its rows is not in its files. */
export interface StagedExtract {
  readonly table: StagedTable;
  readonly quarantined: readonly QuarantinedRow[];
  readonly replacedValues: number;
}

/** Converts the files of one extract and stores them. */
export async function stageExtract(plan: ExtractPlan, tools: StagingTools): Promise<StagedExtract> {
  const updates = await stagePart(plan, 'updates', tools);
  const deletes = await stagePart(plan, 'deletes', tools);
  const columns = tableColumns(plan, updates.columns, deletes.columns);
  const table: StagedTable = {
    extract: plan.extract,
    schema: {
      table: plan.table,
      ...(plan.label === '' ? {} : { label: plan.label }),
      columns: columns.map(renamed),
      key: tableKey(plan, columns).map((name) => boundedName(name)),
    },
    mode: plan.mode,
    ...(updates.absent.length === 0 ? {} : { absent: updates.absent.map((name) => boundedName(name)) }),
    updates: { rows: updates.rows, files: updates.files },
    deletes: { rows: deletes.rows, files: deletes.files },
  };
  return {
    table,
    quarantined: [...updates.quarantined, ...deletes.quarantined],
    replacedValues: updates.replacedValues + deletes.replacedValues,
  };
}

interface StagedPart {
  readonly rows: number;
  readonly columns: readonly Column[];
  /** Columns that the metadata describes and the file lacks. */
  readonly absent: readonly string[];
  readonly files: readonly StagedFile[];
  readonly quarantined: readonly QuarantinedRow[];
  readonly replacedValues: number;
}

const NO_PART: StagedPart = { rows: 0, columns: [], absent: [], files: [], quarantined: [], replacedValues: 0 };

async function stagePart(plan: ExtractPlan, part: Part, tools: StagingTools): Promise<StagedPart> {
  const { file, records } = plan[part];
  if (file === undefined) return NO_PART;
  const request = conversionOf({ plan, part }, file, tools);
  const converted = await tools.converter.convert({ ...request, signal: tools.signal });
  requireCount(plan, { part, expected: records, found: converted.rows + converted.badRows.length });
  const absent = part === 'updates' ? missingColumns(plan, converted, tools) : [];
  report(plan, part, { converted, log: tools.log });
  const place = { extract: plan.extract, table: plan.table.toLowerCase(), side: part };
  reportReplaced(place, converted, tools.log);
  return {
    rows: converted.rows,
    columns: converted.columns,
    absent,
    files: await upload({ files: converted.files, source: file.path }, plan.table, tools),
    quarantined: converted.badRows.map((row) => quarantinedRow(place, row)),
    replacedValues: converted.replaced.values,
  };
}

export type ConversionTools = Pick<StagingTools, 'longText' | 'badRows' | 'limits' | 'format' | 'directory'>;

/** How a member is converted that holds a part of an extract. */
export function conversionOf({ plan, part }: MemberPlan, file: Spooled, tools: ConversionTools): ConvertRequest {
  const limits = tools.limits?.get(plan.table.toLowerCase());
  return {
    source: file.path,
    extract: plan.extract,
    columns: [...plan.columns.values()].map((facts) => ({ name: facts.column, type: csvType(plan.extract, facts) })),
    key: plan.key,
    needsKey: true,
    longText: tools.longText,
    badRows: conversionPolicy(tools.badRows),
    ...(limits === undefined ? {} : { limits }),
    ...(part === 'deletes' ? { select: plan.key } : {}),
    format: tools.format,
    directory: tools.directory,
    name: `${plan.table}-${part}`,
  };
}

interface Counted {
  readonly part: Part;
  readonly expected: number;
  readonly found: number;
}

function requireCount({ extract }: ExtractPlan, { part, expected, found }: Counted): void {
  if (expected === found) return;
  throw new DataFailure(
    'E_ARCHIVE_ROW_COUNT',
    `The ${part} of ${extract} hold ${found} rows; manifest.csv promises ${expected}. Nothing was loaded. Re-run the window; if it stays, ask Veeva to publish the file again.`,
    { details: { extract, part, expected, found } },
  );
}

interface Reported {
  readonly converted: Converted;
  readonly log: Log;
}

function report({ extract, columns, key }: ExtractPlan, part: Part, { converted, log }: Reported): void {
  const { shortRows } = converted;
  // Of a list of deletes only the key is staged; `deleted_date`, which every one of them has, is left behind.
  const unknownColumns = converted.unknownColumns.filter((name) => part === 'updates' || key.includes(name));
  if (shortRows > 0)
    log.warn('Rows with fewer fields than the header; the missing ones are NULL', { extract, rows: shortRows });
  if (unknownColumns.length > 0 && columns.size > 0) {
    log.warn('Columns that the metadata does not describe are staged as text', {
      extract,
      columns: unknownColumns.slice(0, 20),
    });
  }
}

/** In the order of the files; without files in the order of the metadata, the key always among them. */
function tableColumns(plan: ExtractPlan, updates: readonly Column[], deletes: readonly Column[]): Column[] {
  const removed = new Map(deletes.map((column) => [column.name, column]));
  const columns = updates.length > 0 ? updates : emptyColumns(plan, deletes);
  return columns.map((column) => described(plan.columns.get(column.name), widened(column, removed.get(column.name))));
}

function emptyColumns(plan: ExtractPlan, deletes: readonly Column[]): readonly Column[] {
  // Rows were removed and the schema is as it was: the key is all that the target must know.
  if (!plan.schemaMatters || plan.columns.size === 0) return deletes;
  return [...plan.columns.values()].map((facts) => ({
    name: facts.column,
    type: emptyColumnType(plan.extract, facts),
  }));
}

function renamed({ partOf, ...column }: Column): Column {
  return {
    ...column,
    name: boundedName(column.name),
    ...(partOf === undefined ? {} : { partOf: boundedName(partOf) }),
  };
}

function described(facts: ColumnFacts | undefined, column: Column): Column {
  const type =
    column.type.kind === 'text' ? { ...column.type, bytes: textBytes(facts, column.type.bytes) } : column.type;
  return { ...column, type, ...(facts === undefined || facts.label === '' ? {} : { label: facts.label }) };
}

/** A key column must hold the keys of updates and of deletes. */
function widened(column: Column, other: Column | undefined): Column {
  const [a, b] = [column.type, other?.type];
  if (b === undefined) return column;
  if (a.kind === 'text' && b.kind === 'text')
    return { ...column, type: { kind: 'text', bytes: Math.max(a.bytes, b.bytes) } };
  if (a.kind === 'decimal' && b.kind === 'decimal')
    return { ...column, type: { ...a, precision: Math.max(a.precision, b.precision) } };
  return column;
}

/**
 * The columns that identify a row. Where a table is replaced as a whole and has no id, as the descriptions of fields that newer
 * Fulls bring, these are all of its columns.
 */
function tableKey({ extract, key, mode, deletes }: ExtractPlan, columns: readonly Column[]): readonly string[] {
  const names = columns.map(({ name }) => name);
  const missing = key.filter((name) => !names.includes(name));
  if (missing.length === 0) return key;
  if (mode === 'replace' && deletes.file === undefined && names.length > 0) return names;
  throw new DataFailure(
    'E_ARCHIVE_KEY_MISSING',
    `${extract} has no column ${missing.join(', ')}, which identifies its rows; it has ${names.join(', ') || 'none'}. ` +
      `Windrow cannot tell its rows apart: tell its authors which columns do.`,
    { details: { extract, missing } },
  );
}
