import { type Closable, DataFailure, Temporal, closeAll } from '#framework';
import {
  type Asset,
  asset,
  assetDag,
  check,
  defineAssets,
  maxAge,
  names,
  onMissing,
  onParentsFresh,
  product,
  readFreshness,
  windows,
} from '#framework/assets';
import { type Windrow, operations, pluginDatabase } from '#framework/operate';
import { startDashboard } from '#dashboard';

import { endOf, eventually, openTestEngine } from './engine.ts';

/** An installation with assets of all kinds, of which some were made, and the dashboard on a free port. */
export interface AssetInstallation extends Closable {
  readonly windrow: Windrow;
  readonly url: string;
  /** Runs a window of the dag `shop`, and waits until the plugin has heard of its end. */
  readonly sell: (window: number) => Promise<void>;
}

const FIRST_WINDOW = Temporal.Instant.from('2026-01-20T13:00Z');
const quarters = windows('15m', { start: FIRST_WINDOW.toString() });

/** Of the third window nothing is sold: the blocking check fails, and the report is not made. */
function shop(more: readonly Asset[]) {
  const filled = check('filled', { blocking: true, description: 'Something was sold' }, ({ partition }) => ({
    passed: partition !== partitionOf(2),
    description: `Sold in ${partition}`,
    metadata: { rows: 3 },
  }));
  const orders = asset(
    'raw/orders',
    {
      deps: ['shop/database'],
      partitions: quarters,
      group: 'raw',
      kinds: ['table'],
      owners: ['shop@example.com'],
      tags: { tier: '1' },
      description: 'What was ordered',
      metadata: { home: { type: 'url', value: 'https://shop.example.com' } },
      codeVersion: '2',
      freshness: maxAge('2h'),
      checks: [filled, check('odd', { severity: 'warn' }, () => ({ passed: false }))],
    },
    ({ partition }) => ({ metadata: { rows: 3, share: 0.5, note: `of ${partition}` } }),
  );
  const report = asset(
    'marts/report',
    { deps: [orders], partitions: quarters, group: 'marts', automation: onMissing() },
    () => undefined,
  );
  const sales = asset(
    'marts/sales',
    { deps: [report], partitions: product(quarters, names('eu', 'us')), group: 'marts' },
    () => undefined,
  );
  const regions = asset('marts/regions', { partitions: names('eu', 'us'), group: 'marts' }, ({ partition }) => {
    if (partition === 'us') throw new DataFailure('E_TEST', 'There is no data of us.');
  });
  const total = asset(
    'marts/total',
    { deps: [regions], group: 'marts', automation: onParentsFresh() },
    () => undefined,
  );
  return defineAssets({
    assets: more,
    dags: [
      assetDag('shop', { assets: [orders, report, sales] }),
      assetDag('regions', { assets: [regions] }),
      assetDag('total', { assets: [total] }),
    ],
  });
}

/** The key of the window of that number. */
export function partitionOf(number: number): string {
  return startOf(number).toString({ smallestUnit: 'minute' });
}

function startOf(number: number): Temporal.Instant {
  return FIRST_WINDOW.add({ minutes: 15 * number });
}

/** Two windows and a region were made, another region failed; nothing became of the assets of `more`. */
export async function openAssetInstallation(more: readonly Asset[] = []): Promise<AssetInstallation> {
  const { dags, plugin } = shop(more);
  const windrow = await openTestEngine({ backend: 'postgres', dags, plugins: [{ ...plugin, tickEvery: '5s' }] });
  const opened: Closable[] = [windrow, windrow.startWorker(), windrow.startScheduler()];
  const dashboard = await startDashboard(windrow, { host: '127.0.0.1', port: 0 });
  opened.push(dashboard);
  const run = async (dagId: string, options: Parameters<ReturnType<typeof operations>['triggerDag']>[1] = {}) => {
    const triggered = await operations(windrow).triggerDag(dagId, options);
    if (triggered.kind !== 'created') throw new Error(JSON.stringify(triggered));
    await endOf(windrow, triggered.runId);
    await heard(windrow);
  };
  const sell = async (window: number): Promise<void> => {
    await run('shop', { window: { start: startOf(window), end: startOf(window + 1), zone: 'UTC' } });
  };
  await sell(0);
  await sell(1);
  await run('regions', { params: { partition: 'eu' } });
  await run('regions', { params: { partition: 'us' } });
  await overdue(windrow);
  return { windrow, sell, url: dashboard.url, close: () => closeAll(opened.splice(0)) };
}

/** The plugin has looked at its freshness policies since the windows were made: their data is of long ago. */
async function overdue({ store }: Windrow): Promise<void> {
  await eventually('the freshness of the orders', async () =>
    (await readFreshness(pluginDatabase(store.database, 'assets'))).find(
      ({ asset: key, state }) => key === 'raw/orders' && state === 'overdue',
    ),
  );
}

/** The plugin knows the assets and has heard what happened before. */
async function heard({ store }: Windrow): Promise<void> {
  const newest =
    'select coalesce(max(id), 0) as id from (select id from event union all select id from task_attempt) e';
  const [row] = await store.database.run({ text: newest });
  await eventually('the plugin to have heard', async () => {
    const [position] = await store.database.run({ text: `select position from plugin where name = 'assets'` });
    const [known] = await pluginDatabase(store.database, 'assets').run('select count(*)::integer as n from asset');
    return Number(position?.['position']) >= Number(row?.['id']) && Number(known?.['n']) > 0 ? true : undefined;
  });
}
