import type {
  Closable,
  Connection,
  ListedQuarantine,
  QuarantineQuestion,
  Reconciliation,
  ReportQuestion,
} from '#framework';

import { type DuckDbSettings, readDuckDbSettings } from './config.ts';
import { type DatabaseFile, databaseFile } from './database-file.ts';
import { findQuarantined } from './quarantine.ts';
import { findReconciliation } from './reconcile.ts';

/** A way into one schema of one database file. The file itself is opened for each use. */
export interface DuckDbOpened extends Closable {
  readonly settings: DuckDbSettings;
  readonly file: DatabaseFile;
  /** The report of a pipeline's newest Full, or of one of them. */
  readonly reconciliation: (question: ReportQuestion, signal: AbortSignal) => Promise<Reconciliation | undefined>;
  /** The rows that windows left out, newest window first. */
  readonly quarantined: (question: QuarantineQuestion, signal: AbortSignal) => Promise<readonly ListedQuarantine[]>;
}

export const duckDbConnection: Connection<DuckDbSettings, DuckDbOpened> = {
  name: 'duckdb',
  read: readDuckDbSettings,
  open: async (settings) => openDuckDb(settings),
};

export function openDuckDb(settings: DuckDbSettings): DuckDbOpened {
  const file = databaseFile(settings);
  return {
    settings,
    file,
    reconciliation: (question, signal) =>
      findReconciliation({ database: file, schema: settings.schema }, question, signal),
    quarantined: (question, signal) => findQuarantined({ database: file, schema: settings.schema }, question, signal),
    close: () => file.close(),
  };
}
