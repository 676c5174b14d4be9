import { LOAD_LOG, QUARANTINE, RECONCILIATION, SCHEMA_DRIFT, TABLE_BASE, TOMBSTONE } from '#framework';

import { type Statement, quote } from './text.ts';

/** `applied`, or for a change that a contract keeps back `paused` or `failed`, and `accepted` once somebody said so. */
const DECISION = "decision varchar default 'applied'";

const COLUMNS: Readonly<Record<string, string>> = {
  [LOAD_LOG]: `
    pipeline_id varchar not null,
    record_id bigint not null,
    load_id varchar not null,
    window_start timestamp not null,
    window_end timestamp not null,
    fence bigint not null,
    "rows" bigint not null,
    "tables" bigint not null,
    manifest_sha256 varchar not null,
    loaded_at timestamp not null,
    receipt varchar not null
  `,
  // One row for each deletion that a window brought; a key may have several, the latest counts.
  [TOMBSTONE]: `
    table_name varchar not null,
    key_1 varchar,
    key_2 varchar,
    key_3 varchar,
    window_end timestamp not null
  `,
  // The window end of the last Full that replaced a table: nothing of an earlier window may enter the table any more.
  [TABLE_BASE]: `
    table_name varchar not null,
    window_end timestamp not null
  `,
  [SCHEMA_DRIFT]: `
    table_name varchar not null,
    column_name varchar,
    change varchar not null,
    sentence varchar not null,
    pipeline_id varchar not null,
    record_id bigint not null,
    window_end timestamp not null,
    changed_at timestamp not null,
    ${DECISION}
  `,
  // What each Full found about the tables before it replaced them; sample 0 holds a total, a higher one names a row.
  [RECONCILIATION]: `
    pipeline_id varchar not null,
    record_id bigint not null,
    load_id varchar not null,
    fence bigint not null,
    window_end timestamp not null,
    reported_at timestamp not null,
    table_name varchar,
    finding varchar not null,
    column_name varchar,
    "rows" bigint not null,
    sample bigint not null,
    key_1 varchar,
    key_2 varchar,
    key_3 varchar,
    from_time timestamp,
    to_time timestamp
  `,
  // Rows of the source that no table can hold, from the latest load of their window.
  [QUARANTINE]: `
    pipeline_id varchar not null,
    record_id bigint not null,
    window_start timestamp not null,
    window_end timestamp not null,
    quarantined_at timestamp not null,
    extract varchar not null,
    table_name varchar not null,
    side varchar not null,
    line_number bigint not null,
    row_key varchar,
    column_name varchar,
    code varchar not null,
    reason varchar not null,
    "value" varchar,
    row_text varchar not null
  `,
};

/** Everything Windrow keeps in a schema, made where it is missing. */
export const CREATE_SYSTEM_TABLES: readonly Statement[] = Object.entries(COLUMNS).map(([table, columns]) => ({
  name: `create ${table}`,
  sql: `create table if not exists ${quote(table)} (${columns})`,
}));

/** A row where the drift log is older than its decisions. */
export const FIND_OLD_DRIFT: Statement = {
  name: `look for the decisions of ${SCHEMA_DRIFT}`,
  sql: `
    select table_name
    from duckdb_columns()
    where database_name = current_database() and schema_name = current_schema() and table_name = '${SCHEMA_DRIFT}'
    group by table_name
    having not bool_or(column_name = 'decision')
  `,
};

export const ADD_DECISION: Statement = {
  name: `let ${SCHEMA_DRIFT} keep decisions`,
  sql: `alter table ${quote(SCHEMA_DRIFT)} add column ${DECISION}`,
};

export const FIND_CATALOG: Statement = { name: 'find the name of the database', sql: 'select current_database()' };

/**
 * Makes the schema and enters it: names stand alone from here on. A file vault.duckdb with a schema vault would make
 * `vault.product__v` ambiguous.
 */
export function enterSchema(catalog: string, schema: string): readonly Statement[] {
  return [
    { name: `create the schema ${schema}`, sql: `create schema if not exists ${place(catalog, schema)}` },
    useSchema(catalog, schema),
  ];
}

/** Enters a schema that is there. */
export function useSchema(catalog: string, schema: string): Statement {
  return { name: `enter the schema ${schema}`, sql: `use ${place(catalog, schema)}` };
}

function place(catalog: string, schema: string): string {
  return `${quote(catalog)}.${quote(schema)}`;
}
