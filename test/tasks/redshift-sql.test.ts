import { describe, expect, it } from 'vitest';

import { type AppliedColumn, type AppliedTable, type Column, type ExistingType, Temporal, recordId } from '#framework';

import { readColumns } from '../../tasks/redshift/sql/catalog.ts';
import { applyStatements } from '../../tasks/redshift/sql/load/apply.ts';
import { copyStatement, countStaged, createStaging, dropTables } from '../../tasks/redshift/sql/load/copy.ts';
import { changeStatements, insertDrift } from '../../tasks/redshift/sql/load/evolve.ts';
import { findLoad, guardLoad, insertLoadLog, lockLoadLog } from '../../tasks/redshift/sql/load/load-log.ts';
import { castText, literal, quote, timestampLiteral, valueText } from '../../tasks/redshift/sql/text.ts';

const end = Temporal.Instant.from('2026-01-20T13:30:00.123456Z');
const window = { schema: 'vault', windowEnd: end, recordId: 42 };
const id = { name: 'id', type: { kind: 'text', bytes: 20 }, targetType: { kind: 'text', bytes: 40 } } as const;
const price = {
  name: 'price__c',
  type: { kind: 'decimal', precision: 38, scale: 2 },
  targetType: { kind: 'decimal', precision: 38, scale: 4 },
} as const;
const product: AppliedTable = {
  table: 'product__v',
  mode: 'merge',
  deletePolicy: 'hard',
  columns: [id, price],
  key: [id],
  updates: 'windrow_stage_r42_f7_0_updates',
  deletes: 'windrow_stage_r42_f7_0_deletes',
};
const load = {
  pipelineId: 'veeva_incremental',
  recordId: 42,
  loadId: "42:1'",
  fence: 7,
  window: { start: Temporal.Instant.from('2026-01-20T13:15:00Z'), end, zone: 'UTC' },
};

describe('text of names and values', () => {
  it('doubles quotes in a name and folds it to lower case', () => {
    expect(quote('Pro"duct__V')).toBe('"pro""duct__v"');
  });

  it.each(['', 'a\\b', 'a\0', 'é'.repeat(64)])('refuses the name %j', (name) => {
    expect(() => quote(name)).toThrow(expect.objectContaining({ code: 'E_REDSHIFT_NAME' }));
  });

  it('escapes the backslash, which Redshift would read as an escape', () => {
    expect(literal("it's C:\\new")).toBe("'it''s C:\\\\new'");
  });

  it('writes an instant in UTC with microseconds and without a zone', () => {
    expect(timestampLiteral(end)).toBe("timestamp '2026-01-20 13:30:00.123456'");
  });

  it('turns a boolean into text without a cast, which Redshift lacks', () => {
    const text = "case when x then 'true' when not x then 'false' end";
    expect(valueText('x', { kind: 'boolean' })).toBe(text);
    expect(castText('x', { kind: 'boolean' }, { kind: 'text', bytes: 5 })).toBe(text);
  });
});

