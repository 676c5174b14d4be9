import { OWN_PREFIX, POLICY_COLUMNS, SCHEMA_DRIFT, type Temporal } from '#framework';

import { inPieces } from './pieces.ts';
import { type Statement, lines, literal, qualified, timestampLiteral } from './text.ts';

/**
 * The columns of the named tables at least, each type with its sizes in one text: a cell costs more than what it holds. A row
 * without a column name holds the comment of its table, or tells that a table stands whose name begins with `prefix`.
 */
export function readColumns(schema: string, tables: readonly string[], prefix: string): Statement {
  const named = namedTables(tables);
  return {
    name: `read the schema ${schema}`,
    sql: lines(
      `select table_name, column_name, data_type || ${SIZES.map((size) => `',' || coalesce(cast(${size} as varchar), '')`).join(' || ')}, remarks, ordinal_position`,
      'from svv_columns',
      `where table_schema = ${literal(schema)}`,
      named === '' ? '' : `and ${named}`,
      'union all',
      "select table_name, cast('' as varchar), cast('' as varchar), remarks, 0",
      'from svv_tables',
      `where table_schema = ${literal(schema)}`,
      `and (remarks is not null or substring(table_name, 1, ${prefix.length}) = ${literal(prefix)})`,
      'order by 1, 5',
    ),
  };
}

const SIZES = ['character_maximum_length', 'numeric_precision', 'numeric_scale'];

/** Table, column and scale of every loaded decimal with digits behind the point. */
export function readDecimals(schema: string): Statement {
  return {
    name: `read the decimals of the schema ${schema}`,
    sql: lines(
      'select table_name, column_name, cast(numeric_scale as varchar)',
      'from svv_columns',
      `where table_schema = ${literal(schema)}`,
      "and data_type = 'numeric'",
      'and numeric_scale > 0',
      `and substring(table_name, 1, ${OWN_PREFIX.length}) <> ${literal(OWN_PREFIX)}`,
    ),
  };
}

/** One row where the schema stands. */
export function findSchema(schema: string): Statement {
  return {
    name: `look for the schema ${schema}`,
    sql: lines(
      'select schema_name',
      'from svv_redshift_schemas',
      'where database_name = current_database()',
      `and schema_name = ${literal(schema)}`,
    ),
  };
}

/** When each table and column last changed by a window later than `windowEnd`: an older window must not undo it. */
export function readLaterDrift(schema: string, tables: readonly string[], windowEnd: Temporal.Instant): Statement {
  const named = namedTables(tables);
  return {
    name: 'read later schema changes',
    sql: lines(
      'select distinct table_name, column_name',
      `from ${qualified(schema, SCHEMA_DRIFT)}`,
      `where window_end > ${timestampLiteral(windowEnd)}`,
      `and "decision" = 'applied'`,
      // That a table keeps its deletes is no word of the source.
      `and "change" <> 'keep_deletes'`,
      named === '' ? '' : `and ${named}`,
    ),
  };
}

/** Staging tables that any try of a record left. */
export function listStaging(schema: string, prefix: string): Statement {
  return {
    name: 'list staging tables',
    sql: lines(
      'select table_name',
      'from svv_tables',
      `where table_schema = ${literal(schema)}`,
      `and substring(table_name, 1, ${prefix.length}) = ${literal(prefix)}`,
    ),
  };
}

/** The loaded tables, without Windrow's own. */
export function listTables(schema: string): Statement {
  return {
    name: `list the tables of ${schema}`,
    sql: lines(
      'select table_name',
      'from svv_tables',
      `where table_schema = ${literal(schema)}`,
      `and substring(table_name, 1, ${OWN_PREFIX.length}) <> ${literal(OWN_PREFIX)}`,
      'order by table_name',
    ),
  };
}

/** Names of the columns of a table, without Windrow's own. */
export function listColumns(schema: string, table: string): Statement {
  return {
    name: `list the columns of ${table}`,
    sql: lines(
      'select column_name',
      'from svv_columns',
      `where table_schema = ${literal(schema)}`,
      `and table_name = ${literal(table.toLowerCase())}`,
      "and substring(column_name, 1, 9) <> '_windrow_'",
      `and column_name not in (${Object.values(POLICY_COLUMNS).flat().map(literal).join(', ')})`,
      'order by ordinal_position',
    ),
  };
}

/** Of more tables than a statement has room for, everything is read. */
function namedTables(tables: readonly string[]): string {
  const [names, ...more] = inPieces(tables.map(literal));
  return names === undefined || more.length > 0 ? '' : `table_name in (${names.join(', ')})`;
}
