import { type AppliedTable, TABLE_BASE, TOMBSTONE, type Temporal, VALID_FROM, liveRows } from '#framework';

import { sameKey, sameTombstone } from '../keys.ts';
import { stagedValue } from '../long-text.ts';
import { recordIdColumn, windowEndColumn } from '../names.ts';
import { type Statement, lines, literal, qualified, quote, timestampLiteral } from '../text.ts';

export interface AppliedWindow {
  readonly schema: string;
  readonly windowEnd: Temporal.Instant;
  readonly recordId: number;
}

/** The condition that no later Full stands against what the window says of the table. */
export function noLaterFull(table: string, { schema, windowEnd }: AppliedWindow): string {
  return lines(
    'not exists (',
    `select 1 from ${qualified(schema, TABLE_BASE)} as windrow_base`,
    `where windrow_base."table_name" = ${literal(table)}`,
    `and windrow_base."window_end" > ${timestampLiteral(windowEnd)}`,
    ')',
  );
}

/** Staged rows enter unless a later row, a later tombstone or a later Full of the table stands against them. */
export function insertStaged(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  if (table.updates === undefined) return [];
  const end = timestampLiteral(window.windowEnd);
  const isVersion = table.deletePolicy === 'history';
  const target = qualified(window.schema, table.table);
  // A deleted row that stays stands against an older update, a closed version does not: its tombstone or Full does.
  const standing = isVersion ? liveRows(table.deletePolicy, target) : target;
  const names = table.columns.map((column) => quote(column.name));
  const own = [windowEndColumn, recordIdColumn, ...(isVersion ? [quote(VALID_FROM)] : [])];
  const values = table.columns.map((column) => stagedValue(column, 'windrow_staged'));
  const ownValues = [end, String(window.recordId), ...(isVersion ? [end] : [])];
  return [
    {
      name: `insert rows of ${table.table}`,
      sql: lines(
        `insert into ${target} (${[...names, ...own].join(', ')})`,
        `select ${[...values, ...ownValues].join(', ')}`,
        `from ${qualified(window.schema, table.updates)} as windrow_staged`,
        `left join ${standing} as windrow_kept`,
        `on ${sameKey(table.key, 'windrow_staged', 'windrow_kept')}`,
        `left join ${qualified(window.schema, TOMBSTONE)} as windrow_gone`,
        `on ${sameTombstone(table, 'windrow_staged', 'windrow_gone')}`,
        `and windrow_gone."window_end" > ${end}`,
        `where windrow_kept.${windowEndColumn} is null`,
        'and windrow_gone."window_end" is null',
        `and ${noLaterFull(table.table, window)}`,
      ),
    },
  ];
}
