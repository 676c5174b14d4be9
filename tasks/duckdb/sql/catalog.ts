import { SCHEMA_DRIFT, type Temporal } from '#framework';

import { END, type Statement, quote } from './text.ts';

/** Table, column and type of every column of the schema. */
export function readColumns(schema: string): Statement {
  return {
    name: `read the schema ${schema}`,
    sql: `
      select table_name, column_name, data_type
      from duckdb_columns()
      where database_name = current_database() and schema_name = $schema
      order by table_name, column_index
    `,
    values: { schema },
  };
}

/** Table, column and scale of every decimal with digits behind the point. */
export function readDecimals(schema: string): Statement {
  return {
    name: `read the decimals of the schema ${schema}`,
    sql: `
      select table_name, column_name, cast(numeric_scale as varchar)
      from duckdb_columns()
      where database_name = current_database() and schema_name = $schema
      and starts_with(data_type, 'DECIMAL') and numeric_scale > 0
    `,
    values: { schema },
  };
}

/**
 * Tables and columns that a window later than `windowEnd` changed: an older one must not undo it. That a table keeps its
 * deletes is no word of the source.
 */
export function readLaterDrift(windowEnd: Temporal.Instant): Statement {
  return {
    name: 'read later schema changes',
    sql: `
      select distinct table_name, column_name
      from ${quote(SCHEMA_DRIFT)}
      where window_end > ${END} and decision = 'applied' and change <> 'keep_deletes'
    `,
    values: { end: windowEnd.toString() },
  };
}
