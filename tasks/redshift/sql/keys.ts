import { type AppliedColumn, type AppliedTable, MOST_KEY_COLUMNS } from '#framework';

import { castText, exactText, lines, literal, plainText, qualified, quote, valueText } from './text.ts';

/**
 * The condition that two rows have the same key, with NULL equal to NULL.
 * `left` is the staged side, `right` names the target or an alias of it.
 */
export function sameKey(key: readonly AppliedColumn[], left: string, right: string): string {
  return key
    .map(
      (column) =>
        `${exactText(keyText(column, left))} = ${exactText(valueText(`${right}.${quote(column.name)}`, column.targetType))}`,
    )
    .join('\nand ');
}

/** The key of a staged row as a list of expressions to group by, each exact as in `sameKey`. */
export function stagedKey(key: readonly AppliedColumn[], staged: string): string {
  return key.map((column) => exactText(keyText(column, staged))).join(', ');
}

/** The key of a row of the target as a list of expressions, to be looked for among those of `stagedKey`. */
export function targetKey({ table, key }: AppliedTable): string {
  return key
    .map((column) => exactText(valueText(`${quote(table)}.${quote(column.name)}`, column.targetType)))
    .join(', ');
}

/** The condition that a row is not one whose good form a Full could not bring; empty where the Full brought all. `row` names the target or an alias of it. */
export function notSpared({ table, key, spared }: AppliedTable, schema: string, row = quote(table)): string {
  if (spared === undefined) return '';
  const own = key.map(({ name, targetType }) => exactText(plainText(`${row}.${quote(name)}`, targetType)));
  const left = key.map((_, index) => exactText(`windrow_spared."key_${index + 1}"`));
  return lines(
    `and (${own.join(', ')}) not in (`,
    `select ${left.join(', ')}`,
    `from ${qualified(schema, spared)} as windrow_spared`,
    `where windrow_spared."table_name" = ${literal(table)} and windrow_spared."side" = 'updates'`,
    ')',
  );
}

/** The condition that a tombstone row stands for the key of a staged row. */
export function sameTombstone(table: AppliedTable, staged: string, tombstone: string): string {
  // A longer key is that of a table that is only ever replaced: it has no tombstones.
  const keys = table.key
    .slice(0, MOST_KEY_COLUMNS)
    .map((column, index) => `${exactText(keyText(column, staged))} = ${exactText(`${tombstone}."key_${index + 1}"`)}`);
  return [`${tombstone}."table_name" = ${literal(table.table)}`, ...keys].join('\nand ');
}

/** The keys of a staging table with a mark, because a key column alone may be NULL. */
export function stagedKeys(table: AppliedTable, staging: string): string {
  return `(select 1 as windrow_here, ${table.key.map((column) => quote(column.name)).join(', ')} from ${staging})`;
}

export function keyText(column: AppliedColumn, staged: string): string {
  return valueText(castText(`${staged}.${quote(column.name)}`, column.type, column.targetType), column.targetType);
}
