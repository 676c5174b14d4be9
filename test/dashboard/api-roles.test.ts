import { randomBytes } from 'node:crypto';

import { type Closable, Temporal, closeAll, dag, every, newDirectories, sensor, task } from '#framework';
import { ROLES, type Role, type Windrow, access, coversRole, operations } from '#framework/operate';
import { startDashboard } from '#dashboard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { ENDPOINTS } from '../../dashboard/server/api/endpoints.ts';
import { openAssetInstallation, partitionOf } from '../support/asset-installation.ts';
import { shipments } from '../support/dashboard-installation.ts';
import { openTestEngine } from '../support/engine.ts';
import { stuckItem } from '../support/stuck-item.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';

const WRITES = ENDPOINTS.filter(({ method }) => method !== 'get').map(({ method, path, role }) => ({
  name: `${method.toUpperCase()} ${path}`,
  path,
  role,
}));
const LOWER = WRITES.flatMap((endpoint) =>
  ROLES.filter((role) => !coversRole(role, endpoint.role)).map((role) => ({ ...endpoint, as: role })),
);
/** With windows and without records. */
const ticks = dag('ticks', { schedule: every('15m', { start: '2026-01-20T13:15Z' }) }, (d) => {
  d.use('tick', task('tick', { run: () => undefined }));
});
const files = dag('files', { params: z.object({ directory: z.string() }) }, (d) => {
  d.use('note', task('note', { run: () => undefined }));
});
const arrivals = sensor('arrivals', {
  every: '30s',
  dag: files,
  cursor: z.string(),
  poll: async ({ cursor }) => newDirectories({ list: [], after: cursor, atMost: 1 }),
});
const PASSWORD = 'a long password';
const FIRST = Temporal.Instant.from('2026-01-20T13:15Z');

interface Installation {
  readonly windrow: Windrow;
  readonly url: string;
  readonly tokens: Readonly<Record<Role, string>>;
}

const opened: Closable[] = [];
/** Nothing runs there, so that what was started stays open. */
let still: Installation;
let ofAssets: Installation;

beforeAll(async () => {
  const windrow = await openTestEngine({
    backend: 'postgres',
    dags: [shipments(), ticks, files, doublesPipeline('orders', transferDoubles())],
    pools: { warehouse: { slots: 4 } },
    sensors: [arrivals],
  });
  opened.push(windrow);
  const dashboard = await startDashboard(windrow, { host: '127.0.0.1', port: 0 });
  opened.push(dashboard);
  still = { windrow, url: dashboard.url, tokens: await tokensOf(windrow) };
  const shop = await openAssetInstallation();
  opened.push(shop);
  ofAssets = { ...shop, tokens: await tokensOf(shop.windrow) };
});

afterAll(() => closeAll(opened.splice(0)));

function accessOf({ store, clock }: Windrow) {
  return access({ database: store.database, clock, randomBytes });
}

async function tokensOf(windrow: Windrow): Promise<Readonly<Record<Role, string>>> {
  const make = async (role: Role): Promise<string> => {
    const made = await accessOf(windrow).tokens.create({ name: role, role, by: 'setup' });
    if (made.kind !== 'created') throw new Error(made.reason);
    return made.text.reveal();
  };
  return { viewer: await make('viewer'), operator: await make('operator'), admin: await make('admin') };
}

interface Deed {
  readonly path: string;
  readonly body?: object;
  readonly at?: Installation;
}

async function post({ path, body = {}, at = still }: Deed, as: Role): Promise<{ status: number; json: unknown }> {
  const answer = await fetch(`${at.url}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${at.tokens[as]}`, 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, json: await answer.json() };
}

async function deedsOf({ windrow }: Installation, role: Role) {
  return accessOf(windrow).audit({ actor: `token:${role}`, limit: 500 });
}

let windows = 0;

/** The open run of another window of a dag. */
async function openRun(dagId: string) {
  const start = FIRST.add({ minutes: 15 * windows });
  windows += 1;
  const window = { start, end: start.add({ minutes: 15 }), zone: 'UTC' };
  const made = await operations(still.windrow).triggerDag(dagId, { window, by: 'setup' });
  if (made.kind !== 'created') throw new Error(JSON.stringify(made));
  return made;
}

async function openRecord(): Promise<number> {
  const { recordId } = await openRun('orders');
  if (recordId === undefined) throw new Error('The run of a pipeline has no record.');
  return recordId;
}

async function cancelledRecord(): Promise<number> {
  const id = await openRecord();
  await operations(still.windrow).cancelRecord(id, 'setup');
  return id;
}

async function cancelledRun(): Promise<number> {
  const { runId } = await openRun('ticks');
  await operations(still.windrow).cancelRun(runId, 'setup');
  return runId;
}

let backfill = 0;
const dags = (verb: string, body: object = {}) => ({ path: `/dags/shipments/${verb}`, body });
const ofBackfill = (verb: string) => () => ({ path: `/backfills/${backfill}/${verb}` });
const ofUser = (verb: string, body: object = {}) => ({ path: `/users/alice/${verb}`, body });
const ofItem = async (verb: string, body: object = {}): Promise<Deed> => {
  await stuckItem(still.windrow, { sensor: 'arrivals', dag: 'files', key: `${verb}/1` });
  return { path: `/sensors/arrivals/items/${verb}`, body: { ...body, key: `${verb}/1` } };
};
const ofAsset = (verb: string): Deed => {
  return { path: `/assets/raw%2Forders/${verb}`, body: { partition: partitionOf(5) }, at: ofAssets };
};

