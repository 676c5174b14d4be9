import { parseArgs } from 'node:util';

import { type Dag, Temporal, every, silentLog } from '#framework';
import { type Windrow, openInstallation } from '#framework/operate';
import { startDashboard } from '#dashboard';

import { type AssetGround, assetGround, fillAssets } from './dashboard/asset-ground.ts';
import { fillDeeds } from './dashboard/fill-deeds.ts';
import { fillWindows } from './dashboard/fill-windows.ts';
import { firstLoadBytes } from './dashboard/first-load.ts';
import { emptyPipeline } from './engine/empty-pipeline.ts';
import { openServers } from './engine/servers.ts';
import { ENGINE_PACKAGES, type Figure, figure, percentile, print } from './figures.ts';

const OPTIONS = {
  windows: { type: 'string', default: '100000' },
  dags: { type: 'string', default: '200' },
  assets: { type: 'string', default: '2000' },
  rounds: { type: 'string', default: '30' },
} as const;

/** What people wait for at most. */
const LIMIT_MS = 100;
/** What a browser loads before the first page. */
const LIMIT_KB = 300;
const START = Temporal.Instant.from('2023-01-01T00:00Z');
const MINUTES = 15;
/** A day far back, and nearly all the time there is. */
const STRETCH = 'from=2023-02-01T00:00:00Z&to=2023-02-02T00:00:00Z';
const YEARS = 'from=2023-02-01T00:00:00Z';
/** The dag that has most of the windows; each other has a hundred. */
const LARGE = 'dag_0';
const FEW = 100;
/** The asset of all windows; each other has been made a hundred times. */
const LARGE_ASSET = 'group_0/asset_5';

/** `--windows 100000 --dags 200 --assets 2000 --rounds 30`. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const [windows, dags, rounds] = [Number(values.windows), Number(values.dags), Number(values.rounds)];
  const ground = assetGround(Number(values.assets), START, MINUTES);
  const servers = await openServers();
  try {
    const windrow = await openInstallation({
      project: { dags: [...pipelines(dags), ...ground.dags], plugins: [ground.plugin] },
      environment: { DATABASE_URL: await servers.createDatabase('windrow_dashboard') },
      clock: { now: () => START.add({ minutes: MINUTES * windows }) },
      log: silentLog,
    });
    try {
      await print(ENGINE_PACKAGES, await endpointFigures(windrow, ground, { windows, dags, rounds }));
    } finally {
      await windrow.close();
    }
  } finally {
    await servers.close();
  }
}

interface Sizes {
  readonly windows: number;
  readonly dags: number;
  readonly rounds: number;
}

function pipelines(count: number): readonly Dag[] {
  const schedule = every(`${MINUTES}m`, { start: START.toString(), overlap: 'allow', order: 'free' });
  return Array.from({ length: count }, (_, index) => emptyPipeline(`dag_${index}`, { schedule, maxActiveRuns: 1 }));
}

async function endpointFigures(
  windrow: Windrow,
  ground: AssetGround,
  { windows, dags, rounds }: Sizes,
): Promise<Figure[]> {
  for (const dag of windrow.dags.values()) {
    if (dag.pipeline === undefined) continue;
    const count = dag.id === LARGE ? windows - FEW * (dags - 1) : FEW;
    await fillWindows(windrow, { dag, start: START, minutes: MINUTES, count });
  }
  await fillDeeds(windrow);
  await fillAssets(windrow, ground, { start: START, minutes: MINUTES, many: windows, few: FEW, large: LARGE_ASSET });
  await windrow.store.database.run({ text: 'vacuum analyze', patient: true });
  const dashboard = await startDashboard(windrow, { host: '127.0.0.1', port: 0 });
  try {
    const figures: Figure[] = [];
    for (const path of addresses(windows)) figures.push(...(await measured(dashboard.url, path, rounds)));
    const bytes = await firstLoadBytes(dashboard.url);
    const script = { name: 'script of the first load, gzipped', value: bytes / 1000, unit: 'kB', atMost: LIMIT_KB };
    return [...figures, figure(script)];
  } finally {
    await dashboard.close();
  }
}

function addresses(windows: number): readonly string[] {
  const middle = Math.floor(windows / 2);
  return [
    '/home',
    '/dags',
    `/dags/${LARGE}`,
    `/dags/${LARGE}/grid`,
    `/dags/${LARGE}/grid?limit=200`,
    `/dags/${LARGE}/runs`,
    '/runs',
    '/runs?state=failed',
    '/runs?state=cancelled',
    `/runs?dag=${LARGE}&state=failed`,
    `/runs/${middle}`,
    `/runs/${middle}/explain`,
    `/runs/${middle}/tasks/audit/log`,
    '/records',
    '/records?status=FAILED',
    `/records?${STRETCH}`,
    `/runs?${STRETCH}`,
    `/runs?${YEARS}`,
    `/records?pipeline=${LARGE}&status=PENDING`,
    `/records/${middle}`,
    `/records/${middle}/events`,
    `/records/${windows}/explain`,
    '/backfills',
    '/schedules',
    '/sensors',
    '/pools',
    '/processes',
    '/drift',
    `/drift?pipeline=${LARGE}`,
    '/drift?table=table_7',
    '/drift?since=2024-01-01T00:00:00Z&until=2024-06-01T00:00:00Z',
    '/files',
    '/system',
    '/session',
    '/users',
    '/tokens',
    '/audit',
    '/audit?actor=person_7',
    `/audit?dag=${LARGE}`,
    `/audit?run=${middle}`,
    '/audit?to=2025-06-01T00:00:00Z',
    '/audit?from=2025-06-01T00:00:00Z&to=2025-06-02T00:00:00Z',
    ...assetAddresses(windows),
  ];
}

function assetAddresses(windows: number): readonly string[] {
  const [large, small] = [LARGE_ASSET, 'group_1/asset_5'].map((key) => `/assets/${encodeURIComponent(key)}`);
  const partition = START.add({ minutes: MINUTES * (windows - 2) }).toString({ smallestUnit: 'minute' });
  return [
    '/assets',
    '/assets?limit=200',
    '/assets?limit=500',
    '/assets?select=group:group_1',
    '/assets?search=asset_7',
    '/asset-graph?select=group:group_1',
    `/asset-graph?select=%2B${LARGE_ASSET}%2B`,
    ...[large, small].flatMap((asset) => [
      `${asset}`,
      `${asset}/events`,
      `${asset}/events?partition=${partition}`,
      `${asset}/plots`,
      `${asset}/partitions`,
      `${asset}/partitions/${partition}`,
      `${asset}/checks/filled`,
      `${asset}/automation`,
    ]),
  ];
}

/** The first answer of a connection prepares its statements; it is not counted. */
async function measured(url: string, path: string, rounds: number): Promise<readonly Figure[]> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const started = performance.now();
    const answer = await fetch(`${url}/api/v1${path}`);
    await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}.`);
    if (round > 0) times.push(performance.now() - started);
  }
  return [
    figure({ name: `${path}, p50`, value: percentile(times, 0.5), unit: 'ms' }),
    figure({ name: `${path}, p95`, value: percentile(times, 0.95), unit: 'ms', atMost: LIMIT_MS }),
  ];
}
