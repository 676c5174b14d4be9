import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

import type { Statement } from './sql/text.ts';

export type Row = readonly (string | null)[];

export interface DatabaseOptions {
  readonly file: string;
  readonly memory: string;
  readonly threads?: number | undefined;
}

/** One connection to a database file. Closing it rolls back what was not committed. */
export interface Database {
  /** Runs one statement and gives its rows as text; asked to stop, it interrupts the statement. */
  readonly run: (statement: Statement, signal: AbortSignal) => Promise<readonly Row[]>;
  readonly close: () => void;
}

/**
 * Opens the file for this process alone. Within the process all connections share one instance, because the lock of the
 * file only keeps out other processes. Nothing is ever fetched from the net.
 */
export async function openDatabase({ file, memory, threads }: DatabaseOptions): Promise<Database> {
  const instance = await DuckDBInstance.fromCache(file, {
    memory_limit: memory,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...(threads === undefined ? {} : { threads: String(threads) }),
  });
  const connection = await instance.connect();
  return {
    run: (statement, signal) => run(connection, statement, signal),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function run(
  connection: DuckDBConnection,
  { sql, values }: Statement,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  signal.throwIfAborted();
  const interrupt = (): void => connection.interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    const reader = await connection.runAndReadAll(sql, values === undefined ? undefined : { ...values });
    return reader
      .getRowsJson()
      .map((row) => row.map((value) => (value === null || typeof value === 'string' ? value : JSON.stringify(value))));
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
