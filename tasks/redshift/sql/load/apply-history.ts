import { type AppliedColumn, type AppliedTable, VALID_FROM, VALID_TO } from '#framework';

import { notSpared, sameKey, stagedKeys } from '../keys.ts';
import { type ComparedPieces, stagedText, stagedValue, standingText } from '../long-text.ts';
import { recordIdColumn, windowEndColumn } from '../names.ts';
import { type Statement, castText, lines, qualified, quote, timestampLiteral } from '../text.ts';
import { type AppliedWindow, insertStaged } from './insert-rows.ts';

/**
 * Closes the current version of every row that the window deleted or changed and opens the new ones. A row that came
 * unchanged only notes the window, so that an older window finds that it comes late.
 */
export function applyHistory(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  const closing = table.mode === 'replace' ? closeByFull(table, window) : closeByChanges(table, window);
  return [...closing, ...insertStaged(table, window), ...confirm(table, window)];
}

function closeByFull(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  const standing = currentContent(table, window);
  const staged = table.updates === undefined ? '' : `except ${stagedContent(table, table.updates, window)}`;
  return [takeBack(table, window), close(table, window, lines(standing, staged))];
}

function closeByChanges(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  const { updates, deletes } = table;
  const staging = [deletes, updates].filter((part) => part !== undefined);
  const changed =
    updates === undefined
      ? []
      : [close(table, window, lines(stagedContent(table, updates, window), `except ${currentContent(table, window)}`))];
  return [
    ...staging.map((part) => takeBack(table, window, part)),
    ...(deletes === undefined ? [] : [close(table, window, goneKeys({ ...table, deletes }, window))]),
    ...changed,
  ];
}

/** A version that an earlier try of a window with this end opened would be closed at its own beginning. */
function takeBack(table: AppliedTable, window: AppliedWindow, staging?: string): Statement {
  const opened = `${quote(table.table)}.${quote(VALID_FROM)} = ${timestampLiteral(window.windowEnd)}`;
  const whose =
    staging === undefined
      ? ['where']
      : [
          `using ${qualified(window.schema, staging)} as windrow_staged`,
          `where ${sameKey(table.key, 'windrow_staged', quote(table.table))} and`,
        ];
  return {
    name: `take back versions of ${table.table} that an earlier try opened`,
    sql: lines(
      `delete from ${qualified(window.schema, table.table)}`,
      ...whose,
      current(table, window),
      `and ${opened}`,
      notSpared(table, window.schema),
    ),
  };
}

/** `keys` selects at least the columns of the key, each with the type of the target. */
function close(table: AppliedTable, window: AppliedWindow, keys: string): Statement {
  return {
    name: `close versions of ${table.table}`,
    sql: lines(
      `update ${qualified(window.schema, table.table)}`,
      `set ${quote(VALID_TO)} = ${timestampLiteral(window.windowEnd)}`,
      'from (',
      keys,
      `) as windrow_closed`,
      `where ${sameKey(table.key.map(asTarget), 'windrow_closed', quote(table.table))}`,
      `and ${current(table, window)}`,
    ),
  };
}

/** Deleted keys that the window did not bring again. */
function goneKeys(table: AppliedTable & { readonly deletes: string }, { schema }: AppliedWindow): string {
  const keys = table.key.map(
    (column) =>
      `${castText(`windrow_staged.${quote(column.name)}`, column.type, column.targetType)} as ${quote(column.name)}`,
  );
  const from = [`select ${keys.join(', ')}`, `from ${qualified(schema, table.deletes)} as windrow_staged`];
  if (table.updates === undefined) return lines(from);
  return lines(
    from,
    `left join ${stagedKeys(table, qualified(schema, table.updates))} as windrow_again`,
    `on ${sameKey(
      table.key.map((column) => ({ ...column, targetType: column.type })),
      'windrow_staged',
      'windrow_again',
    )}`,
    'where windrow_again.windrow_here is null',
  );
}

/** Set operations take NULL for equal to NULL, and name each column once a side: a statement has room for 100 KB. */
function stagedContent(table: AppliedTable, staging: string, { schema }: AppliedWindow): string {
  const nothing = (table.emptied ?? []).map(() => ', true').join('');
  return lines(`select ${content(table, stagedValue, stagedText)}${nothing}`, `from ${qualified(schema, staging)}`);
}

function currentContent(table: AppliedTable, window: AppliedWindow): string {
  const standing = (table.emptied ?? []).map((name) => `, ${quote(name)} is null`).join('');
  return lines(
    `select ${content(table, (column) => quote(column.name), standingText)}${standing}`,
    `from ${qualified(window.schema, table.table)}`,
    `where ${current(table, window)}`,
    notSpared(table, window.schema),
  );
}

/** The key under its names, which stand there once, and everything that needs more so that trailing blanks count. */
function content(
  { key, columns }: AppliedTable,
  value: (column: AppliedColumn) => string,
  longText: (column: AppliedColumn) => ComparedPieces,
): string {
  const keys = key.map((column) => `${value(column)} as ${quote(column.name)}`);
  const named = new Set(key.map(({ name }) => name));
  const exact = columns.flatMap((column) => {
    if (column.targetType.kind === 'long_text') return exactPieces(longText(column));
    return named.has(column.name) ? exactKey(column, value(column)) : exactValue(column, value(column));
  });
  return [...keys, ...exact].join(', ');
}

/** Set operations compare no SUPER. */
function exactPieces({ count, pieces }: ComparedPieces): readonly string[] {
  return [count, ...pieces.flatMap((piece) => [piece, `octet_length(${piece})`])];
}

/** Redshift ignores trailing blanks when it compares VARCHAR, and a VARCHAR that is full has no room for a mark. */
function exactValue({ targetType }: AppliedColumn, value: string): readonly string[] {
  if (targetType.kind !== 'text') return [value];
  return targetType.bytes < LONGEST_TEXT_BYTES ? [`${value} || ']'`] : [value, `octet_length(${value})`];
}

/** A key of the same name a second time would be ambiguous. */
function exactKey(column: AppliedColumn, value: string): readonly string[] {
  return exactValue(column, value).filter((text) => text !== value);
}

const LONGEST_TEXT_BYTES = 65_535;

function confirm(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  if (table.updates === undefined) return [];
  const end = timestampLiteral(window.windowEnd);
  const whose =
    table.mode === 'replace'
      ? ['where']
      : [
          `from ${qualified(window.schema, table.updates)} as windrow_staged`,
          `where ${sameKey(table.key, 'windrow_staged', quote(table.table))} and`,
        ];
  return [
    {
      name: `note unchanged rows of ${table.table}`,
      sql: lines(
        `update ${qualified(window.schema, table.table)}`,
        `set ${windowEndColumn} = ${end}, ${recordIdColumn} = ${window.recordId}`,
        ...whose,
        `${quote(table.table)}.${quote(VALID_TO)} is null`,
        `and ${quote(table.table)}.${windowEndColumn} < ${end}`,
        notSpared(table, window.schema),
      ),
    },
  ];
}

/** Current versions that no later window has brought or confirmed. */
function current({ table }: AppliedTable, { windowEnd }: AppliedWindow): string {
  return `${quote(table)}.${quote(VALID_TO)} is null and ${quote(table)}.${windowEndColumn} <= ${timestampLiteral(windowEnd)}`;
}

function asTarget(column: AppliedColumn): AppliedColumn {
  return { ...column, type: column.targetType };
}
