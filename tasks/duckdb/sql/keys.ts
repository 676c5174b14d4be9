import { type AppliedColumn, type AppliedTable, type Column, MOST_KEY_COLUMNS, TOMBSTONE } from '#framework';

import { END, literal, plainText, quote } from './text.ts';

/** The condition that two rows have the same key, with NULL equal to NULL. */
export function sameKey(key: readonly Column[], left: string, right: string): string {
  return key.map(({ name }) => `${left}.${quote(name)} is not distinct from ${right}.${quote(name)}`).join(' and ');
}

/** The condition that a row is not one whose good form a Full could not bring; empty where the Full brought all. */
export function notSpared({ table, key, spared }: AppliedTable): string {
  if (spared === undefined) return '';
  const same = key.map(
    ({ name, targetType }, index) =>
      `spared.key_${index + 1} is not distinct from ${plainText(`kept.${quote(name)}`, targetType)}`,
  );
  return `and not exists (
    select 1 from ${quote(spared)} as spared
    where spared.table_name = ${literal(table)} and spared.side = 'updates' and ${same.join(' and ')}
  )`;
}

/** The condition that a tombstone stands for the key of a staged row. */
export function sameTombstone(key: readonly AppliedColumn[], staged: string, tombstone: string): string {
  // A longer key is that of a table that is only ever replaced: it has no tombstones.
  return key
    .slice(0, MOST_KEY_COLUMNS)
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

/** A decimal without the zeros that its column's scale adds, so that a key stays the same when the scale grows. */
export function keyText({ name, targetType }: AppliedColumn, staged: string): string {
  const text = `cast(${staged}.${quote(name)} as varchar)`;
  return targetType.kind === 'decimal' && targetType.scale > 0 ? `regexp_replace(${text}, '\\.?0+$', '')` : text;
}
