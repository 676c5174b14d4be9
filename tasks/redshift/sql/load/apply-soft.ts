import { type AppliedTable, DELETED_AT } from '#framework';

import { notSpared, sameKey } from '../keys.ts';
import { recordIdColumn, windowEndColumn } from '../names.ts';
import { type Statement, lines, qualified, quote, timestampLiteral } from '../text.ts';
import { type AppliedWindow, insertStaged, noLaterFull } from './insert-rows.ts';

/** Deleted rows stay with the time of their first deletion; what the window brings takes the place of older rows. */
export function applySoft(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  const marked = table.mode === 'replace' ? [] : markDeleted(table, window);
  const absent = table.mode === 'replace' ? markAbsent(table, window) : [];
  return [...marked, ...removeUpdated(table, window), ...absent, ...insertStaged(table, window)];
}

function markDeleted(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  if (table.deletes === undefined) return [];
  return [
    {
      name: `mark deleted rows of ${table.table}`,
      sql: lines(
        mark(table, window),
        `from ${qualified(window.schema, table.deletes)} as windrow_staged`,
        `where ${sameKey(table.key, 'windrow_staged', quote(table.table))}`,
        `and ${older(table, window)}`,
      ),
    },
  ];
}

/** A row that is deleted does not go for an update that a later Full keeps out. */
function removeUpdated(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  if (table.updates === undefined) return [];
  return [
    {
      name: `remove older rows of ${table.table}`,
      sql: lines(
        `delete from ${qualified(window.schema, table.table)}`,
        `using ${qualified(window.schema, table.updates)} as windrow_staged`,
        `where ${sameKey(table.key, 'windrow_staged', quote(table.table))}`,
        `and ${older(table, window)}`,
        `and ${noLaterFull(table.table, window)}`,
      ),
    },
  ];
}

/** What is left of the rows up to the end of a Full once its own are taken out. */
function markAbsent(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  return [
    {
      name: `mark rows of ${table.table} that the Full does not have`,
      sql: lines(
        mark(table, window),
        `where ${quote(table.table)}.${quote(DELETED_AT)} is null`,
        `and ${older(table, window)}`,
        notSpared(table, window.schema),
      ),
    },
  ];
}

/** The window's end goes into the row too, so that no older window takes it for its own. */
function mark({ table }: AppliedTable, { schema, windowEnd, recordId }: AppliedWindow): string {
  const end = timestampLiteral(windowEnd);
  return lines(
    `update ${qualified(schema, table)}`,
    `set ${quote(DELETED_AT)} = coalesce(${quote(table)}.${quote(DELETED_AT)}, ${end}),`,
    `${windowEndColumn} = ${end}, ${recordIdColumn} = ${recordId}`,
  );
}

function older({ table }: AppliedTable, { windowEnd }: AppliedWindow): string {
  return `${quote(table)}.${windowEndColumn} <= ${timestampLiteral(windowEnd)}`;
}
