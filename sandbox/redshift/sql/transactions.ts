import type { Cursor } from './cursor.ts';
import { type Prepared, prepared } from './prepared.ts';

/** A transaction sees one snapshot, as in Redshift; the name of the level has no effect there either. */
export const BEGIN = 'begin isolation level repeatable read';

export function prepareBegin(cursor: Cursor): Prepared {
  if (!cursor.takeWord('transaction')) cursor.takeWord('work');
  let access = '';
  while (!cursor.isAtEnd) {
    cursor.takeSymbol(',');
    if (cursor.takeWord('isolation', 'level')) takeLevel(cursor);
    else if (cursor.takeWord('read', 'only')) access = ' read only';
    else if (!cursor.takeWord('read', 'write')) throw cursor.syntaxError();
  }
  return prepared('BEGIN', `${BEGIN}${access}`, { touchesSession: true });
}

function takeLevel(cursor: Cursor): void {
  const levels = [
    ['serializable'],
    ['snapshot'],
    ['repeatable', 'read'],
    ['read', 'committed'],
    ['read', 'uncommitted'],
  ];
  if (!levels.some((level) => cursor.takeWord(...level))) throw cursor.syntaxError();
}

export function prepareCommit(cursor: Cursor): Prepared {
  takeNoise(cursor);
  return prepared('COMMIT', 'commit', { touchesSession: true });
}

/** `rollback to` has no place in Redshift: there are no savepoints. */
export function prepareRollback(cursor: Cursor): Prepared {
  takeNoise(cursor);
  return prepared('ROLLBACK', 'rollback', { touchesSession: true });
}

function takeNoise(cursor: Cursor): void {
  if (!cursor.takeWord('transaction')) cursor.takeWord('work');
  cursor.expectEnd();
}
