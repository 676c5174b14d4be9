import type { Temporal } from '#framework';

import { type LoadedTable, sameKey, sameTombstone } from './apply.ts';
import { TABLE_BASE, TOMBSTONE, windowEndColumn } from './names.ts';
import { lines, literal, qualified, quote, timestampLiteral } from './text.ts';

export interface AuditQuestion {
  readonly schema: string;
  readonly windowEnd: Temporal.Instant;
}

/** One select for each thing to check of a table, each giving the table's place and a number of rows. */
export function auditSelects(table: LoadedTable, place: number, question: AuditQuestion): readonly string[] {
  return [
    ...(table.updates === undefined ? [] : [presentRows(table, table.updates, { ...question, place })]),
    ...(table.deletes === undefined ? [] : [absentRows(table, table.deletes, { ...question, place })]),
    ...(table.mode === 'replace' ? [strayRows(table, { ...question, place })] : []),
  ];
}

interface Place extends AuditQuestion {
  readonly place: number;
}

/** Staged rows that stand in the target, or give way to a later deletion or Full. A row that stands twice counts twice. */
function presentRows(table: LoadedTable, staging: string, { schema, windowEnd, place }: Place): string {
  const end = timestampLiteral(windowEnd);
  const later = [`where "table_name" = ${literal(table.table)}`, `and "window_end" > ${end}`];
  return lines(
    `select ${place}, sum(case`,
    `when windrow_kept.${windowEndColumn} >= ${end} then 1`,
    `when windrow_kept.${windowEndColumn} is null and windrow_gone."table_name" is not null then 1`,
    `when windrow_kept.${windowEndColumn} is null and windrow_base."window_end" is not null then 1`,
    'else 0 end)',
    `from ${qualified(schema, staging)} as windrow_staged`,
    `left join ${qualified(schema, table.table)} as windrow_kept`,
    `on ${sameKey(table.key, 'windrow_staged', 'windrow_kept')}`,
    `left join (`,
    `select distinct "table_name", "key_1", "key_2", "key_3" from ${qualified(schema, TOMBSTONE)}`,
    later,
    ') as windrow_gone',
    `on ${sameTombstone(table, 'windrow_staged', 'windrow_gone')}`,
    'cross join (',
    `select max("window_end") as "window_end" from ${qualified(schema, TABLE_BASE)}`,
    later,
    ') as windrow_base',
  );
}

/** Deleted keys that are absent, or came back in this window or a later one. */
function absentRows(table: LoadedTable, staging: string, { schema, windowEnd, place }: Place): string {
  const kept = `windrow_kept.${windowEndColumn}`;
  return lines(
    `select ${place}, sum(case when ${kept} is null or ${kept} >= ${timestampLiteral(windowEnd)} then 1 else 0 end)`,
    `from ${qualified(schema, staging)} as windrow_staged`,
    `left join ${qualified(schema, table.table)} as windrow_kept`,
    `on ${sameKey(table.key, 'windrow_staged', 'windrow_kept')}`,
  );
}

/** Rows up to the end of a Full that the Full does not have. */
function strayRows(table: LoadedTable, { schema, windowEnd, place }: Place): string {
  const kept = `windrow_kept.${windowEndColumn} <= ${timestampLiteral(windowEnd)}`;
  const from = `from ${qualified(schema, table.table)} as windrow_kept`;
  if (table.updates === undefined) return lines(`select ${place}, count(*)`, from, `where ${kept}`);
  const key = table.key.map((column) => quote(column.name)).join(', ');
  return lines(
    `select ${place}, count(*)`,
    from,
    `left join (select 1 as windrow_here, ${key} from ${qualified(schema, table.updates)}) as windrow_staged`,
    `on ${sameKey(table.key, 'windrow_staged', 'windrow_kept')}`,
    `where ${kept}`,
    'and windrow_staged.windrow_here is null',
  );
}
