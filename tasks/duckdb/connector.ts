import type { Closable, Connection } from '#framework';

import { type DuckDbSettings, readDuckDbSettings } from './config.ts';
import { type DatabaseFile, databaseFile } from './database-file.ts';

/** A way into one schema of one database file. The file itself is opened for each use. */
export interface DuckDbOpened extends Closable {
  readonly settings: DuckDbSettings;
  readonly file: DatabaseFile;
}

export const duckDbConnection: Connection<DuckDbSettings, DuckDbOpened> = {
  name: 'duckdb',
  read: readDuckDbSettings,
  open: async (settings) => openDuckDb(settings),
};

export function openDuckDb(settings: DuckDbSettings): DuckDbOpened {
  const file = databaseFile(settings);
  return { settings, file, close: () => file.close() };
}
