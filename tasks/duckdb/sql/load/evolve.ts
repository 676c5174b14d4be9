import {
  type Column,
  type DeletePolicy,
  POLICY_COLUMNS,
  RECORD_ID,
  SCHEMA_DRIFT,
  type SchemaChange,
  type SchemaDrift,
  type TransferContext,
  VALID_FROM,
  WINDOW_END,
} from '#framework';

import { END, type Statement, castText, quote, typeText } from '../text.ts';

/** The statements of one change of the schema. */
export function changeStatements(change: SchemaChange): readonly Statement[] {
  const table = quote(change.table);
  const name = `${change.kind.replaceAll('_', ' ')} of ${change.table}`;
  return clauses(change).map((clause) => ({ name, sql: clause.replace('TABLE', () => table) }));
}

/**
 * What the rows of an adopted table, or of one whose versions begin, get, once all changes of tables are done: DuckDB fails the commit of a transaction
 * that changes a table behind a write to it, and a column with a default is such a write.
 */
export function fillStanding(change: SchemaChange): readonly Statement[] {
  const table = quote(change.table);
  const adopted: Statement = {
    name: `date the rows of ${change.table} before every window`,
    sql: `update ${table} set ${quote(WINDOW_END)} = ${BEFORE_EVERY_WINDOW}, ${quote(RECORD_ID)} = 0`,
  };
  const versions: Statement = {
    name: `begin the versions of ${change.table}`,
    sql: `update ${table} set ${quote(VALID_FROM)} = ${quote(WINDOW_END)}`,
  };
  if (change.kind === 'adopt_table') return change.deletePolicy === 'history' ? [adopted, versions] : [adopted];
  return change.kind === 'keep_deletes' && change.deletePolicy === 'history' ? [versions] : [];
}

/** A row of the drift log. */
export function insertDrift(row: SchemaDrift, context: TransferContext): Statement {
  return {
    name: 'write the schema drift log',
    sql: `
      insert into ${quote(SCHEMA_DRIFT)}
      values ($table, $column, $change, $sentence, $pipeline, cast($record as bigint), ${END}, cast($now as timestamp), $decision)
    `,
    values: {
      table: row.table,
      column: row.column ?? null,
      change: row.change,
      sentence: row.sentence,
      decision: row.decision,
      pipeline: context.pipelineId,
      record: String(context.recordId),
      end: context.window.end.toString(),
      now: context.clock.now().toString(),
    },
  };
}

/** Rows of a table that stood there before Windrow are older than every window. */
const BEFORE_EVERY_WINDOW = "timestamp '1900-01-01 00:00:00'";

function clauses(change: SchemaChange): readonly string[] {
  return 'column' in change ? columnClauses(change) : tableClauses(change);
}

/** A change of a table as a whole. */
type TableChange = Exclude<SchemaChange, { readonly column: string }>;

function tableClauses(change: TableChange): readonly string[] {
  switch (change.kind) {
    case 'create_table':
      return [`create table TABLE (${tableColumns(change).join(', ')})`];
    case 'adopt_table':
      return [
        `alter table TABLE add column ${quote(WINDOW_END)} timestamp`,
        `alter table TABLE add column ${quote(RECORD_ID)} bigint`,
        ...policyColumns(change.deletePolicy).map((column) => `alter table TABLE add column ${column}`),
      ];
    case 'keep_deletes':
      return policyColumns(change.deletePolicy).map((column) => `alter table TABLE add column ${column}`);
    case 'drop_table':
      return ['drop table TABLE'];
    case 'rename_table':
      return [`alter table TABLE rename to ${quote(change.to)}`];
    case 'keep_table':
      return [];
  }
}

function columnClauses(change: Exclude<SchemaChange, TableChange>): readonly string[] {
  switch (change.kind) {
    case 'add_column':
      return [`alter table TABLE add column ${quote(change.column)} ${typeText(change.type)}`];
    case 'change_type':
      return [`alter table TABLE alter column ${quote(change.column)} type ${typeText(change.to)}${converted(change)}`];
    case 'drop_column':
      return [`alter table TABLE drop column ${quote(change.column)}`];
    case 'rename_column':
      return [`alter table TABLE rename column ${quote(change.column)} to ${quote(change.to)}`];
    // VARCHAR has no length, and what is kept needs no change.
    case 'widen_text':
    case 'keep_column':
      return [];
  }
}

/** How old values become new ones, where it is not as DuckDB would do it. */
function converted({ column, from, to }: Extract<SchemaChange, { readonly kind: 'change_type' }>): string {
  return from.kind === 'foreign' ? '' : ` using ${castText(quote(column), from, to)}`;
}

function policyColumns(policy: DeletePolicy): readonly string[] {
  return POLICY_COLUMNS[policy].map((name) => `${quote(name)} timestamp`);
}

function tableColumns({
  columns,
  deletePolicy,
}: {
  readonly columns: readonly Column[];
  readonly deletePolicy: DeletePolicy;
}): readonly string[] {
  return [
    ...columns.map((column) => `${quote(column.name)} ${typeText(column.type)}`),
    `${quote(WINDOW_END)} timestamp not null`,
    `${quote(RECORD_ID)} bigint not null`,
    ...policyColumns(deletePolicy),
  ];
}
