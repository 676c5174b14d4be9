import { type AppliedTable, RECORD_ID, VALID_FROM, VALID_TO, WINDOW_END } from '#framework';

import { notSpared, sameKey } from '../keys.ts';
import { END, type Statement, quote } from '../text.ts';
import { type AppliedWindow, insertStaged } from './insert-rows.ts';

/**
 * Closes the current version of every row that the window deleted or changed and opens the new ones. A row that came
 * unchanged only notes the window, so that an older window finds that it comes late.
 */
export function applyHistory(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  const closing = table.mode === 'replace' ? closeByFull(table) : closeByChanges(table);
  const values = { end: window.end };
  return [
    ...closing.map((statement) => ({ ...statement, values })),
    ...insertStaged(table, window),
    ...confirm(table, window),
  ];
}

type Closing = Omit<Statement, 'values'>;

/** Current versions that no later window has brought or confirmed. */
const CURRENT = `kept.${quote(VALID_TO)} is null and kept.${quote(WINDOW_END)} <= ${END}`;

function closeByFull(applied: AppliedTable): readonly Closing[] {
  const { table, key, updates } = applied;
  const values = standingContent(applied);
  const staged = updates === undefined ? '' : `except select ${stagedContent(applied)} from ${quote(updates)}`;
  const replaced = `from ${quote(table)} as kept where ${CURRENT} ${notSpared(applied)}`;
  return [takeBack(table, replaced), close({ table, key }, `(select ${values} ${replaced} ${staged})`)];
}

function closeByChanges(applied: AppliedTable): readonly Closing[] {
  const { table, key, updates, deletes } = applied;
  const parts = [deletes, updates].filter((staging) => staging !== undefined);
  const recreated =
    updates === undefined ? '' : `anti join ${quote(updates)} as again on ${sameKey(key, 'again', 'gone')}`;
  const current = `select ${standingContent(applied)} from ${quote(table)} as kept where ${CURRENT}`;
  return [
    ...parts.map((staging) =>
      takeBack(
        table,
        `from ${quote(table)} as kept using ${quote(staging)} as staged where ${sameKey(key, 'staged', 'kept')} and ${CURRENT}`,
      ),
    ),
    ...(deletes === undefined
      ? []
      : [close({ table, key }, `(select gone.* from ${quote(deletes)} as gone ${recreated})`)]),
    ...(updates === undefined
      ? []
      : [close({ table, key }, `(select ${stagedContent(applied)} from ${quote(updates)} except ${current})`)]),
  ];
}

function standingContent({ columns, emptied = [] }: AppliedTable): string {
  return [...columns.map(({ name }) => quote(name)), ...emptied.map((name) => `${quote(name)} is null`)].join(', ');
}

function stagedContent({ columns, emptied = [] }: AppliedTable): string {
  return [...columns.map(({ name }) => quote(name)), ...emptied.map(() => 'true')].join(', ');
}

/** A version that an earlier try of a window with this end opened would be closed at its own beginning. */
function takeBack(table: string, from: string): Closing {
  return {
    name: `take back versions of ${table} that an earlier try opened`,
    sql: `delete ${from} and kept.${quote(VALID_FROM)} = ${END}`,
  };
}

/** Set operations take NULL for equal to NULL, and name each column once a side. */
function close({ table, key }: Pick<AppliedTable, 'table' | 'key'>, staged: string): Closing {
  return {
    name: `close versions of ${table}`,
    sql: `
      update ${quote(table)} as kept
      set ${quote(VALID_TO)} = ${END}
      from ${staged} as staged
      where ${sameKey(key, 'staged', 'kept')} and ${CURRENT}
    `,
  };
}

function confirm(applied: AppliedTable, { end, recordId }: AppliedWindow): readonly Statement[] {
  const { table, mode, key, updates } = applied;
  if (updates === undefined) return [];
  const unchanged = `kept.${quote(VALID_TO)} is null and kept.${quote(WINDOW_END)} < ${END}`;
  const whose =
    mode === 'replace'
      ? `where ${unchanged} ${notSpared(applied)}`
      : `from ${quote(updates)} as staged where ${sameKey(key, 'staged', 'kept')} and ${unchanged}`;
  return [
    {
      name: `note unchanged rows of ${table}`,
      sql: `
        update ${quote(table)} as kept
        set ${quote(WINDOW_END)} = ${END}, ${quote(RECORD_ID)} = cast($record as bigint)
        ${whose}
      `,
      values: { end, record: String(recordId) },
    },
  ];
}