/** What succeeds by each endpoint, in the order in which it is done. */
const DEEDS: Readonly<Record<string, () => Deed | Promise<Deed>>> = {
  'POST /dags/:id/trigger': () => dags('trigger'),
  'POST /dags/:id/pause': () => dags('pause'),
  'POST /dags/:id/unpause': () => dags('unpause'),
  'POST /runs/:id/cancel': async () => ({ path: `/runs/${(await openRun('ticks')).runId}/cancel` }),
  'POST /runs/:id/rerun': async () => {
    const made = await operations(still.windrow).triggerDag('shipments', { by: 'setup' });
    if (made.kind !== 'created') throw new Error(JSON.stringify(made));
    await still.windrow.advance('shipments');
    await operations(still.windrow).cancelRun(made.runId, 'setup');
    return { path: `/runs/${made.runId}/rerun`, body: { tasks: { kind: 'task', task: 'find_parcels' } } };
  },
  'POST /runs/:id/skip': async () => {
    return { path: `/runs/${await cancelledRun()}/skip`, body: { reason: 'not needed' } };
  },
  'POST /records/:id/cancel': async () => ({ path: `/records/${await openRecord()}/cancel` }),
  'POST /records/:id/rerun': async () => ({ path: `/records/${await cancelledRecord()}/rerun` }),
  'POST /records/:id/skip': async () => {
    return { path: `/records/${await cancelledRecord()}/skip`, body: { reason: 'not needed' } };
  },
  'POST /backfills': () => {
    const stretch = { from: '2026-01-20T00:00:00Z', to: '2026-01-21T00:00:00Z' };
    return { path: '/backfills', body: { dagId: 'orders', ...stretch, only: 'all' } };
  },
  'POST /backfills/:id/pause': ofBackfill('pause'),
  'POST /backfills/:id/resume': ofBackfill('resume'),
  'POST /backfills/:id/cancel': ofBackfill('cancel'),
  'POST /assets/:key/materialize': () => ofAsset('materialize'),
  'POST /assets/:key/check': () => ofAsset('check'),
  'POST /sensors/:id/cursor': () => ({ path: '/sensors/arrivals/cursor', body: { cursor: '2026-01-20' } }),
  'POST /sensors/:id/pause': () => ({ path: '/sensors/arrivals/pause' }),
  'POST /sensors/:id/unpause': () => ({ path: '/sensors/arrivals/unpause' }),
  'POST /sensors/:id/items/rerun': () => ofItem('rerun'),
  'POST /sensors/:id/items/skip': () => ofItem('skip', { reason: 'not needed' }),
  'POST /pools/:id/set': () => ({ path: '/pools/warehouse/set', body: { slots: 2 } }),
  'POST /pools/:id/reset': () => ({ path: '/pools/warehouse/reset' }),
  'POST /users': () => ({ path: '/users', body: { name: 'alice', role: 'viewer', password: PASSWORD } }),
  'POST /users/:name/role': () => ofUser('role', { role: 'operator' }),
  'POST /users/:name/password': () => ofUser('password', { password: `${PASSWORD} indeed` }),
  'POST /users/:name/remove': () => ofUser('remove'),
  'POST /tokens': () => ({ path: '/tokens', body: { name: 'nightly', role: 'viewer' } }),
  'POST /tokens/:name/revoke': () => ({ path: '/tokens/nightly/revoke' }),
};

const Made = z.object({ backfill: z.object({ id: z.number() }) });

describe('everything that changes something', () => {
  it('has a deed here that succeeds', () => {
    expect(WRITES.map(({ name }) => name).toSorted()).toEqual(Object.keys(DEEDS).toSorted());
  });

  it.each(LOWER)('by $name is refused to a $as, and noted with the name', async ({ path, as }) => {
    const asked = path.replaceAll(/:\w+/g, '1');
    expect(await post({ path: asked }, as)).toMatchObject({ status: 403, json: { code: 'E_FORBIDDEN' } });
    const [newest] = await deedsOf(still, as);
    expect(newest).toMatchObject({ action: 'access_refused', details: { asked: `POST /api/v1${asked}` } });
  });

  it.each(Object.entries(DEEDS))('by %s leaves a row in the audit log that names who did it', async (...[, deed]) => {
    const asked = await deed();
    const { at = still } = asked;
    const [before] = await deedsOf(at, 'admin');
    const answer = await post(asked, 'admin');

    expect(JSON.stringify(answer)).toContain('"status":200');
    const made = Made.safeParse(answer.json);
    if (made.success) backfill = made.data.backfill.id;
    const [newest] = await deedsOf(at, 'admin');
    expect(newest?.id).toBeGreaterThan(before?.id ?? 0);
    expect(JSON.stringify(newest)).not.toContain(PASSWORD);
  });
});
