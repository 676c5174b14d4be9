import {
  type ColumnType,
  type DeletePolicy,
  type ExistingType,
  POLICY_COLUMNS,
  RECORD_ID,
  SCHEMA_DRIFT,
  type SchemaChange,
  type SchemaDrift,
  type Temporal,
  VALID_FROM,
  WINDOW_END,
  boundedName,
} from '#framework';

import { type TableLayout, layoutClause } from '../../load/layout.ts';
import { inPieces } from '../pieces.ts';
import {
  type Statement,
  castText,
  lines,
  literal,
  nullableLiteral,
  qualified,
  quote,
  superText,
  typeText,
  timestampLiteral,
} from '../text.ts';

/** Rows of a table that stood there before Windrow are older than every window. */
const BEFORE_EVERY_WINDOW = "'1900-01-01 00:00:00'";

/**
 * The statements of one change. `alone` ones refuse a transaction; the others belong into one transaction together with
 * their row of the drift log.
 */
export function changeStatements(
  schema: string,
  change: SchemaChange,
  layout?: TableLayout,
): { readonly alone: boolean; readonly statements: readonly Statement[] } {
  const table = qualified(schema, change.table);
  const sql = 'column' in change ? columnSql(table, change) : tableSql(table, change, layout);
  const name = `${change.kind.replaceAll('_', ' ')} of ${change.table}`;
  return { alone: change.kind === 'widen_text', statements: sql.map((one) => ({ name, sql: one })) };
}

/** A change of a table as a whole. */
type TableChange = Exclude<SchemaChange, { readonly column: string }>;

function tableSql(table: string, change: TableChange, layout: TableLayout | undefined): readonly string[] {
  switch (change.kind) {
    case 'create_table':
      return [createTable(table, change, layout)];
    case 'adopt_table':
      return [
        `alter table ${table} add column ${quote(WINDOW_END)} timestamp default ${BEFORE_EVERY_WINDOW} not null`,
        `alter table ${table} add column ${quote(RECORD_ID)} bigint default 0 not null`,
        ...keepDeletes(table, change.deletePolicy),
      ];
    case 'keep_deletes':
      return keepDeletes(table, change.deletePolicy);
    case 'drop_table':
      return [`drop table ${table}`];
    case 'rename_table':
      return [`alter table ${table} rename to ${quote(change.to)}`];
    case 'keep_table':
      return [];
  }
}

function columnSql(table: string, change: Exclude<SchemaChange, TableChange>): readonly string[] {
  switch (change.kind) {
    case 'add_column':
      return [`alter table ${table} add column ${quote(change.column)} ${typeText(change.type)}`];
    case 'widen_text':
      return [`alter table ${table} alter column ${quote(change.column)} type varchar(${change.bytes})`];
    case 'change_type':
      return replaceColumn(table, change);
    case 'drop_column':
      return [`alter table ${table} drop column ${quote(change.column)}`];
    case 'rename_column':
      return [`alter table ${table} rename column ${quote(change.column)} to ${quote(change.to)}`];
    case 'keep_column':
      return [];
  }
}

export interface DriftOrigin {
  readonly pipelineId: string;
  readonly recordId: number;
  readonly windowEnd: Temporal.Instant;
  readonly changedAt: Temporal.Instant;
}

export function insertDrift(schema: string, rows: readonly SchemaDrift[], origin: DriftOrigin): readonly Statement[] {
  const tuples = rows.map(
    (row) =>
      `(${[
        literal(row.table),
        nullableLiteral(row.column),
        literal(row.change),
        literal(row.sentence),
        literal(origin.pipelineId),
        String(origin.recordId),
        timestampLiteral(origin.windowEnd),
        timestampLiteral(origin.changedAt),
        literal(row.decision),
      ].join(', ')})`,
  );
  return inPieces(tuples).map((piece) => ({
    name: 'write the schema drift log',
    sql: lines(
      `insert into ${qualified(schema, SCHEMA_DRIFT)}`,
      '("table_name", "column_name", "change", "sentence", "pipeline_id", "record_id", "window_end", "changed_at", "decision")',
      'values',
      piece.join(',\n'),
    ),
  }));
}

/** Standing rows are versions since the window that wrote them. */
function keepDeletes(table: string, policy: DeletePolicy): readonly string[] {
  const columns = policyColumns(policy).map((column) => `alter table ${table} add column ${column}`);
  if (policy !== 'history') return columns;
  return [...columns, `update ${table} set ${quote(VALID_FROM)} = ${quote(WINDOW_END)}`];
}

function policyColumns(policy: DeletePolicy): readonly string[] {
  return POLICY_COLUMNS[policy].map((name) => `${quote(name)} timestamp`);
}

function createTable(
  table: string,
  { columns, deletePolicy }: Extract<SchemaChange, { readonly kind: 'create_table' }>,
  layout: TableLayout | undefined,
): string {
  const body = [
    ...columns.map((column) => `${quote(column.name)} ${typeText(column.type)}`),
    `${quote(WINDOW_END)} timestamp not null`,
    `${quote(RECORD_ID)} bigint not null`,
    ...policyColumns(deletePolicy),
  ];
  return lines(`create table ${table} (`, body.map((line) => `  ${line}`).join(',\n'), ')', layoutClause(layout));
}

/** Redshift alters nothing but the size of a VARCHAR, so a column of the new type takes the old one's place. */
function replaceColumn(
  table: string,
  change: Extract<SchemaChange, { readonly kind: 'change_type' }>,
): readonly string[] {
  const old = quote(change.column);
  const fresh = quote(boundedName(`_windrow_new_${change.column}`));
  return [
    `alter table ${table} add column ${fresh} ${typeText(change.to)}`,
    lines(`update ${table}`, `set ${fresh} = ${converted(old, change.from, change)}`),
    `alter table ${table} drop column ${old}`,
    `alter table ${table} rename column ${fresh} to ${old}`,
  ];
}

function converted(
  expression: string,
  from: ExistingType,
  change: Extract<SchemaChange, { readonly kind: 'change_type' }>,
): string {
  return from.kind === 'foreign' ? foreignValue(expression, change.to) : castText(expression, from, change.to);
}

function foreignValue(expression: string, to: ColumnType): string {
  return to.kind === 'long_text'
    ? superText([`cast(${expression} as varchar)`])
    : `cast(${expression} as ${typeText(to)})`;
}
