import { type AppliedColumn, type AppliedTable, TABLE_BASE, TOMBSTONE, type Temporal } from '#framework';

import { recordIdColumn, windowEndColumn } from './names.ts';
import { inPieces } from './pieces.ts';
import {
  type Statement,
  castText,
  exactText,
  lines,
  literal,
  qualified,
  quote,
  timestampLiteral,
  valueText,
} from './text.ts';

export interface AppliedWindow {
  readonly schema: string;
  readonly windowEnd: Temporal.Instant;
  readonly recordId: number;
}

/**
 * The last writer by window end wins, so that windows may be applied any number of times and in any order: tombstones
 * remember deletions, a table's base remembers its last Full, and a row gives way only to a window at least as late.
 */
export function applyStatements(tables: readonly AppliedTable[], window: AppliedWindow): readonly Statement[] {
  const replaced = tables.filter((table) => table.mode === 'replace').map((table) => table.table);
  return [
    ...buryDeleted(tables, window),
    ...(replaced.length === 0 ? [] : [...forgetTombstones(replaced, window), ...rebase(replaced, window)]),
    ...tables.flatMap((table) => [...removeOlder(table, window), ...insertStaged(table, window)]),
  ];
}

/**
 * The condition that two rows have the same key, with NULL equal to NULL.
 * `left` is the staged side, `right` names the target or an alias of it.
 */
export function sameKey(key: readonly AppliedColumn[], left: string, right: string): string {
  return key
    .map((column) => {
      const name = quote(column.name);
      const staged = valueText(castText(`${left}.${name}`, column.type, column.targetType), column.targetType);
      return `${exactText(staged)} = ${exactText(valueText(`${right}.${name}`, column.targetType))}`;
    })
    .join('\nand ');
}

/** The key of a staged row as a list of expressions to group by, each exact as in `sameKey`. */
export function stagedKey(key: readonly AppliedColumn[], staged: string): string {
  return key.map((column) => exactText(keyText(column, staged))).join(', ');
}

/** The condition that a tombstone row stands for the key of a staged row. */
export function sameTombstone(table: AppliedTable, staged: string, tombstone: string): string {
  const keys = table.key.map(
    (column, index) => `${exactText(keyText(column, staged))} = ${exactText(`${tombstone}."key_${index + 1}"`)}`,
  );
  return [`${tombstone}."table_name" = ${literal(table.table)}`, ...keys].join('\nand ');
}

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
    return [{ name: `replace ${table.table}`, sql: lines(`delete from ${target}`, `where ${older}`) }];
  }
  return [table.deletes, table.updates]
    .filter((staging) => staging !== undefined)
    .map((staging) => ({
      name: `remove older rows of ${table.table}`,
      sql: lines(
        `delete from ${target}`,
        `using ${qualified(window.schema, staging)} as windrow_staged`,
        `where ${sameKey(table.key, 'windrow_staged', quote(table.table))}`,
        `and ${older}`,
      ),
    }));
}

/** Staged rows enter unless a later row, a later tombstone or a later Full of the table stands against them. */
function insertStaged(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  if (table.updates === undefined) return [];
  const end = timestampLiteral(window.windowEnd);
  const names = table.columns.map((column) => quote(column.name));
  const values = table.columns.map((column) =>
    castText(`windrow_staged.${quote(column.name)}`, column.type, column.targetType),
  );
  return [
    {
      name: `insert rows of ${table.table}`,
      sql: lines(
        `insert into ${qualified(window.schema, table.table)} (${[...names, windowEndColumn, recordIdColumn].join(', ')})`,
        `select ${[...values, end, String(window.recordId)].join(', ')}`,
        `from ${qualified(window.schema, table.updates)} as windrow_staged`,
        `left join ${qualified(window.schema, table.table)} as windrow_kept`,
        `on ${sameKey(table.key, 'windrow_staged', 'windrow_kept')}`,
        `left join ${qualified(window.schema, TOMBSTONE)} as windrow_gone`,
        `on ${sameTombstone(table, 'windrow_staged', 'windrow_gone')}`,
        `and windrow_gone."window_end" > ${end}`,
        `where windrow_kept.${windowEndColumn} is null`,
        'and windrow_gone."window_end" is null',
        'and not exists (',
        `select 1 from ${qualified(window.schema, TABLE_BASE)} as windrow_base`,
        `where windrow_base."table_name" = ${literal(table.table)}`,
        `and windrow_base."window_end" > ${end}`,
        ')',
      ),
    },
  ];
}

function keyText(column: AppliedColumn, staged: string): string {
  return valueText(castText(`${staged}.${quote(column.name)}`, column.type, column.targetType), column.targetType);
}
