import type { ChangeRecorder } from './change-set.ts';
import { type ColumnSpec, type Extract, type VaultColumn, columns, extractId } from './extract.ts';
import { insertInto } from './insert.ts';
import { objectExtract } from './object-extracts.ts';
import { picklistRows } from './picklists.ts';
import { changedRow, type RowContext } from './row-maker.ts';
import type { Table } from './table.ts';

export interface SchemaStep {
  readonly seed: number;
  /** Number of the window, from 1. */
  readonly window: number;
  readonly context: RowContext;
  readonly recorder: ChangeRecorder;
}

/** Every twelve windows the configuration changes in each way once. */
export const SCHEMA_CYCLE = 12;

const STEPS: Readonly<Record<number, (step: SchemaStep) => void>> = {
  3: addColumn,
  4: addColumn,
  5: addObject,
  7: dropColumn,
  9: dropObject,
  11: widenColumn,
};

export function changeSchema(step: SchemaStep): void {
  STEPS[step.window % SCHEMA_CYCLE]?.(step);
}

const NEW_COLUMN_TYPES = ['String:40', 'Number', 'DateTime', 'Boolean', 'LongText', 'Date', 'MultiPicklist'];

/** The values of records that do not change stay empty, in the Vault's next Full too. */
function addColumn({ window, context, recorder }: SchemaStep): void {
  const table = pickTable(context, (candidate) => candidate.extract.component === 'Object');
  if (table === undefined) return;
  const type = NEW_COLUMN_TYPES[Math.floor(window / SCHEMA_CYCLE) % NEW_COLUMN_TYPES.length] ?? 'Number';
  const [spec] = columns(`added_in_${window}__c:${type}`);
  if (spec !== undefined) recorder.addColumns(table.extract, [appendColumn(table, spec)], context.at);
}

function addObject({ seed, window, context, recorder }: SchemaStep): void {
  const extract = objectExtract(seed, `added_${window}__c`);
  const table = context.state.add(extract);
  recorder.addColumns(extract, extract.columns, context.at);
  for (let row = 0; row < 5; row += 1) recorder.touch(table, insertInto(table, context));
  const picklists = context.state.get('Picklist.picklist__sys');
  for (const row of picklistRows(extract, context)) recorder.touch(picklists, picklists.put(row));
}

function dropColumn({ context, recorder }: SchemaStep): void {
  const table = pickTable(context, (candidate) => droppable(candidate.extract).length > 0);
  if (table === undefined) return;
  const column = context.random.pick(droppable(table.extract));
  table.extract = { ...table.extract, columns: table.extract.columns.filter((other) => other !== column) };
  recorder.removeColumns(table.extract, [column], context.at);
}

/** The list of removed columns names every column of the object; `id` among them means that the object is gone. */
function dropObject({ context, recorder }: SchemaStep): void {
  const table = pickTable(context, ({ extract }) => extract.component === 'Object' && !LASTING.has(extract.name));
  if (table === undefined) return;
  context.state.drop(extractId(table.extract));
  recorder.removeColumns(table.extract, table.extract.columns.toReversed(), context.at);
}

/** Declares ten times the length and puts a value of about that length into one row. */
function widenColumn({ context, recorder }: SchemaStep): void {
  const table = pickTable(context, ({ extract }) => extract.component === 'Object' && findText(extract) !== undefined);
  const column = table === undefined ? undefined : findText(table.extract);
  if (table === undefined || column === undefined) return;
  const wider = { ...column, length: (column.length ?? 1) * 10 };
  table.extract = {
    ...table.extract,
    columns: table.extract.columns.map((other) => (other === column ? wider : other)),
  };
  recorder.addColumns(table.extract, [wider], context.at);
  const key = table.findRandomKey(context.random);
  if (key === undefined) return;
  const row = [...changedRow(table, table.get(key), context)];
  row[wider.slot] = 'wider '.repeat(Math.floor(wider.length / 6));
  recorder.touch(table, table.put(row));
}

/** Objects that other parts of the generator rely on. */
const LASTING = new Set(['product__v', 'user__sys', 'wide_form__v', '3d_model__c', 'order']);

function pickTable(context: RowContext, fits: (table: Table) => boolean): Table | undefined {
  const tables = context.state.tables('Object').filter(fits);
  return tables.length === 0 ? undefined : context.random.pick(tables);
}

function droppable(extract: Extract): VaultColumn[] {
  return extract.columns.filter((column) => column.name.endsWith('__c'));
}

/** Short enough to be widened once more, so that widening has an end. */
function findText(extract: Extract): VaultColumn | undefined {
  return extract.columns.find(
    ({ type, name, length = 0 }) => type === 'String' && name.endsWith('__c') && length < 1000,
  );
}

/** A new field, empty in every row. */
export function appendColumn(table: Table, spec: ColumnSpec): VaultColumn {
  const { extract } = table;
  const column = { ...spec, slot: extract.nextSlot };
  table.extract = { ...extract, columns: [...extract.columns, column], nextSlot: extract.nextSlot + 1 };
  return column;
}
