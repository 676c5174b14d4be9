import { type AppliedTable, RECORD_ID, TABLE_BASE, WINDOW_END, liveRows } from '#framework';

import { notSpared, sameKey, sameTombstone, tombstonesOf } from '../keys.ts';
import type { AppliedWindow } from '../load/insert-rows.ts';
import { END, type Statement, quote } from '../text.ts';

/**
 * One statement for each thing to check of a table, among its live rows. Each gives the number of staged keys that the target satisfies, and
 * the number of target rows too many. Both are counted key by key: one never makes up for the other.
 */
export function auditStatements(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  const name = `audit ${table.table}`;
  const { end } = window;
  const own = { end, table: table.table };
  return [
    ...(table.updates === undefined ? [] : [{ name, sql: presentKeys(table, table.updates), values: own }]),
    ...(table.deletes === undefined
      ? []
      : [
          {
            name,
            sql: absentKeys(table, table.deletes),
            values: { end, record: String(window.recordId) },
          },
        ]),
    ...(table.mode === 'replace' ? [{ name, sql: strayRows(table), values: { end } }] : []),
  ];
}

const KEPT_END = `kept.${quote(WINDOW_END)}`;

/** Staged keys that have their row in the target, or gave way to a later deletion or Full; one row each, and none older. */
function presentKeys({ table, key, deletePolicy }: AppliedTable, updates: string): string {
  const keys = key.map(({ name }) => `staged.${quote(name)}`).join(', ');
  return `
    select count(*) filter (where here > 0 or overruled), coalesce(sum(older + greatest(here - 1, 0)), 0)
    from (
      select
        count(*) filter (where ${KEPT_END} >= ${END}) as here,
        count(*) filter (where ${KEPT_END} < ${END}) as older,
        count(gone.is_gone) > 0 or exists (
          select 1 from ${quote(TABLE_BASE)} where table_name = $table and window_end > ${END}
        ) as overruled
      from ${quote(updates)} as staged
      left join ${liveRows(deletePolicy, quote(table))} as kept on ${sameKey(key, 'staged', 'kept')}
      left join (select true as is_gone, * from ${tombstonesOf('>')}) as gone
        on ${sameTombstone(key, 'staged', 'gone')}
      group by ${keys}
    )
  `;
}

/** Every deleted key, and its rows up to the window, unless the window itself brought the key again. */
function absentKeys({ table, key, updates, deletePolicy }: AppliedTable, deletes: string): string {
  const recreated =
    updates === undefined ? '' : `anti join ${quote(updates)} as again on ${sameKey(key, 'again', 'kept')}`;
  // A Full with the same end may bring the key too; that row bears the record of the Full.
  return `
    select (select count(*) from ${quote(deletes)}), count(*)
    from ${liveRows(deletePolicy, quote(table))} as kept
    semi join ${quote(deletes)} as staged on ${sameKey(key, 'staged', 'kept')}
    ${recreated}
    where ${KEPT_END} < ${END} or (${KEPT_END} = ${END} and kept.${quote(RECORD_ID)} = cast($record as bigint))
  `;
}

/** Rows up to the end of a Full that the Full does not have. */
function strayRows(applied: AppliedTable): string {
  const { table, key, updates, deletePolicy } = applied;
  const known =
    updates === undefined ? '' : `anti join ${quote(updates)} as staged on ${sameKey(key, 'staged', 'kept')}`;
  return `
    select 0, count(*)
    from ${liveRows(deletePolicy, quote(table))} as kept
    ${known}
    where ${KEPT_END} <= ${END} ${notSpared(applied)}
  `;
}
