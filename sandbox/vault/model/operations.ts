import type { ChangeRecorder } from './change-set.ts';
import { insertInto } from './insert.ts';
import { changedRow, type RowContext, withValues } from './row-maker.ts';
import type { Table } from './table.ts';
import { dateTime } from './values.ts';

/** One thing that users do in a Vault. */
export type Operation = (table: Table, context: RowContext, recorder: ChangeRecorder) => void;

/** A random operation on the table; what does not fit the table becomes a new record. */
export function pickOperation(context: RowContext): Operation {
  let draw = context.random.below(100);
  for (const [weight, operation] of WEIGHTS) {
    if (draw < weight) return operation;
    draw -= weight;
  }
  return insert;
}

/** A user signed in: the row is in the window although its date of change stays. */
export const signIn: Operation = (table, context, recorder) => {
  const key = table.findRandomKey(context.random);
  if (key === undefined) return;
  const seen = context.random.chance(0.5) ? { last_login__sys: dateTime(context.at) } : {};
  table.put(withValues(table, table.get(key), seen));
  recorder.touch(table, key);
};

const insert: Operation = (table, context, recorder) => recorder.touch(table, insertInto(table, context));

const update: Operation = (table, context, recorder) => {
  const key = table.findRandomKey(context.random);
  if (key === undefined) return insert(table, context, recorder);
  table.put(changedRow(table, table.get(key), context));
  recorder.touch(table, key);
};

/** Vault puts rows into a window again after configuration changes, unchanged. */
const restage: Operation = (table, context, recorder) => {
  const key = table.findRandomKey(context.random);
  if (key !== undefined) recorder.touch(table, key);
};

/** Users are never deleted, and a small table is not emptied. */
const remove: Operation = (table, context, recorder) => {
  const key = table.findRandomKey(context.random);
  if (key === undefined || table.size < 3 || table.extract.name === 'user__sys')
    return insert(table, context, recorder);
  table.remove(key);
  recorder.remove(table, key, context.at);
};

const recreate: Operation = (table, context, recorder) => {
  const key = table.findRandomKey(context.random);
  if (key === undefined || table.extract.name === 'user__sys') return insert(table, context, recorder);
  const again = changedRow(table, table.get(key), context);
  table.remove(key);
  recorder.remove(table, key, context.at);
  recorder.touch(table, table.put(again));
};

/** The record never reaches a client: its deletion is listed all the same. */
const insertAndRemove: Operation = (table, context, recorder) => {
  const key = insertInto(table, context);
  table.remove(key);
  recorder.remove(table, key, context.at);
};

const WEIGHTS: readonly (readonly [number, Operation])[] = [
  [50, update],
  [25, insert],
  [12, remove],
  [5, recreate],
  [6, restage],
  [2, insertAndRemove],
];
