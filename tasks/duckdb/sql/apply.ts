import { type AppliedColumn, type AppliedTable, RECORD_ID, TABLE_BASE, TOMBSTONE, WINDOW_END } from '#framework';

import { END, type Statement, quote } from './text.ts';

export interface AppliedWindow {
  readonly end: string;
  readonly recordId: number;
}

/**
 * The last writer by window end wins, so that windows may be applied any number of times and in any order: tombstones
 * remember deletions, a table's base remembers its last Full, and a row gives way only to a window at least as late.
 */
export function applyStatements(table: AppliedTable, window: AppliedWindow): readonly Statement[] {
  const memory = table.mode === 'replace' ? rebase(table, window) : buryDeleted(table, window);
  return [...memory, ...removeOlder(table, window), ...insertStaged(table, window)];
}

/** The condition that two rows have the same key, with NULL equal to NULL. */
export function sameKey(key: readonly AppliedColumn[], left: string, right: string): string {
  return key.map(({ name }) => `${left}.${quote(name)} is not distinct from ${right}.${quote(name)}`).join(' and ');
}

/** The condition that a tombstone stands for the key of a staged row. */
export function sameTombstone(key: readonly AppliedColumn[], staged: string, tombstone: string): string {
  return key
    .map((column, index) => `${keyText(column, staged)} is not distinct from ${tombstone}.key_${index + 1}`)
    .join(' and ');
}

/** The tombstones of a table by windows that a comparison with the window's end selects. */
export function tombstonesOf(comparison: '>' | '>='): string {
  return `(
    select distinct key_1, key_2, key_3
    from ${quote(TOMBSTONE)}
    where table_name = $table and window_end ${comparison} ${END}
  )`;
}

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
  if (mode === 'replace') return [{ name, sql: `delete from ${target} where ${older}`, values }];
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

/** Staged rows enter unless a later row, a later tombstone or a later Full of the table stands against them. */
function insertStaged(applied: AppliedTable, { end, recordId }: AppliedWindow): readonly Statement[] {
  const { table, columns, key, updates } = applied;
  if (updates === undefined) return [];
  const names = columns.map(({ name }) => quote(name));
  const target = quote(table);
  return [
    {
      name: `insert rows of ${table}`,
      sql: `
        insert into ${target} (${[...names, quote(WINDOW_END), quote(RECORD_ID)].join(', ')})
        select ${names.map((name) => `staged.${name}`).join(', ')}, ${END}, cast($record as bigint)
        from ${quote(updates)} as staged
        anti join ${target} as kept on ${sameKey(key, 'staged', 'kept')}
        anti join ${tombstonesOf('>')} as gone on ${sameTombstone(key, 'staged', 'gone')}
        where not exists (
          select 1 from ${quote(TABLE_BASE)} where table_name = $table and window_end > ${END}
        )
      `,
      values: { table, end, record: String(recordId) },
    },
  ];
}

/** A decimal without the zeros that its column's scale adds, so that a key stays the same when the scale grows. */
export function keyText({ name, targetType }: AppliedColumn, staged: string): string {
  const text = `cast(${staged}.${quote(name)} as varchar)`;
  return targetType.kind === 'decimal' && targetType.scale > 0 ? `regexp_replace(${text}, '\\.?0+$', '')` : text;
}
