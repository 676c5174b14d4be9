import { randomBytes } from 'node:crypto';
import { request } from 'node:http';

import { type Closable, Secret, closeAll } from '#framework';
import { type Windrow, access } from '#framework/operate';
import { startDashboard } from '#dashboard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { type AssetInstallation, openAssetInstallation } from '../support/asset-installation.ts';
import { shipments } from '../support/dashboard-installation.ts';
import { openTestEngine } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';

const JSON_BODY = { 'content-type': 'application/json' };
const Problem = z.object({ status: z.number(), code: z.string(), detail: z.string() });

const opened: Closable[] = [];
let url: string;
let windrow: Windrow;
let shop: AssetInstallation;

beforeAll(async () => {
  const dags = [shipments(), doublesPipeline('orders', transferDoubles())];
  windrow = await openTestEngine({ dags, backend: 'postgres' });
  opened.push(windrow);
  const dashboard = await startDashboard(windrow, { host: '127.0.0.1', port: 0 });
  opened.push(dashboard);
  ({ url } = dashboard);
  shop = await openAssetInstallation();
  opened.push(shop);
});

afterAll(() => closeAll(opened.splice(0)));

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

interface Asking {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(address: string, { headers = {}, ...init }: Asking = {}): Promise<Answer> {
  const response = await fetch(address, { ...init, headers: { connection: 'close', ...JSON_BODY, ...headers } });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

const get = (path: string, at = url): Promise<Answer> => ask(`${at}/api/v1${path}`);
const post = (path: string, body: object, at = url): Promise<Answer> =>
  ask(`${at}/api/v1${path}`, { method: 'POST', body: JSON.stringify(body) });

/** What an answer says where it is a problem: its status, and those words or all of its text. */
function told({ status, type, text }: Answer, words: string): readonly [number, string] {
  if (type?.startsWith('application/problem+json') !== true) return [status, `${type}: ${text}`];
  return [Problem.parse(JSON.parse(text)).status, text.includes(words) ? words : text];
}

function cursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

describe('a moment that the database cannot keep', () => {
  it.each([
    '/runs?from=0000-01-01T00:00:00Z',
    '/records?to=0000-12-31T23:59:59Z',
    '/drift?since=9999-12-31T23:59:59.9999999Z',
    '/audit?to=0000-01-01T00:00:00Z',
    `/dags/orders/grid?cursor=${cursor(['0000-01-01T00:00:00Z', '0000-01-02T00:00:00Z'])}`,
  ])('is refused in %s with the place at which it stands', async (path) => {
    expect(told(await get(path), 'query.')).toEqual([422, 'query.']);
  });

  it('begins no window, so that the runs of a dag can still be read', async () => {
    const trigger = (start: string, end: string): Promise<Answer> =>
      post('/dags/shipments/trigger', { window: { start, end } });
    expect(told(await trigger('2026-01-20T00:00:00Z', '9999-12-31T23:59:59.9999999Z'), 'before 9999-12-31')).toEqual([
      422,
      'before 9999-12-31',
    ]);
    expect(told(await trigger('0000-01-01T00:00:00Z', '2026-01-20T00:00:00Z'), 'body.window.start')).toEqual([
      422,
      'body.window.start',
    ]);
    expect((await post('/dags/shipments/trigger', {})).status).toBe(200);
    expect(
      told(
        await post('/backfills', { dagId: 'orders', from: '0000-01-01T00:00:00Z', to: '2026-01-20T00:00:00Z' }),
        'body.from',
      ),
    ).toEqual([422, 'body.from']);
  });
});

describe('a forged cursor', () => {
  it.each(['/dags', '/schedules'])('of %s with U+0000 in it is refused', async (path) => {
    expect(told(await get(`${path}?cursor=${cursor('a\u0000b')}`), 'query.cursor')).toEqual([422, 'query.cursor']);
  });

  it('of the windows of a backfill with a number that is none of theirs is refused', async () => {
    expect(told(await get(`/backfills/1?cursor=${cursor(2 ** 31)}`), 'query.cursor')).toEqual([422, 'query.cursor']);
  });

  it.each([
    ['events', [1, 2 ** 31, false]],
    ['checks/filled', [1, 2 ** 31]],
  ])('of %s of an asset with a number that is none of theirs is refused', async (...[list, position]) => {
    expect(
      told(await get(`/assets/raw%2Forders/${list}?cursor=${cursor(position)}`, shop.url), 'query.cursor'),
    ).toEqual([422, 'query.cursor']);
  });
});

describe('a partition of an asset', () => {
  it.each(['+275760-09-13T00:00Z', '+010000-01-01T00:00Z', '9999-12-31T23:59Z'])('%s is none', async (partition) => {
    const path = `/assets/raw%2Forders/partitions/${encodeURIComponent(partition)}`;
    expect(told(await get(path, shop.url), 'no partition')).toEqual([404, 'no partition']);
    const making = await post('/assets/raw%2Forders/materialize', { partition }, shop.url);
    expect(told(making, 'body.partition')).toEqual([422, 'body.partition']);
  });

  it('that has not closed is not made, as the rest of it would be missing for good', async () => {
    const making = await post('/assets/raw%2Forders/materialize', { partition: '2162-01-20T13:15Z' }, shop.url);
    expect(told(making, 'has not closed yet')).toEqual([422, 'has not closed yet']);
  });
});

describe('text with U+0000', () => {
  it('names no partition', async () => {
    expect(told(await get('/assets/raw%2Forders/events?partition=a%00b', shop.url), 'query.partition')).toEqual([
      422,
      'query.partition',
    ]);
  });

  it('is nobody who could log in', async () => {
    const login = { name: 'a\u0000b', password: 'a long password' };
    const body = JSON.stringify(login);
    const answer = await ask(`${url}/api/v1/session`, { method: 'POST', body, headers: { origin: url } });
    expect(told(answer, 'name')).toEqual([422, 'name']);
    const form = { method: 'POST', headers: { origin: url }, body: new URLSearchParams(login) };
    expect((await fetch(`${url}/login`, form)).status).toBe(422);
  });
});

describe('HEAD', () => {
  it('of the stream of changes ends', async () => {
    const status = await new Promise((resolve, reject) => {
      const asking = request(`${url}/api/v1/events`, { method: 'HEAD', headers: { connection: 'close' } }, (reply) => {
        reply.resume().on('end', () => resolve(reply.statusCode));
      });
      asking.on('error', reject).end();
    });
    expect(status).toBe(200);
  });
});

describe('what the API cannot answer', () => {
  it('is a problem for programs also where the API has no such version', async () => {
    expect(told(await ask(`${url}/api/v2/dags`), 'openapi.json')).toEqual([404, 'openapi.json']);
  });

  it('is a problem for programs also where nobody can be found out, because the database fails', async () => {
    const rename = (from: string, to: string): Promise<unknown> =>
      windrow.store.database.run({ text: `alter table ${from} rename to ${to}` });
    await rename('dashboard_user', 'elsewhere');
    try {
      expect(told(await get('/dags'), 'The log of the dashboard says why')).toEqual([
        500,
        'The log of the dashboard says why',
      ]);
    } finally {
      await rename('elsewhere', 'dashboard_user');
    }
  });
});

describe('who guesses a password', () => {
  it('gets no further tries by writing the name in other letters', async () => {
    const clock = new TestClock('2026-01-20T13:00:00Z');
    const engine = await openTestEngine({ dags: [shipments()], backend: 'postgres', clock });
    const who = access({ database: engine.store.database, clock, randomBytes });
    await who.users.add({ name: 'alice', role: 'admin', password: new Secret('a long password'), by: 'root' });
    const dashboard = await startDashboard(engine, { host: '127.0.0.1', port: 0 });
    const guess = (name: string): Promise<Answer> => {
      const body = JSON.stringify({ name, password: 'another password' });
      return ask(`${dashboard.url}/api/v1/session`, { method: 'POST', body, headers: { origin: dashboard.url } });
    };
    const statuses: number[] = [];
    try {
      for (const name of ['alice', 'Alice', 'aLice', 'alIce', 'aliCe', 'alicE']) {
        statuses.push((await guess(name)).status);
      }
    } finally {
      await closeAll([engine, dashboard]);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });
});
