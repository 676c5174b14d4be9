import { asset, assetDag, defineAssets, materializes, notNull, rowCount } from '#framework/assets';
import { redshiftConnection as redshift } from '#tasks/redshift';

import { veevaFull } from './veeva-full.ts';
import { veevaIncremental } from './veeva-incremental.ts';

const table = 'product__v';
const checks = [
  rowCount({ on: redshift, table, min: 1, blocking: true }),
  notNull({ on: redshift, table, columns: ['name__v'], key: ['id'] }),
];

/** How many products there are in each status, whenever somebody asks: `windrow assets materialize reports/products`. */
export const products = asset(
  'reports/products',
  { deps: ['redshift/veeva/product__v'], group: 'reports', connections: [redshift], checks },
  async ({ connections, signal }) => {
    const { checks: target } = await connections.get(redshift);
    const sql = `select status__v, count(*) from ${target.table(table)} group by status__v order by status__v`;
    const rows = await target.rows({ name: 'count products by status', sql }, signal);
    const value = rows.map(([status = null, count]) => ({ status, products: Number(count) }));
    return { metadata: { statuses: rows.length, products: { type: 'table', value } } };
  },
);

/** Vault's extract, its files in S3, and each table that is loaded from them. */
const stage = asset('s3/veeva', { deps: ['vault/direct_data'], group: 'veeva', kinds: ['s3', 'parquet'] });
const tables = { prefix: 'redshift/veeva', from: [stage], kinds: ['table', 'redshift'] };

export const veevaAssets = defineAssets({
  dags: [assetDag('product_report', { assets: [products] })],
  materializes: [veevaFull, veevaIncremental].map((dag) => materializes(dag, { assets: [stage], tables })),
});
