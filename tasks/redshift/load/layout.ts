import { z } from 'zod';

import { ConfigFailure, type SchemaChange } from '#framework';

import { lines, quote } from '../sql/text.ts';

/** How Redshift spreads and sorts the rows of a table that Windrow makes. */
export interface TableLayout {
  /** `key` has a column; Redshift decides by itself where nothing is said. */
  readonly distribution:
    | { readonly style: 'auto' | 'even' | 'all' }
    | { readonly style: 'key'; readonly column: string }
    | undefined;
  readonly sortKeys: readonly string[];
}

/** By table, in lower case. */
export type TableLayouts = ReadonlyMap<string, TableLayout>;

const MOST_SORT_KEYS = 400;
const Name = z.string().min(1).max(127).toLowerCase();

/** `redshift.tables` of `connector_config.json`. */
export const LayoutsJson = z
  .record(
    Name,
    z
      .strictObject({
        dist_style: z.enum(['auto', 'even', 'all'], { error: 'expected auto, even or all' }).exactOptional(),
        dist_key: Name.exactOptional(),
        sort_keys: z.array(Name).min(1).max(MOST_SORT_KEYS).exactOptional(),
      })
      .refine(({ dist_style: style, dist_key: key }) => style === undefined || key === undefined, {
        error: 'expected dist_style or dist_key, not both',
      }),
  )
  .transform((tables): TableLayouts => new Map(Object.entries(tables).map(([name, table]) => [name, layout(table)])));

function layout({
  dist_style: style,
  dist_key: column,
  sort_keys: sortKeys = [],
}: {
  readonly dist_style?: 'auto' | 'even' | 'all';
  readonly dist_key?: string;
  readonly sort_keys?: readonly string[];
}): TableLayout {
  if (column !== undefined) return { distribution: { style: 'key', column }, sortKeys };
  return { distribution: style === undefined ? undefined : { style }, sortKeys };
}

/** What stands behind the columns of `create table`; nothing where nothing is said. */
export function layoutClause(given: TableLayout | undefined): string {
  if (given === undefined) return '';
  const { distribution, sortKeys } = given;
  return lines(
    distribution === undefined ? '' : `diststyle ${distribution.style}`,
    distribution?.style === 'key' ? `distkey (${quote(distribution.column)})` : '',
    sortKeys.length === 0 ? '' : `sortkey (${sortKeys.map(quote).join(', ')})`,
  );
}

/**
 * Tables that stand already keep their layout, so only new ones are looked at.
 * @throws ConfigFailure `E_REDSHIFT_LAYOUT` with every key that is no column of its table
 */
export function refuseUnknownKeys(changes: readonly SchemaChange[], layouts: TableLayouts): void {
  const problems = changes.flatMap((change) => {
    const given = layouts.get(change.table);
    if (change.kind !== 'create_table' || given === undefined) return [];
    const keys = [...(given.distribution?.style === 'key' ? [given.distribution.column] : []), ...given.sortKeys];
    const unknown = keys.filter((key) => !change.columns.some((column) => column.name === key));
    const long = change.columns.filter(({ name, type }) => keys.includes(name) && type.kind === 'long_text');
    return [
      ...unknown.map((key) => `redshift.tables names the key ${key} of ${change.table}, which has no such column`),
      ...long.map(
        ({ name }) => `redshift.tables names the key ${name} of ${change.table}, which is SUPER and can be no key`,
      ),
    ];
  });
  if (problems.length === 0) return;
  const message = `${problems.join('; ')}. Nothing was changed. Correct connector_config.json, then re-run the window.`;
  throw new ConfigFailure('E_REDSHIFT_LAYOUT', message, { problems });
}
