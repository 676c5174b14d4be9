import { exactText } from '../../../sandbox/demo/exact-text.ts';
import { type Kind, VAULT_TYPES } from './history.ts';
import type { HostileColumn } from './hostile-vault.ts';

type Rows = ReadonlyMap<string, Map<string, string>>;

/** Text that every value of the kind may be written as. */
const READABLE: Readonly<Partial<Record<Kind, RegExp>>> = {
  boolean: /^(true|false)$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  timestamp: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
};

/**
 * Gives a column another kind where no value is lost, and says what it then is: any kind becomes text, a date a moment, and
 * text what all of its values say.
 */
export function retyped(rows: Rows, column: HostileColumn, to: Kind): HostileColumn | undefined {
  const { name, kind } = column;
  const values = [...rows.values()].map((row) => row.get(name) ?? '').filter((value) => value !== '');
  if (kind === to || !isLossless(kind, to, values)) return undefined;
  for (const row of rows.values()) {
    const value = exactText(row.get(name) ?? '', VAULT_TYPES[kind]) ?? '';
    if (value !== '') row.set(name, kind === 'date' && to === 'timestamp' ? `${value}T00:00:00.000Z` : value);
  }
  return { name, kind: to };
}

function isLossless(from: Kind, to: Kind, values: readonly string[]): boolean {
  if (to === 'text' || (from === 'date' && to === 'timestamp')) return true;
  const readable = READABLE[to];
  return from === 'text' && readable !== undefined && values.every((value) => readable.test(value));
}
