import {
  type Column,
  type ExistingType,
  RECORD_ID,
  SCHEMA_DRIFT,
  type SchemaChange,
  type SchemaDrift,
  type Temporal,
  WINDOW_END,
} from '#framework';

import { type TableLayout, layoutClause } from '../layout.ts';
import { inPieces } from './pieces.ts';
import {
  type Statement,
  castText,
  lines,
  literal,
  nullableLiteral,
  qualified,
  quote,
  typeText,
  timestampLiteral,
} from './text.ts';

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
  const named = (sql: string): Statement => ({ name: `${change.kind.replaceAll('_', ' ')} of ${change.table}`, sql });
  const together = (...sql: readonly string[]) => ({ alone: false, statements: sql.map(named) });
  switch (change.kind) {
    case 'create_table':
      return together(createTable(qualified(schema, change.table), change.columns, layout));
    case 'adopt_table':
      return together(
        `alter table ${table} add column ${quote(WINDOW_END)} timestamp default ${BEFORE_EVERY_WINDOW} not null`,
        `alter table ${table} add column ${quote(RECORD_ID)} bigint default 0 not null`,
      );
    case 'add_column':
      return together(`alter table ${table} add column ${quote(change.column)} ${typeText(change.type)}`);
    case 'widen_text':
      return {
        alone: true,
        statements: [named(`alter table ${table} alter column ${quote(change.column)} type varchar(${change.bytes})`)],
      };
    case 'change_type':
      return together(...replaceColumn(table, change));
    case 'drop_column':
      return together(`alter table ${table} drop column ${quote(change.column)}`);
    case 'rename_column':
      return together(`alter table ${table} rename column ${quote(change.column)} to ${quote(change.to)}`);
    case 'drop_table':
      return together(`drop table ${table}`);
    case 'rename_table':
      return together(`alter table ${table} rename to ${quote(change.to)}`);
    case 'keep_column':
    case 'keep_table':
      return { alone: false, statements: [] };
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

function createTable(table: string, columns: readonly Column[], layout: TableLayout | undefined): string {
  const body = [
    ...columns.map((column) => `${quote(column.name)} ${typeText(column.type)}`),
    `${quote(WINDOW_END)} timestamp not null`,
    `${quote(RECORD_ID)} bigint not null`,
  ];
  return lines(`create table ${table} (`, body.map((line) => `  ${line}`).join(',\n'), ')', layoutClause(layout));
}

/** Redshift alters nothing but the size of a VARCHAR, so a column of the new type takes the old one's place. */
function replaceColumn(
  table: string,
  change: Extract<SchemaChange, { readonly kind: 'change_type' }>,
): readonly string[] {
  const old = quote(change.column);
  const fresh = quote(`_windrow_new_${change.column}`);
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
  return from.kind === 'foreign'
    ? `cast(${expression} as ${typeText(change.to)})`
    : castText(expression, from, change.to);
}
