import type { AskedTarget, CheckableTarget, Connection } from '#framework';

import { findQuarantined } from './audit/quarantine.ts';
import { findReconciliation } from './audit/reconcile.ts';
import { duckDbCheckTarget } from './check-target.ts';
import { type DuckDbSettings, readDuckDbSettings } from './config.ts';
import { type DatabaseFile, databaseFile } from './database-file.ts';
import { findColumnLimits } from './load/column-limits.ts';

/** A way into one schema of one database file. The file itself is opened for each use. */
export interface DuckDbOpened extends AskedTarget, CheckableTarget {
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
  return {
    settings,
    file,
    checks: duckDbCheckTarget(file, settings),
    reconciliation: (question, signal) =>
      findReconciliation({ database: file, schema: settings.schema }, question, signal),
    quarantined: (question, signal) => findQuarantined({ database: file, schema: settings.schema }, question, signal),
    columnLimits: (signal) =>
      findColumnLimits({ database: file, schema: settings.schema, pins: settings.pins }, signal),
    close: () => file.close(),
  };
}
