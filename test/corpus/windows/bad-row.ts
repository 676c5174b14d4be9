import type { BadFault, Kind } from './history.ts';
import type { HostileColumn } from './hostile-vault.ts';

/** A row of an extract that no target can hold, and the code that says why. */
export interface MadeBadRow {
  readonly fields: readonly string[];
  readonly code: string;
}

const UNREADABLE: Readonly<Record<Exclude<Kind, 'text'>, string>> = {
  number: 'E_NUMBER_UNREADABLE',
  wide: 'E_NUMBER_UNREADABLE',
  boolean: 'E_BOOLEAN_UNREADABLE',
  date: 'E_DATE_UNREADABLE',
  timestamp: 'E_TIMESTAMP_UNREADABLE',
};

/** @param columns in the order of the file, which decides nothing */
export function badRow(fault: BadFault, id: string, columns: readonly HostileColumn[]): MadeBadRow {
  const row = columns.map(({ name }) => (name === 'id' ? id : ''));
  const text = columns.findLastIndex(({ kind }) => kind === 'text');
  const named = columns.toSorted((a, b) => a.name.localeCompare(b.name)).find(({ kind }) => kind !== 'text');
  const typed = named === undefined ? -1 : columns.indexOf(named);
  const kind = named?.kind;
  switch (fault) {
    case 'fields':
      return { fields: [...row, 'one too many'], code: 'E_CSV_TOO_MANY_FIELDS' };
    case 'long':
      return { fields: row.with(text, 'é'.repeat(32_768)), code: 'E_TEXT_TOO_LONG' };
    case 'key':
      // A line without anything in it would be no row.
      if (columns.length > 1) return { fields: columns.map(() => ''), code: 'E_KEY_MISSING' };
      break;
    case 'type':
      if (kind !== undefined && kind !== 'text') return { fields: row.with(typed, 'no value'), code: UNREADABLE[kind] };
      break;
    case 'nul':
  }
  return { fields: row.with(text, 'a\0b'), code: 'E_TEXT_NUL' };
}