describe('applying a window', () => {
  it('buries deleted keys, removes older rows of both sides by one statement, then inserts what nothing later forbids', () => {
    expect(applyStatements([product], window).map((statement) => statement.sql)).toEqual([
      `insert into "vault"."windrow_tombstone" ("table_name", "key_1", "key_2", "key_3", "window_end")
select 'product__v', windrow_staged."id", cast(null as varchar), cast(null as varchar), timestamp '2026-01-20 13:30:00.123456'
from "vault"."windrow_stage_r42_f7_0_deletes" as windrow_staged
left join "vault"."windrow_tombstone" as windrow_gone
on windrow_gone."table_name" = 'product__v'
and coalesce('[' || windrow_staged."id" || ']', '') = coalesce('[' || windrow_gone."key_1" || ']', '')
and windrow_gone."window_end" >= timestamp '2026-01-20 13:30:00.123456'
where windrow_gone."window_end" is null`,
      `delete from "vault"."product__v"
where (coalesce('[' || "product__v"."id" || ']', '')) in (
select coalesce('[' || windrow_staged."id" || ']', '') from "vault"."windrow_stage_r42_f7_0_deletes" as windrow_staged
union all
select coalesce('[' || windrow_staged."id" || ']', '') from "vault"."windrow_stage_r42_f7_0_updates" as windrow_staged
)
and "product__v"."_windrow_window_end" <= timestamp '2026-01-20 13:30:00.123456'`,
      `insert into "vault"."product__v" ("id", "price__c", "_windrow_window_end", "_windrow_record_id")
select windrow_staged."id", cast(windrow_staged."price__c" as decimal(38, 4)), timestamp '2026-01-20 13:30:00.123456', 42
from "vault"."windrow_stage_r42_f7_0_updates" as windrow_staged
left join "vault"."product__v" as windrow_kept
on coalesce('[' || windrow_staged."id" || ']', '') = coalesce('[' || windrow_kept."id" || ']', '')
left join "vault"."windrow_tombstone" as windrow_gone
on windrow_gone."table_name" = 'product__v'
and coalesce('[' || windrow_staged."id" || ']', '') = coalesce('[' || windrow_gone."key_1" || ']', '')
and windrow_gone."window_end" > timestamp '2026-01-20 13:30:00.123456'
where windrow_kept."_windrow_window_end" is null
and windrow_gone."window_end" is null
and not exists (
select 1 from "vault"."windrow_table_base" as windrow_base
where windrow_base."table_name" = 'product__v'
and windrow_base."window_end" > timestamp '2026-01-20 13:30:00.123456'
)`,
    ]);
  });

  it('looks for all columns of a key at once where it removes older rows', () => {
    const version = { name: 'version', type: price.type, targetType: price.targetType };
    const { deletes: _, ...updated } = product;
    const [remove] = applyStatements([{ ...updated, key: [id, version] }], window);
    expect(remove?.sql).toBe(`delete from "vault"."product__v"
where (coalesce('[' || "product__v"."id" || ']', ''), coalesce('[' || cast("product__v"."version" as varchar) || ']', '')) in (
select coalesce('[' || windrow_staged."id" || ']', ''), coalesce('[' || cast(cast(windrow_staged."version" as decimal(38, 4)) as varchar) || ']', '') from "vault"."windrow_stage_r42_f7_0_updates" as windrow_staged
)
and "product__v"."_windrow_window_end" <= timestamp '2026-01-20 13:30:00.123456'`);
  });

  it('replaces a table by removing everything up to the end of the Full, and notes the base', () => {
    const { deletes: _, ...full } = product;
    const statements = applyStatements([{ ...full, mode: 'replace' }], window).map((statement) => statement.sql);
    expect(statements.slice(0, 3)).toEqual([
      `delete from "vault"."windrow_tombstone"
where "window_end" <= timestamp '2026-01-20 13:30:00.123456'
and "table_name" in ('product__v')`,
      `insert into "vault"."windrow_table_base" ("table_name", "window_end")
values ('product__v', timestamp '2026-01-20 13:30:00.123456')`,
      `delete from "vault"."product__v"
where "product__v"."_windrow_window_end" <= timestamp '2026-01-20 13:30:00.123456'`,
    ]);
    expect(statements).toHaveLength(4);
  });

  it('marks deleted rows and removes what an update or a Full brings anew where deleted rows stay', () => {
    const soft = { ...product, deletePolicy: 'soft' } as const;
    expect(applyStatements([soft], window).map(({ sql }) => sql)[1]).toBe(`update "vault"."product__v"
set "_deleted_at" = coalesce("product__v"."_deleted_at", timestamp '2026-01-20 13:30:00.123456'),
"_windrow_window_end" = timestamp '2026-01-20 13:30:00.123456', "_windrow_record_id" = 42
from "vault"."windrow_stage_r42_f7_0_deletes" as windrow_staged
where coalesce('[' || windrow_staged."id" || ']', '') = coalesce('[' || "product__v"."id" || ']', '')
and "product__v"."_windrow_window_end" <= timestamp '2026-01-20 13:30:00.123456'`);
    expect(applyStatements([soft], window)).toHaveLength(4);
    const { deletes: _, ...full } = soft;
    const statements = applyStatements([{ ...full, mode: 'replace' }], window);
    expect(statements.map(({ name }) => name).slice(2)).toEqual([
      'remove older rows of product__v',
      'mark rows of product__v that the Full does not have',
      'insert rows of product__v',
    ]);
  });

  it('closes versions that differ by content, and marks the end of text so that trailing blanks count', () => {
    const history = { ...product, deletePolicy: 'history' } as const;
    const statements = applyStatements([history], window);
    expect(statements.map(({ name }) => name)).toEqual([
      'remember deleted keys',
      'take back versions of product__v that an earlier try opened',
      'take back versions of product__v that an earlier try opened',
      'close versions of product__v',
      'close versions of product__v',
      'insert rows of product__v',
      'note unchanged rows of product__v',
    ]);
    expect(statements[4]?.sql).toBe(`update "vault"."product__v"
set "_valid_to" = timestamp '2026-01-20 13:30:00.123456'
from (
select "id" as "id", "id" || ']', cast("price__c" as decimal(38, 4))
from "vault"."windrow_stage_r42_f7_0_updates"
except select "id" as "id", "id" || ']', "price__c"
from "vault"."product__v"
where "product__v"."_valid_to" is null and "product__v"."_windrow_window_end" <= timestamp '2026-01-20 13:30:00.123456'
) as windrow_closed
where coalesce('[' || windrow_closed."id" || ']', '') = coalesce('[' || "product__v"."id" || ']', '')
and "product__v"."_valid_to" is null and "product__v"."_windrow_window_end" <= timestamp '2026-01-20 13:30:00.123456'`);
  });

  it('keeps every statement of a Full of 3,000 tables under 100 KB', () => {
    const { deletes: _, ...full } = product;
    const tables = Array.from({ length: 3000 }, (__, index) => ({
      ...full,
      mode: 'replace' as const,
      table: `object_with_a_long_name_${index}__c`,
    }));
    const sizes = applyStatements(tables, window).map((statement) => Buffer.byteLength(statement.sql));
    expect(Math.max(...sizes)).toBeLessThan(100_000);
    expect(
      Buffer.byteLength(
        readColumns(
          'vault',
          tables.map((table) => table.table),
          'x',
        ).sql,
      ),
    ).toBeLessThan(100_000);
  });

  it('makes one SUPER of the pieces of a text, and keeps a short one as its only piece', () => {
    const notes = { name: 'notes', type: { kind: 'long_text' }, targetType: { kind: 'long_text' } } as const;
    const insert = (column: AppliedColumn) =>
      applyStatements([{ ...product, columns: [id, column] }], window)
        .at(-1)
        ?.sql.split('\n')[1];
    expect(insert({ ...notes, parts: ['notes__2'] })).toBe(
      `select windrow_staged."id", case when windrow_staged."notes" is null then null else ` +
        `array_concat(array(windrow_staged."notes"), case when windrow_staged."notes__2" is null then array() else array(windrow_staged."notes__2") end) end, ` +
        `timestamp '2026-01-20 13:30:00.123456', 42`,
    );
    expect(insert({ ...notes, type: { kind: 'text', bytes: 9 } })).toContain(
      'case when windrow_staged."notes" is null then null else array(windrow_staged."notes") end',
    );
  });

  it('compares a key of three columns column by column', () => {
    const parts = ['object', 'object_field', 'picklist_value_name'].map((name) => ({ ...id, name }));
    const [statement] = applyStatements([{ ...product, table: 'picklist__sys', key: parts, columns: parts }], window);
    expect(statement?.sql).toContain(
      `and coalesce('[' || windrow_staged."object_field" || ']', '') = coalesce('[' || windrow_gone."key_2" || ']', '')
and coalesce('[' || windrow_staged."picklist_value_name" || ']', '') = coalesce('[' || windrow_gone."key_3" || ']', '')`,
    );
  });
});

