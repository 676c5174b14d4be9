import { every, pipeline } from '#framework';
import { CONNECTIONS, incrementalStart, veevaToRedshift } from '#tasks/veeva-redshift';

/** Every 15 minutes the changes of the last window, in strict order, without a gap. */
export const veevaIncremental = pipeline('veeva_incremental', {
  description: 'Veeva Vault Direct Data, incremental files, into Redshift',
  // Vault publishes a file 15 minutes after its window ended.
  schedule: every('15m', { lag: '15m', catchUp: 'all', order: 'strict', overlap: 'serial' }),
  firstStart: incrementalStart,
  sourceName: 'veeva_vault',
  targetName: 'redshift',
  connections: CONNECTIONS,
  ports: veevaToRedshift('incremental'),
  retry: { retries: 5 },
  timeout: '4h',
  tags: ['veeva'],
});
