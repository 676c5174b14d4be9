import { every, pipeline } from '#framework';
import { CONNECTIONS, logStart, veevaToRedshift } from '#tasks/veeva-redshift';

/** Once a day the audit logs of the day before. Name your Vault's zone here: a log day ends at Vault-local midnight. */
export const veevaLog = pipeline('veeva_log', {
  description: 'Veeva Vault Direct Data, audit logs, into Redshift',
  // Vault publishes the log of a day at 01:00 of the next.
  schedule: every('1 day in UTC', { lag: '1h', catchUp: 'all', order: 'strict', overlap: 'serial' }),
  firstStart: logStart,
  sourceName: 'veeva_vault',
  targetName: 'redshift',
  connections: CONNECTIONS,
  ports: veevaToRedshift('log'),
  retry: { retries: 5 },
  timeout: '4h',
  tags: ['veeva'],
});
