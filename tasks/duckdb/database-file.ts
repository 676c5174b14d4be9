import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { Closable } from '#framework';

import { type Database, type Row, openDatabase } from './client.ts';
import type { DuckDbSettings } from './config.ts';
import { failureOf, isTaken } from './errors.ts';
import type { Statement } from './sql/text.ts';

export type Run = (statement: Statement) => Promise<readonly Row[]>;

/** A file that is open only while somebody works with it, so that processes and people take turns. */
export interface DatabaseFile extends Closable {
  /** Does the work in one transaction: all of it is in the file afterwards, or, when it fails, nothing. */
  readonly transaction: <T>(work: (run: Run) => Promise<T>, signal: AbortSignal) => Promise<T>;
}

export function databaseFile(settings: DuckDbSettings): DatabaseFile {
  let last: Promise<unknown> = Promise.resolve();
  return {
    transaction: (work, signal) => {
      const mine = last.then(() => patiently(settings, () => transaction(settings, work, signal), signal));
      last = mine.catch(() => undefined);
      return mine;
    },
    close: async () => {
      await last;
    },
  };
}

const PAUSE_MS = 200;

/** Waits while another process has the file or another transaction is in the way. */
async function patiently<T>(settings: DuckDbSettings, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const mostTries = Math.ceil((settings.waitSeconds * 1000) / PAUSE_MS);
  for (let tried = 1; ; tried += 1) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (tried >= mostTries || !isTaken(error)) throw error;
    }
    await pause(PAUSE_MS, undefined, { signal });
  }
}

async function transaction<T>(
  settings: DuckDbSettings,
  work: (run: Run) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const database = await opened(settings);
  const run: Run = async (statement) => {
    try {
      return await database.run(statement, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw failureOf(error, statement.name);
    }
  };
  try {
    await run({ name: 'begin', sql: 'begin' });
    const result = await work(run);
    await run({ name: 'commit', sql: 'commit' });
    return result;
  } finally {
    database.close();
  }
}

async function opened(settings: DuckDbSettings): Promise<Database> {
  try {
    await mkdir(dirname(settings.file), { recursive: true });
    return await openDatabase(settings);
  } catch (error) {
    throw failureOf(error, `open ${settings.file}`);
  }
}
