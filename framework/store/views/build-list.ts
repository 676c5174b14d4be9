import type { Temporal } from '../../core/time.ts';
import type { Statement } from '../database.ts';

type Value = string | number;

export interface List {
  readonly select: string;
  /** Words of the engine's own by their column. They are written out: how many rows are `FAILED` decides which index is best. */
  readonly states?: Readonly<Record<string, string | undefined>>;
  /** Moments by the condition that they end. Written out too: how long a stretch of time is decides the same. */
  readonly moments?: Readonly<Record<string, Temporal.Instant | undefined>>;
  /** Values by the condition that they end, such as `r.dag_id =`. One without a value is left out. */
  readonly filters: Readonly<Record<string, Value | undefined>>;
  /** The column of the order, newest first. */
  readonly id: string;
  readonly limit: number;
}

/**
 * A list by the filters that are given, each set of them in a text of its own. Plans are made once for any values, and one for
 * `$1 is null or dag_id = $1` reads the whole table.
 */
export function buildList(list: List): { readonly statement: Statement; readonly values: readonly Value[] } {
  const values: Value[] = [];
  const bind = (value: Value): string => `$${values.push(value)}`;
  const conditions = [
    ...given(list.states ?? {}).map(([column, word]) => `${column} = '${word.replaceAll("'", "''")}'`),
    ...given(list.moments ?? {}).map(([condition, moment]) => `${condition} '${moment.toString()}'`),
    ...given(list.filters).map(([condition, value]) => `${condition} ${bind(value)}`),
  ];
  const where = conditions.map((condition, at) => `${at === 0 ? 'where' : '  and'} ${condition}`);
  const text = [list.select, ...where, `order by ${list.id} desc`, `limit ${bind(list.limit)}`].join('\n');
  return { statement: { text }, values };
}

function given<T>(by: Readonly<Record<string, T | undefined>>): readonly (readonly [string, T])[] {
  return Object.entries(by).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
}
