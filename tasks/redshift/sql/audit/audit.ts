import { type AppliedTable, TABLE_BASE, TOMBSTONE, type Temporal, liveRows } from '#framework';

import { notSpared, sameKey, sameTombstone, stagedKey, stagedKeys } from '../keys.ts';
import { recordIdColumn, windowEndColumn } from '../names.ts';
import { lines, literal, qualified, timestampLiteral } from '../text.ts';

export interface AuditQuestion {
  readonly schema: string;
  readonly windowEnd: Temporal.Instant;
  readonly recordId: number;
}

/**
 * One select for each thing to check of a table, among its live rows. Each gives the table's place, the number of staged keys that the target
 * satisfies, and the number of target rows too many. Both are counted key by key: one never makes up for the other.
 */
export function auditSelects(table: AppliedTable, place: number, question: AuditQuestion): readonly string[] {
  return [
    ...(table.updates === undefined ? [] : [presentKeys(table, table.updates, { ...question, place })]),
    ...(table.deletes === undefined ? [] : [absentKeys(table, table.deletes, { ...question, place })]),
    ...(table.mode === 'replace' ? [strayRows(table, { ...question, place })] : []),
  ];
}

interface Place extends AuditQuestion {
  readonly place: number;
}

const KEPT_END = `windrow_kept.${windowEndColumn}`;

/** Staged keys that have their row in the target, or gave way to a later deletion or Full; one row each, and none older. */
function presentKeys(table: AppliedTable, staging: string, { schema, windowEnd, place }: Place): string {
  const end = timestampLiteral(windowEnd);
  const later = [`where "table_name" = ${literal(table.table)}`, `and "window_end" > ${end}`];
  return lines(
    `select ${place}, sum(case when windrow_rows > 0 or windrow_overruled > 0 then 1 else 0 end),`,
    'sum(windrow_older + case when windrow_rows > 1 then windrow_rows - 1 else 0 end)',
    'from (',
    `select sum(case when ${KEPT_END} >= ${end} then 1 else 0 end) as windrow_rows,`,
    `sum(case when ${KEPT_END} < ${end} then 1 else 0 end) as windrow_older,`,
    'count(windrow_gone."table_name") + count(windrow_base."window_end") as windrow_overruled',
    `from ${qualified(schema, staging)} as windrow_staged`,
    `left join ${liveRows(table.deletePolicy, qualified(schema, table.table))} as windrow_kept`,
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
    `group by ${stagedKey(table.key, 'windrow_staged')}`,
    ') as windrow_keys',
  );
}

/** Every deleted key, and its rows up to the window, unless the window itself brought the key again. */
function absentKeys(table: AppliedTable, staging: string, { schema, windowEnd, recordId, place }: Place): string {
  const end = timestampLiteral(windowEnd);
  // A Full with the same end may bring the key too; that row bears the record of the Full.
  const ofWindow = `${KEPT_END} = ${end} and windrow_kept.${recordIdColumn} = ${recordId}`;
  const recreated = table.updates === undefined ? '' : ' and windrow_again.windrow_here is null';
  return lines(
    `select ${place}, count(*), sum(windrow_rows)`,
    'from (',
    `select sum(case when (${KEPT_END} < ${end} or (${ofWindow}))${recreated} then 1 else 0 end) as windrow_rows`,
    `from ${qualified(schema, staging)} as windrow_staged`,
    `left join ${liveRows(table.deletePolicy, qualified(schema, table.table))} as windrow_kept`,
    `on ${sameKey(table.key, 'windrow_staged', 'windrow_kept')}`,
    table.updates === undefined
      ? ''
      : lines(
          `left join ${stagedKeys(table, qualified(schema, table.updates))} as windrow_again`,
          `on ${sameKey(table.key, 'windrow_again', 'windrow_kept')}`,
        ),
    `group by ${stagedKey(table.key, 'windrow_staged')}`,
    ') as windrow_keys',
  );
}

/** Rows up to the end of a Full that the Full does not have. */
function strayRows(table: AppliedTable, { schema, windowEnd, place }: Place): string {
  const kept = `${KEPT_END} <= ${timestampLiteral(windowEnd)}`;
  const from = `from ${liveRows(table.deletePolicy, qualified(schema, table.table))} as windrow_kept`;
  const spares = notSpared(table, schema, 'windrow_kept');
  if (table.updates === undefined) return lines(`select ${place}, 0, count(*)`, from, `where ${kept}`, spares);
  return lines(
    `select ${place}, 0, count(*)`,
    from,
    `left join ${stagedKeys(table, qualified(schema, table.updates))} as windrow_staged`,
    `on ${sameKey(table.key, 'windrow_staged', 'windrow_kept')}`,
    `where ${kept}`,
    'and windrow_staged.windrow_here is null',
    spares,
  );
}