describe('staging', () => {
  const columns: readonly Column[] = [
    { name: 'id', type: { kind: 'text', bytes: 20 } },
    { name: 'price__c', type: { kind: 'decimal', precision: 18, scale: 2 } },
    { name: 'active__v', type: { kind: 'boolean' } },
    { name: 'created_date__v', type: { kind: 'timestamp' } },
  ];
  const copy = { schema: 'vault', staging: 's_0', columns, iamRole: 'arn:aws:iam::1:role/r' } as const;

  it('makes a table of exactly the columns of the files', () => {
    expect(createStaging(copy).sql).toBe(`create table "vault"."s_0" (
  "id" varchar(20),
  "price__c" decimal(18, 2),
  "active__v" boolean,
  "created_date__v" timestamp
)`);
  });

  it('copies Parquet with none of the options that Parquet refuses', () => {
    expect(copyStatement({ ...copy, format: 'parquet', from: { kind: 'object', url: 's3://b/k/0.parquet' } }).sql).toBe(
      `copy "vault"."s_0"
from 's3://b/k/0.parquet'
iam_role 'arn:aws:iam::1:role/r'
format as parquet
statupdate off`,
    );
  });

  it('copies CSV with its own NULL marker and ISO times, several files by a manifest', () => {
    const from = { kind: 'manifest', url: 's3://b/k/m.json' } as const;
    expect(copyStatement({ ...copy, iamRole: 'default', format: 'csv', from }).sql).toBe(
      `copy "vault"."s_0"
from 's3://b/k/m.json'
iam_role default
format as csv
null as ''
timeformat 'auto'
compupdate off
manifest
statupdate off`,
    );
  });

  it('counts rows and distinct keys of all staging tables in one statement', () => {
    const staged = [
      { staging: 's_0', key: ['id'] },
      { staging: 's_1', key: ['a', 'b'] },
    ];
    expect(countStaged('vault', staged).sql).toBe(
      `select 0, count(*), (select count(*) from (select distinct "id" from "vault"."s_0") as windrow_keys)
from "vault"."s_0"
union all
select 1, count(*), (select count(*) from (select distinct "a", "b" from "vault"."s_1") as windrow_keys)
from "vault"."s_1"`,
    );
  });

  it('drops every staging table by one statement', () => {
    const [statement, ...more] = dropTables('vault', ['s_0', 's_1']);
    expect(statement?.sql).toBe('drop table if exists "vault"."s_0", "vault"."s_1"');
    expect(more).toEqual([]);
  });
});

