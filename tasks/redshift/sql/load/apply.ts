import { type AppliedTable, type DeletePolicy, TABLE_BASE, TOMBSTONE } from '#framework';

import { keyText, notSpared, sameTombstone, stagedKey, targetKey } from '../keys.ts';
import { windowEndColumn } from '../names.ts';
import { inPieces } from '../pieces.ts';
import { type Statement, lines, literal, qualified, quote, timestampLiteral } from '../text.ts';
import { applyHistory } from './apply-history.ts';
import { applySoft } from './apply-soft.ts';
import { type AppliedWindow, insertStaged } from './insert-rows.ts';

/**
 * The last writer by window end wins, so that windows may be applied any number of times and in any order: tombstones
 * remember deletions, a table's base remembers its last Full, and a row gives way only to a window at least as late.
 */
export function applyStatements(tables: readonly AppliedTable[], window: AppliedWindow): readonly Statement[] {
  const replaced = tables.filter((table) => table.mode === 'replace').map((table) => table.table);
  return [
    ...buryDeleted(tables, window),
    ...(replaced.length === 0 ? [] : [...forgetTombstones(replaced, window), ...rebase(replaced, window)]),
    ...tables.flatMap((table) => APPLY[table.deletePolicy](table, window)),
  ];
}

const APPLY: Readonly<Record<DeletePolicy, (table: AppliedTable, window: AppliedWindow) => readonly Statement[]>> = {
  hard: (table, window) => [...removeOlder(table, window), ...insertStaged(table, window)],
  soft: applySoft,
  history: applyHistory,
};

/** A deletion of a key that already has a tombstone at least as late adds nothing. */
function buryDeleted(tables: readonly AppliedTable[], window: AppliedWindow): readonly Statement[] {
  const tombstone = qualified(window.schema, TOMBSTONE);
  const selects = tables.flatMap((table) => {
    if (table.deletes === undefined || table.mode === 'replace') return [];
    const keys = [0, 1, 2].map((index) => {
      const column = table.key[index];
      return column === undefined ? 'cast(null as varchar)' : keyText(column, 'windrow_staged');
    });
    return lines(
      `select ${literal(table.table)}, ${keys.join(', ')}, ${timestampLiteral(window.windowEnd)}`,
      `from ${qualified(window.schema, table.deletes)} as windrow_staged`,
      `left join ${tombstone} as windrow_gone`,
      `on ${sameTombstone(table, 'windrow_staged', 'windrow_gone')}`,
      `and windrow_gone."window_end" >= ${timestampLiteral(window.windowEnd)}`,
      'where windrow_gone."window_end" is null',
    );
  });
  return inPieces(selects).map((piece) => ({
    name: 'remember deleted keys',
    sql: lines(
      `insert into ${tombstone} ("table_name", "key_1", "key_2", "key_3", "window_end")`,
      piece.join('\nunion all\n'),
    ),
  }));
}

/** A Full says what exists at its end, so deletions up to then need no memory. */
function forgetTombstones(tables: readonly string[], window: AppliedWindow): readonly Statement[] {
  return inPieces(tables.map(literal)).map((names) => ({
    name: 'forget tombstones before the Full',
    sql: lines(
      `delete from ${qualified(window.schema, TOMBSTONE)}`,
      `where "window_end" <= ${timestampLiteral(window.windowEnd)}`,
      `and "table_name" in (${names.join(', ')})`,
    ),
  }));
}

function rebase(tables: readonly string[], window: AppliedWindow): readonly Statement[] {
  const rows = tables.map((table) => `(${literal(table)}, ${timestampLiteral(window.windowEnd)})`);
  return inPieces(rows).map((piece) => ({
    name: 'note the base of replaced tables',
    sql: lines(
      `insert into ${qualified(window.schema, TABLE_BASE)} ("table_name", "window_end")`,
      `values ${piece.join(', ')}`,
    ),
  }));
}

/** Rows that the window overrules: all up to its end for a Full, otherwise those with a staged key. */
function removeOlder(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  const target = qualified(window.schema, table.table);
  const older = `${quote(table.table)}.${windowEndColumn} <= ${timestampLiteral(window.windowEnd)}`;
  if (table.mode === 'replace') {
    return [
      {
        name: `replace ${table.table}`,
        sql: lines(`delete from ${target}`, `where ${older}`, notSpared(table, window.schema)),
      },
    ];
  }
  const sides = [table.deletes, table.updates].filter((staging) => staging !== undefined);
  if (sides.length === 0) return [];
  // One statement for both sides: in a session each is a round trip.
  const staged = sides.map(
    (staging) =>
      `select ${stagedKey(table.key, 'windrow_staged')} from ${qualified(window.schema, staging)} as windrow_staged`,
  );
  const sql = lines(
    `delete from ${target}`,
    `where (${targetKey(table)}) in (`,
    staged.join('\nunion all\n'),
    ')',
    `and ${older}`,
  );
  return [{ name: `remove older rows of ${table.table}`, sql }];
}
