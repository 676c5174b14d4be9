import { type AppliedTable, DELETED_AT, RECORD_ID, WINDOW_END } from '#framework';

import { notSpared, sameKey } from '../keys.ts';
import { END, type Statement, quote } from '../text.ts';
import { type AppliedWindow, NO_LATER_FULL, insertStaged } from './insert-rows.ts';

/** Deleted rows stay with the time of their first deletion; what the window brings takes the place of older rows. */
export function applySoft(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  const marked = table.mode === 'replace' ? [] : markDeleted(table, window);
  const absent = table.mode === 'replace' ? markAbsent(table, window) : [];
  return [...marked, ...removeUpdated(table, window), ...absent, ...insertStaged(table, window)];
}

const OLDER = `kept.${quote(WINDOW_END)} <= ${END}`;

/** The window's end goes into the row too, so that no older window takes it for its own. */
function mark(table: string): string {
  return `
    update ${quote(table)} as kept
    set ${quote(DELETED_AT)} = coalesce(kept.${quote(DELETED_AT)}, ${END}),
      ${quote(WINDOW_END)} = ${END}, ${quote(RECORD_ID)} = cast($record as bigint)
  `;
}

function markDeleted({ table, key, deletes }: AppliedTable, { end, recordId }: AppliedWindow): readonly Statement[] {
  if (deletes === undefined) return [];
  return [
    {
      name: `mark deleted rows of ${table}`,
      sql: `
        ${mark(table)}
        from ${quote(deletes)} as staged
        where ${sameKey(key, 'staged', 'kept')} and ${OLDER}
      `,
      values: { end, record: String(recordId) },
    },
  ];
}

/** A row that is deleted does not go for an update that a later Full keeps out. */
function removeUpdated({ table, key, updates }: AppliedTable, { end }: AppliedWindow): readonly Statement[] {
  if (updates === undefined) return [];
  return [
    {
      name: `remove older rows of ${table}`,
      sql: `
        delete from ${quote(table)} as kept
        using ${quote(updates)} as staged
        where ${sameKey(key, 'staged', 'kept')} and ${OLDER} and ${NO_LATER_FULL}
      `,
      values: { table, end },
    },
  ];
}

/** What is left of the rows up to the end of a Full once its own are taken out. */
function markAbsent(applied: AppliedTable, { end, recordId }: AppliedWindow): readonly Statement[] {
  const { table } = applied;
  return [
    {
      name: `mark rows of ${table} that the Full does not have`,
      sql: `${mark(table)} where kept.${quote(DELETED_AT)} is null and ${OLDER} ${notSpared(applied)}`,
      values: { end, record: String(recordId) },
    },
  ];
}