describe('the load log', () => {
  it('is locked before anything is read', () => {
    expect(lockLoadLog('vault').sql).toBe('lock table "vault"."windrow_load_log"');
  });

  it('stops a second load with the same id, and a load under an older fence', () => {
    expect(guardLoad('vault', load).sql).toBe(
      `select 1 / case when count(*) = 0 then 1 else 0 end
from "vault"."windrow_load_log"
where "pipeline_id" = 'veeva_incremental'
and "window_start" = timestamp '2026-01-20 13:15:00.000000'
and "window_end" = timestamp '2026-01-20 13:30:00.123456'
and ("load_id" = '42:1''' or "fence" > 7)`,
    );
  });

  it('reads numbers as text, because the Data API rounds large ones', () => {
    expect(findLoad('vault', load).sql).toContain(
      'select "load_id", cast("fence" as varchar), cast("rows" as varchar)',
    );
  });

  it('takes a row with everything that a later try needs to answer', () => {
    const row = { ...load, rows: 5, tables: 1, manifestSha256: 'ab', loadedAt: end, receipt: '{"a":"\\n"}' };
    expect(insertLoadLog('vault', row).sql).toBe(
      `insert into "vault"."windrow_load_log"
("pipeline_id", "record_id", "load_id", "window_start", "window_end", "fence", "rows", "tables", "manifest_sha256", "loaded_at", "receipt")
values ('veeva_incremental', 42, '42:1''', timestamp '2026-01-20 13:15:00.000000', timestamp '2026-01-20 13:30:00.123456', 7, 5, 1, 'ab', timestamp '2026-01-20 13:30:00.123456', '{"a":"\\\\n"}')`,
    );
  });
});

