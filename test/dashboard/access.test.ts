import { randomBytes } from 'node:crypto';

import { type Closable, Secret, Temporal, hours } from '#framework';
import { type Access, type DashboardOptions, type Role, type Windrow, access, coversRole } from '#framework/operate';
import { startDashboard } from '#dashboard';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ENDPOINTS } from '../../dashboard/server/api/endpoints.ts';
import { shipments } from '../support/dashboard-installation.ts';
import { openTestEngine } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';

const PASSWORD = 'a long password';
const START = '2026-01-20T13:00:00Z';

let clock: TestClock;
let windrow: Windrow;
let dashboard: (Closable & { readonly url: string }) | undefined;
let url: string;
let who: Access;

beforeEach(async () => {
  clock = new TestClock(START);
  windrow = await openTestEngine({ dags: [shipments()], backend: 'postgres', clock });
  who = access({ database: windrow.store.database, clock, randomBytes });
});

afterEach(async () => {
  await dashboard?.close();
  dashboard = undefined;
  await windrow.close();
});

async function start(options: Partial<DashboardOptions> = {}): Promise<void> {
  dashboard = await startDashboard(windrow, { host: '127.0.0.1', port: 0, ...options });
  ({ url } = dashboard);
}

async function addUser(name: string, role: Role): Promise<void> {
  expect(await who.users.add({ name, role, password: new Secret(PASSWORD), by: 'root' })).toEqual({ kind: 'added' });
}

interface Asking {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** As a page of the dashboard asks, with what it holds. */
function ask(path: string, { method = 'GET', body, headers = {} }: Asking = {}): Promise<Response> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = { 'content-type': 'application/json', origin: url };
  return fetch(`${url}${path}`, { method, redirect: 'manual', headers: { ...type, ...headers }, ...json });
}

function login(name: string, password = PASSWORD): Promise<Response> {
  return ask('/api/v1/session', { method: 'POST', body: { name, password } });
}

/** What a browser shows once somebody has logged in. */
async function cookieOf(name: string): Promise<{ readonly cookie: string }> {
  const answer = await login(name);
  expect(answer.status).toBe(201);
  return { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

async function deeds(): Promise<readonly string[]> {
  return (await who.audit({ limit: 50 })).map(({ actor, action }) => `${actor} ${action}`).toReversed();
}

const cancelRun = (headers: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(`${url}/api/v1/runs/1/cancel`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{}',
  });

describe('a dashboard without users', () => {
  it('lets in whoever sits at this machine, as an admin, until the first user is there', async () => {
    await start();
    expect(await (await ask('/api/v1/session')).json()).toEqual({ actor: 'local', role: 'admin', via: 'local' });
    await addUser('alice', 'viewer');
    const answer = await ask('/api/v1/session');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ status: 401, code: 'E_NOT_LOGGED_IN' });
  });
});

describe('who is not logged in', () => {
  it.each(['/', '/queues', '/queues/api/queues', '/windrow.svg', '/runs/1', '/api/v1/dags', '/nowhere'])(
    'sees nothing of %s',
    async (path) => {
      await addUser('alice', 'viewer');
      await start();
      expect((await ask(path)).status).toBe(401);
      expect((await ask(path, { headers: { cookie: 'windrow=guess' } })).status).toBe(401);
      expect((await ask(path, { headers: { authorization: 'Bearer wr_guess' } })).status).toBe(401);
    },
  );

  it('is led to the login as a person, and back from there to the same place and no other', async () => {
    await addUser('alice', 'viewer');
    await start();
    const led = await ask('/runs/7?tab=log', { headers: { accept: 'text/html' } });
    expect(led).toMatchObject({ status: 303 });
    expect(led.headers.get('location')).toBe('/login?next=%2Fruns%2F7%3Ftab%3Dlog');
    for (const [next, to] of [
      ['/runs/7?tab=log', '/runs/7?tab=log'],
      ['//evil.example.com/', '/'],
      ['/\\evil.example.com', '/'],
      ['https://evil.example.com/', '/'],
      ['/login', '/'],
    ] as const) {
      const form = new URLSearchParams({ name: 'alice', password: PASSWORD, next });
      const back = await fetch(`${url}/login`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: url },
        body: form,
      });
      expect([back.status, back.headers.get('location')]).toEqual([303, to]);
    }
  });

  it('comes from a link of another site through a page of ours, which a browser shows the cookie', async () => {
    await addUser('alice', 'viewer');
    await start();
    const headers = { accept: 'text/html', 'sec-fetch-site': 'cross-site' };
    const between = await ask('/runs/7', { headers });
    expect(between.status).toBe(200);
    expect(await between.text()).toContain('content="0;url=/login?next=%2Fruns%2F7"');
  });
});

