import { LOAD_LOG, QUARANTINE, RECONCILIATION, SCHEMA_DRIFT, TABLE_BASE, TOMBSTONE } from '#framework';

import { type Statement, lines, qualified, quote } from './text.ts';

export function createSchema(schema: string): Statement {
  return { name: `create schema ${schema}`, sql: `create schema if not exists ${quote(schema)}` };
}

/** Everything Windrow keeps in the target, made where it is missing; safe to run again. */
export function createSystemTables(schema: string): readonly Statement[] {
  return [
    table(schema, LOAD_LOG, [
      '"pipeline_id" varchar(256) not null',
      '"record_id" bigint not null',
      '"load_id" varchar(512) not null',
      '"window_start" timestamp not null',
      '"window_end" timestamp not null',
      '"fence" bigint not null',
      '"rows" bigint not null',
      '"tables" bigint not null',
      '"manifest_sha256" varchar(64) not null',
      '"loaded_at" timestamp not null',
      '"receipt" varchar(65535) not null',
    ]),
    // One row for each deletion that a window brought; a key may have several, the latest counts.
    table(schema, TOMBSTONE, [
      '"table_name" varchar(127) not null',
      '"key_1" varchar(1024)',
      '"key_2" varchar(1024)',
      '"key_3" varchar(1024)',
      '"window_end" timestamp not null',
    ]),
    // The window end of each Full that replaced a table: nothing of an earlier window may enter the table any more.
    table(schema, TABLE_BASE, ['"table_name" varchar(127) not null', '"window_end" timestamp not null']),
    table(schema, SCHEMA_DRIFT, [
      '"table_name" varchar(127) not null',
      '"column_name" varchar(127)',
      '"change" varchar(32) not null',
      '"sentence" varchar(2048) not null',
      '"pipeline_id" varchar(256) not null',
      '"record_id" bigint not null',
      '"window_end" timestamp not null',
      '"changed_at" timestamp not null',
      DECISION,
    ]),
    // What each Full found about the tables before it replaced them; sample 0 holds a total, a higher one names a row.
    table(schema, RECONCILIATION, [
      '"pipeline_id" varchar(256) not null',
      '"record_id" bigint not null',
      '"load_id" varchar(512) not null',
      '"fence" bigint not null',
      '"window_end" timestamp not null',
      '"reported_at" timestamp not null',
      '"table_name" varchar(127)',
      '"finding" varchar(32) not null',
      '"column_name" varchar(127)',
      '"rows" bigint not null',
      '"sample" bigint not null',
      '"key_1" varchar(4096)',
      '"key_2" varchar(4096)',
      '"key_3" varchar(4096)',
      '"from_time" timestamp',
      '"to_time" timestamp',
    ]),
    table(schema, QUARANTINE, QUARANTINED),
  ];
}

/** `applied`, or for a change that a contract keeps back `paused` or `failed`, and `accepted` once somebody said so. */
const DECISION = `"decision" varchar(16) default 'applied' not null`;

/** For a drift log that was made before it had decisions. */
export function addDecision(schema: string): Statement {
  return {
    name: `let ${SCHEMA_DRIFT} keep decisions`,
    sql: `alter table ${qualified(schema, SCHEMA_DRIFT)} add column ${DECISION}`,
  };
}

/** Rows of the source that no table can hold, from the latest load of their window. */
const QUARANTINED = [
  '"pipeline_id" varchar(256) not null',
  '"record_id" bigint not null',
  '"window_start" timestamp not null',
  '"window_end" timestamp not null',
  '"quarantined_at" timestamp not null',
  '"extract" varchar(512) not null',
  '"table_name" varchar(127) not null',
  '"side" varchar(16) not null',
  '"line_number" bigint not null',
  '"row_key" varchar(65535)',
  '"column_name" varchar(512)',
  '"code" varchar(64) not null',
  '"reason" varchar(1024) not null',
  '"value" varchar(16384)',
  '"row_text" varchar(65535) not null',
];

function table(schema: string, name: string, columns: readonly string[]): Statement {
  const body = columns.map((column, index) => `  ${column}${index < columns.length - 1 ? ',' : ''}`);
  return { name: `create ${name}`, sql: lines(`create table if not exists ${qualified(schema, name)} (`, body, ')') };
}