describe('schema changes', () => {
  it('makes a table with the two system columns', () => {
    const change = { kind: 'create_table', table: 'product__v', columns: [id], deletePolicy: 'hard' } as const;
    expect(changeStatements('vault', change).statements[0]?.sql).toBe(`create table "vault"."product__v" (
  "id" varchar(20),
  "_windrow_window_end" timestamp not null,
  "_windrow_record_id" bigint not null
)`);
  });

  it('widens text alone, because Redshift refuses it inside a transaction', () => {
    expect(changeStatements('vault', { kind: 'widen_text', table: 't', column: 'c', from: 10, bytes: 20 })).toEqual({
      alone: true,
      statements: [{ name: 'widen text of t', sql: 'alter table "vault"."t" alter column "c" type varchar(20)' }],
    });
  });

  it('changes a type by a new column that takes the place of the old one', () => {
    const change = { kind: 'change_type', table: 't', column: 'c', from: id.type, to: price.targetType } as const;
    expect(changeStatements('vault', change).statements.map((statement) => statement.sql)).toEqual([
      'alter table "vault"."t" add column "_windrow_new_c" decimal(38, 4)',
      'update "vault"."t"\nset "_windrow_new_c" = cast("c" as decimal(38, 4))',
      'alter table "vault"."t" drop column "c"',
      'alter table "vault"."t" rename column "_windrow_new_c" to "c"',
    ]);
  });

  it('puts standing values into the SUPER that takes their place', () => {
    const update = (from: ExistingType) =>
      changeStatements('vault', { kind: 'change_type', table: 't', column: 'c', from, to: { kind: 'long_text' } })
        .statements.map(({ sql }) => sql)
        .slice(0, 2);
    expect(update(id.type)).toEqual([
      'alter table "vault"."t" add column "_windrow_new_c" super',
      'update "vault"."t"\nset "_windrow_new_c" = case when "c" is null then null else array("c") end',
    ]);
    expect(update({ kind: 'foreign', text: 'bigint' })[1]).toContain('else array(cast("c" as varchar)) end');
  });

  it('leaves a row of the drift log for each change', () => {
    const origin = { pipelineId: 'p', recordId: recordId(42), windowEnd: end, changedAt: end };
    const rows = [{ table: 't', change: 'drop_table', sentence: "It's gone.", decision: 'applied' as const }];
    expect(insertDrift('vault', rows, origin).map((statement) => statement.sql)).toEqual([
      `insert into "vault"."windrow_schema_drift"
("table_name", "column_name", "change", "sentence", "pipeline_id", "record_id", "window_end", "changed_at", "decision")
values
('t', null, 'drop_table', 'It''s gone.', 'p', 42, timestamp '2026-01-20 13:30:00.123456', timestamp '2026-01-20 13:30:00.123456', 'applied')`,
    ]);
  });

  it('reads columns of the named tables and the names of staging tables that an earlier try left', () => {
    expect(readColumns('vault', ['t'], 'windrow_stage_r42_f').sql).toBe(
      `select table_name, column_name, data_type || ',' || coalesce(cast(character_maximum_length as varchar), '') || ',' || coalesce(cast(numeric_precision as varchar), '') || ',' || coalesce(cast(numeric_scale as varchar), ''), remarks, ordinal_position
from svv_columns
where table_schema = 'vault'
and table_name in ('t')
union all
select table_name, cast('' as varchar), cast('' as varchar), remarks, 0
from svv_tables
where table_schema = 'vault'
and (remarks is not null or substring(table_name, 1, 19) = 'windrow_stage_r42_f')
order by 1, 5`,
    );
  });
});