describe('a login', () => {
  beforeEach(() => addUser('alice', 'operator'));

  it('gives a cookie that scripts and other sites do not get, plain at this machine alone', async () => {
    await start();
    const [cookie] = (await login('alice')).headers.getSetCookie();
    expect(cookie).toMatch(/^windrow=[\w-]{43}; Max-Age=604800; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
    await dashboard?.close();
    await start({ url: 'https://windrow.example.com' });
    const origin = { origin: 'https://windrow.example.com' };
    const body = { name: 'alice', password: PASSWORD };
    const [safe] = (await ask('/api/v1/session', { method: 'POST', body, headers: origin })).headers.getSetCookie();
    expect(safe).toMatch(/^__Host-windrow=.*; Path=\/; .*HttpOnly; Secure; SameSite=Strict$/);
  });

  it('that cannot be read is refused as a problem', async () => {
    await start();
    const headers = { 'content-type': 'application/json', origin: url };
    const answer = await fetch(`${url}/api/v1/session`, { method: 'POST', headers, body: '{"name":' });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ status: 400, code: 'E_REQUEST_UNREADABLE' });
  });

  it('answers a wrong password as it answers a name of nobody', async () => {
    await start();
    const [wrong, nobody] = [await login('alice', 'another password'), await login('bob')];
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    expect(await wrong.json()).toEqual(await nobody.json());
    expect(wrong.headers.getSetCookie()).toEqual([]);
  });

  it('waits after wrong passwords in a row, and says for how long', async () => {
    await start();
    for (let attempt = 1; attempt <= 5; attempt += 1) await login('alice', 'another password');
    const early = await login('alice');
    expect([early.status, early.headers.get('retry-after')]).toEqual([429, '5']);
    clock.set('2026-01-20T13:00:05Z');
    expect((await login('alice')).status).toBe(201);
  });

  it('is refused to an address that has failed thirty times with any names', async () => {
    await start();
    const guesses = Array.from({ length: 31 }, (_, index) => login(index < 6 ? `user${index}` : 'user0', 'guess'));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toEqual([]);
    const answer = await login('alice');
    expect(answer.status).toBe(429);
    const form = new URLSearchParams({ name: 'alice', password: PASSWORD });
    const page = await fetch(`${url}/login`, { method: 'POST', headers: { origin: url }, body: form });
    expect([page.status, await page.text()]).toEqual([429, expect.stringContaining('too many tries')]);
  });

  it.each([{ origin: 'https://evil.example.com' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }])(
    'of a page that is not ours is refused: %j',
    async (headers) => {
      await start();
      const body = { name: 'alice', password: PASSWORD };
      expect((await ask('/api/v1/session', { method: 'POST', body, headers })).status).toBe(403);
      expect(await deeds()).toEqual(['root user_added']);
    },
  );

  it('of the user of the settings is one of an admin', async () => {
    await start({ user: 'Operator', password: new Secret('from the settings') });
    expect((await login('Operator')).status).toBe(401);
    const answer = await login('Operator', 'from the settings');
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const me = await ask('/api/v1/session', { headers: { cookie } });
    expect(await me.json()).toEqual({ actor: 'Operator', role: 'admin', via: 'session' });
  });
});

describe('a session', () => {
  beforeEach(() => addUser('alice', 'operator'));

  it('ends on the server at the logout', async () => {
    await start();
    const cookie = await cookieOf('alice');
    expect((await ask('/', { headers: cookie })).status).toBe(200);
    const out = await ask('/api/v1/session', { method: 'DELETE', headers: cookie });
    expect([out.status, out.headers.getSetCookie()[0]]).toEqual([204, expect.stringContaining('windrow=;')]);
    expect((await ask('/', { headers: cookie })).status).toBe(401);
    expect(await deeds()).toEqual(['root user_added', 'alice logged_in', 'alice logged_out']);
  });

  it('ends when nobody uses it for the time of the settings, and leads to the login', async () => {
    await start({ idle: hours(1) });
    const cookie = await cookieOf('alice');
    for (const [minute, status] of [
      [59, 200],
      [118, 200],
      [178, 303],
    ] as const) {
      clock.set(Temporal.Instant.from(START).add({ minutes: minute }).toString());
      expect((await ask('/', { headers: { ...cookie, accept: 'text/html' } })).status).toBe(status);
    }
  });

  it('writes for a page of ours alone', async () => {
    await start();
    const cookie = await cookieOf('alice');
    for (const headers of [{}, { origin: 'https://evil.example.com' }, { origin: 'http://127.0.0.1:1' }])
      expect((await cancelRun({ ...cookie, ...headers })).status).toBe(403);
    // There is none, which only a request hears that was let in.
    expect(await (await cancelRun({ ...cookie, origin: url })).text()).toContain('There is no run 1.');
  });
});

