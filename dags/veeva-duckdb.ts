import { every, pipeline } from '#framework';
import { CONNECTIONS, veevaToDuckDb } from '#tasks/veeva-duckdb';
import { incrementalStart, newestFull } from '#tasks/veeva-redshift';

/** Every 15 minutes the changes of the last window into a file on disk, in strict order, without a gap. */
export const veevaDuckDbIncremental = pipeline('veeva_duckdb_incremental', {
  description: 'Veeva Vault Direct Data, incremental files, into DuckDB',
  // Vault publishes a file 15 minutes after its window ended.
  schedule: every('15m', { lag: '15m', catchUp: 'all', order: 'strict', overlap: 'serial' }),
  firstStart: incrementalStart,
  sourceName: 'veeva_vault',
  targetName: 'duckdb',
  connections: CONNECTIONS,
  ports: veevaToDuckDb('incremental'),
  retry: { retries: 5 },
  timeout: '4h',
  tags: ['veeva'],
});

/** The whole Vault, on demand and as first load: tables are replaced, and incremental files go on from its stop time. */
export const veevaDuckDbFull = pipeline('veeva_duckdb_full', {
  description: 'Veeva Vault Direct Data, full file, into DuckDB',
  newestWindow: newestFull,
  covers: ['veeva_duckdb_incremental'],
  sourceName: 'veeva_vault',
  targetName: 'duckdb',
  connections: CONNECTIONS,
  ports: veevaToDuckDb('full'),
  retry: { retries: 5 },
  timeout: '12h',
  tags: ['veeva'],
});
