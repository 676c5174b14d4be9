import { pipeline } from '#framework';
import { CONNECTIONS, newestFull, veevaToRedshift } from '#tasks/veeva-redshift';

/** The whole Vault, on demand and as first load: tables are replaced, and incremental files go on from its stop time. */
export const veevaFull = pipeline('veeva_full', {
  description: 'Veeva Vault Direct Data, full file, into Redshift',
  newestWindow: newestFull,
  // Files that Vault does not list any more end here: what they brought is in the Full.
  covers: ['veeva_incremental'],
  sourceName: 'veeva_vault',
  targetName: 'redshift',
  connections: CONNECTIONS,
  ports: veevaToRedshift('full'),
  retry: { retries: 5 },
  timeout: '12h',
  tags: ['veeva'],
});
