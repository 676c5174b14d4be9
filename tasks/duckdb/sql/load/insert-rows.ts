import { type AppliedTable, RECORD_ID, TABLE_BASE, VALID_FROM, WINDOW_END, liveRows } from '#framework';

import { sameKey, sameTombstone, tombstonesOf } from '../keys.ts';
import { END, type Statement, quote } from '../text.ts';

export interface AppliedWindow {
  readonly end: string;
  readonly recordId: number;
}

/** The condition that no later Full stands against what the window says of the table. */
export const NO_LATER_FULL = `not exists (
  select 1 from ${quote(TABLE_BASE)} where table_name = $table and window_end > ${END}
)`;

/** Staged rows enter unless a later row, a later tombstone or a later Full of the table stands against them. */
export function insertStaged(applied: AppliedTable, { end, recordId }: AppliedWindow): readonly Statement[] {
  const { table, columns, key, updates, deletePolicy } = applied;
  if (updates === undefined) return [];
  const isVersion = deletePolicy === 'history';
  const names = columns.map(({ name }) => quote(name));
  const own = [WINDOW_END, RECORD_ID, ...(isVersion ? [VALID_FROM] : [])].map(quote);
  const ownValues = [END, 'cast($record as bigint)', ...(isVersion ? [END] : [])];
  const target = quote(table);
  // A deleted row that stays stands against an older update, a closed version does not: its tombstone or Full does.
  const standing = isVersion ? liveRows(deletePolicy, target) : target;
  return [
    {
      name: `insert rows of ${table}`,
      sql: `
        insert into ${target} (${[...names, ...own].join(', ')})
        select ${[...names.map((name) => `staged.${name}`), ...ownValues].join(', ')}
        from ${quote(updates)} as staged
        anti join ${standing} as kept on ${sameKey(key, 'staged', 'kept')}
        anti join ${tombstonesOf('>')} as gone on ${sameTombstone(key, 'staged', 'gone')}
        where ${NO_LATER_FULL}
      `,
      values: { table, end, record: String(recordId) },
    },
  ];
}