describe('a token', () => {
  async function tokenOf(role: Role): Promise<{ readonly authorization: string }> {
    const made = await who.tokens.create({ name: role, role, by: 'root' });
    if (made.kind !== 'created') throw new Error(made.reason);
    return { authorization: `Bearer ${made.text.reveal()}` };
  }

  it('is shown in place of a login, until it is revoked', async () => {
    await addUser('alice', 'viewer');
    await start();
    const headers = await tokenOf('operator');
    const answer = await ask('/api/v1/session', { headers });
    expect(await answer.json()).toEqual({ actor: 'token:operator', role: 'operator', via: 'token' });
    await who.tokens.revoke({ name: 'operator', by: 'root' });
    expect((await ask('/', { headers })).status).toBe(401);
  });

  it('counts alone where it is shown, so that a wrong one is not made up for by a cookie or an open door', async () => {
    await start();
    expect((await ask('/', { headers: { authorization: 'Bearer wr_guess' } })).status).toBe(401);
    expect((await ask('/', { headers: { authorization: 'Basic b3BlcmF0b3I6eA==' } })).status).toBe(401);
  });
});

describe('a role', () => {
  it.each(['viewer', 'operator', 'admin'] as const)(
    'of %s reaches those endpoints that ask for it or less',
    async (role) => {
      await addUser('alice', role);
      await start();
      const cookie = await cookieOf('alice');
      for (const { method, path, role: demanded } of ENDPOINTS) {
        const place = `/api/v1${path.replaceAll(/:\w+/g, '999')}`;
        const body = method === 'get' ? {} : { body: {} };
        const { status } = await ask(place, { method: method.toUpperCase(), headers: cookie, ...body });
        expect({ place, isRefused: status === 403 }).toEqual({ place, isRefused: !coversRole(role, demanded) });
      }
      const writes = ENDPOINTS.filter(({ method }) => method !== 'get');
      expect(writes.length).toBeGreaterThan(0);
      for (const write of writes) expect(write.role).not.toBe('viewer');
    },
  );

  it('of an operator pauses a dag, which the audit log tells by name', async () => {
    await addUser('alice', 'operator');
    await start();
    const cookie = await cookieOf('alice');
    const paused = await ask('/api/v1/dags/shipments/pause', { method: 'POST', body: {}, headers: cookie });
    expect(paused.status).toBe(200);
    expect(await who.audit({ limit: 3 })).toMatchObject([
      { actor: 'alice', source: 'dashboard', action: 'dag_paused', dagId: 'shipments' },
      { actor: 'alice', source: 'dashboard', action: 'logged_in' },
      { actor: 'root', source: 'program', action: 'user_added' },
    ]);
  });

  it.each(['viewer', 'operator', 'admin'] as const)(
    'of %s writes as far as it reaches, and what it refuses is noted',
    async (role) => {
      await addUser('alice', role);
      await start();
      const cookie = await cookieOf('alice');
      expect((await ask('/', { headers: cookie })).status).toBe(200);
      const answer = await cancelRun({ ...cookie, origin: url });
      const said = await answer.text();
      const mayWrite = coversRole(role, 'operator');
      expect(answer.status).toBe(mayWrite ? 404 : 403);
      expect(said).toContain(mayWrite ? 'There is no run 1.' : 'demands the role operator, and alice is viewer');
      const refused = (await who.audit({ limit: 1, action: 'access_refused' })).map(({ details }) => details);
      expect(refused).toEqual(mayWrite ? [] : [{ asked: 'POST /api/v1/runs/1/cancel' }]);
    },
  );

  it.each(['viewer', 'admin'] as const)('of %s looks at the queues and changes none of them', async (role) => {
    await addUser('alice', role);
    await start();
    const cookie = await cookieOf('alice');
    expect((await ask('/queues/api/queues', { headers: cookie })).status).toBe(200);
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE'])
      expect((await ask('/queues/api/queues/windrow-default/pause', { method, headers: cookie })).status).toBe(405);
  });
});
