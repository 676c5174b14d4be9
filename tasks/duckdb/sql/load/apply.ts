import { type AppliedTable, type DeletePolicy, TABLE_BASE, TOMBSTONE, WINDOW_END } from '#framework';

import { keyText, notSpared, sameKey, sameTombstone, tombstonesOf } from '../keys.ts';
import { END, type Statement, quote } from '../text.ts';
import { applyHistory } from './apply-history.ts';
import { applySoft } from './apply-soft.ts';
import { type AppliedWindow, insertStaged } from './insert-rows.ts';

/**
 * The last writer by window end wins, so that windows may be applied any number of times and in any order: tombstones
 * remember deletions, a table's base remembers its last Full, and a row gives way only to a window at least as late.
 */
export function applyStatements(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  const memory = table.mode === 'replace' ? rebase(table, window) : buryDeleted(table, window);
  return [...memory, ...APPLY[table.deletePolicy](table, window)];
}

const APPLY: Readonly<Record<DeletePolicy, (table: AppliedTable, window: AppliedWindow) => readonly Statement[]>> = {
  hard: (table, window) => [...removeOlder(table, window), ...insertStaged(table, window)],
  soft: applySoft,
  history: applyHistory,
};

/** A deletion of a key that already has a tombstone at least as late adds nothing. */
function buryDeleted({ table, key, deletes }: AppliedTable, { end }: AppliedWindow): readonly Statement[] {
  if (deletes === undefined) return [];
  const keys = [0, 1, 2].map((index) => {
    const column = key[index];
    return column === undefined ? 'null' : keyText(column, 'staged');
  });
  return [
    {
      name: `remember deleted keys of ${table}`,
      sql: `
        insert into ${quote(TOMBSTONE)}
        select $table, ${keys.join(', ')}, ${END}
        from ${quote(deletes)} as staged
        anti join ${tombstonesOf('>=')} as gone on ${sameTombstone(key, 'staged', 'gone')}
      `,
      values: { table, end },
    },
  ];
}

/** A Full says what exists at its end, so deletions and Fulls up to then need no memory. */
function rebase({ table }: AppliedTable, { end }: AppliedWindow): readonly Statement[] {
  const values = { table, end };
  const forget = [TOMBSTONE, TABLE_BASE].map((memory) => ({
    name: `forget what was before the Full of ${table}`,
    sql: `delete from ${quote(memory)} where table_name = $table and window_end <= ${END}`,
    values,
  }));
  const note = {
    name: `note the base of ${table}`,
    sql: `insert into ${quote(TABLE_BASE)} values ($table, ${END})`,
    values,
  };
  return [...forget, note];
}

/** Rows that the window overrules: all up to its end for a Full, otherwise those with a staged key. */
function removeOlder(applied: AppliedTable, { end }: AppliedWindow): readonly Statement[] {
  const { table, mode, key, updates, deletes } = applied;
  const target = `${quote(table)} as kept`;
  const older = `kept.${quote(WINDOW_END)} <= ${END}`;
  const name = `remove older rows of ${table}`;
  const values = { end };
  if (mode === 'replace') return [{ name, sql: `delete from ${target} where ${older} ${notSpared(applied)}`, values }];
  return [deletes, updates]
    .filter((staging) => staging !== undefined)
    .map((staging) => ({
      name,
      sql: `
        delete from ${target}
        using ${quote(staging)} as staged
        where ${sameKey(key, 'staged', 'kept')} and ${older}
      `,
      values,
    }));
}
