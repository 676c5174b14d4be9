import { randomBytes } from 'node:crypto';

import { type Closable, Secret } from '#framework';
import { type Access, type Windrow, access } from '#framework/operate';
import { startDashboard } from '#dashboard';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { type ApiContract, apiContract } from '../support/api-contract.ts';
import { shipments } from '../support/dashboard-installation.ts';
import { openTestEngine } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';

const PASSWORD = 'a long password';

let clock: TestClock;
let windrow: Windrow;
let dashboard: Closable & { readonly url: string };
let contract: ApiContract;
let who: Access;
let root: Caller;

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

/** As a program with a token asks; holds every answer to the contract. */
type Caller = (operation: string, path: string, body?: unknown) => Promise<Answer>;

beforeEach(async () => {
  clock = new TestClock('2026-01-20T13:00:00Z');
  windrow = await openTestEngine({ dags: [shipments()], backend: 'postgres', clock });
  dashboard = await startDashboard(windrow, { host: '127.0.0.1', port: 0 });
  contract = await apiContract(dashboard.url);
  who = access({ database: windrow.store.database, clock, randomBytes });
  root = await callerOf('root');
});

afterEach(async () => {
  await dashboard.close();
  await windrow.close();
});

async function callerOf(name: string, role: 'viewer' | 'operator' | 'admin' = 'admin'): Promise<Caller> {
  const made = await who.tokens.create({ name, role, by: 'setup' });
  if (made.kind !== 'created') throw new Error(made.reason);
  return caller(made.text.reveal());
}

function caller(token: string): Caller {
  return async (operation, path, body) => {
    const [method] = operation.split(' ');
    const answer = await fetch(`${dashboard.url}/api/v1${path}`, {
      method: method ?? 'GET',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', connection: 'close' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json: unknown = await answer.json();
    expect({ path, faults: contract.faults(operation, answer.status, json) }).toEqual({ path, faults: [] });
    return { status: answer.status, json };
  };
}

async function deeds(): Promise<readonly string[]> {
  const entries = await who.audit({ actor: 'token:root', limit: 50 });
  return entries.map(({ action, details }) => `${action} ${JSON.stringify(details)}`).toReversed();
}

describe('a user', () => {
  const alice = { name: 'alice', role: 'viewer', password: PASSWORD };

  it('is added, gets another role and password, and is removed, each told by the audit log', async () => {
    expect(await root('POST /users', '/users', alice)).toEqual({ status: 200, json: { dryRun: false, name: 'alice' } });
    expect((await root('POST /users/{name}/role', '/users/alice/role', { role: 'operator' })).status).toBe(200);
    const password = 'another long password';
    expect((await root('POST /users/{name}/password', '/users/alice/password', { password })).status).toBe(200);
    expect((await root('GET /users', '/users')).json).toMatchObject({
      items: [{ name: 'alice', role: 'operator', createdBy: 'token:root', lastLoginAt: null }],
    });
    const login = { method: 'POST', headers: { 'content-type': 'application/json', origin: dashboard.url } };
    const body = JSON.stringify({ name: 'alice', password });
    expect((await fetch(`${dashboard.url}/api/v1/session`, { ...login, body })).status).toBe(201);
    expect((await root('POST /users/{name}/remove', '/users/alice/remove', {})).status).toBe(200);
    expect((await root('GET /users', '/users')).json).toEqual({ items: [] });
    expect(await deeds()).toEqual([
      'user_added {"role":"viewer","user":"alice"}',
      'user_role_set {"role":"operator","user":"alice"}',
      'user_password_set {"user":"alice"}',
      'user_removed {"user":"alice"}',
    ]);
  });

  it.each([
    ['POST /users', '/users', { ...alice, password: 'short' }, 409],
    ['POST /users', '/users', { ...alice, name: 'Al ice' }, 409],
    ['POST /users', '/users', { ...alice, role: 'king' }, 422],
    ['POST /users', '/users', { ...alice, more: 1 }, 422],
    ['POST /users/{name}/role', '/users/nobody/role', { role: 'admin' }, 404],
    ['POST /users/{name}/password', '/users/nobody/password', { password: PASSWORD }, 404],
    ['POST /users/{name}/remove', '/users/nobody/remove', {}, 404],
  ])(
    'by %s at %s with %j is refused with %i, and no answer repeats the password',
    async (...[name, path, body, status]) => {
      const answer = await root(name, path, body);
      expect(answer.status).toBe(status);
      expect(JSON.stringify(answer.json)).not.toContain(PASSWORD);
      expect(await deeds()).toEqual([]);
    },
  );

  it('is only looked at by dry runs, which refuse what would be refused', async () => {
    const body = { ...alice, dryRun: true };
    expect(await root('POST /users', '/users', body)).toEqual({ status: 200, json: { dryRun: true, name: 'alice' } });
    expect(await who.users.list()).toEqual([]);
    await who.users.add({ name: 'alice', role: 'viewer', password: new Secret(PASSWORD), by: 'setup' });
    const [before] = await who.users.list();
    expect((await root('POST /users', '/users', body)).status).toBe(409);
    const changes = [
      ['role', { role: 'admin' }],
      ['password', { password: 'another long password' }],
      ['remove', {}],
    ] as const;
    for (const [verb, change] of changes) {
      const dry = { ...change, dryRun: true };
      const done = { status: 200, json: { dryRun: true, name: 'alice' } };
      expect(await root(`POST /users/{name}/${verb}`, `/users/alice/${verb}`, dry)).toEqual(done);
      expect((await root(`POST /users/{name}/${verb}`, `/users/nobody/${verb}`, dry)).status).toBe(404);
    }
    expect(await who.users.list()).toEqual([before]);
    expect(await deeds()).toEqual([]);
  });

  it('is an admin where nobody else is one yet, so that whoever adds them is not locked out', async () => {
    const add = (role: string): Promise<Response> =>
      fetch(`${dashboard.url}/api/v1/users`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({ ...alice, role }),
      });
    const refused = await add('viewer');
    expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('must be an admin')]);
    expect((await add('admin')).status).toBe(200);
  });

  it('who is logged in takes away neither their own role nor themselves', async () => {
    await who.users.add({ name: 'alice', role: 'admin', password: new Secret(PASSWORD), by: 'setup' });
    const headers = { 'content-type': 'application/json', origin: dashboard.url };
    const login = { method: 'POST', headers, body: JSON.stringify({ name: 'alice', password: PASSWORD }) };
    const cookie = (await fetch(`${dashboard.url}/api/v1/session`, login)).headers.getSetCookie()[0]?.split(';')[0];
    const post = (path: string, body: object): Promise<Response> =>
      fetch(`${dashboard.url}/api/v1${path}`, {
        method: 'POST',
        headers: { ...headers, cookie: cookie ?? '' },
        body: JSON.stringify(body),
      });
    expect((await post('/users/alice/role', { role: 'viewer' })).status).toBe(409);
    expect((await post('/users/alice/remove', {})).status).toBe(409);
    expect(await who.users.list()).toMatchObject([{ name: 'alice', role: 'admin' }]);
  });
});

describe('a token', () => {
  it('is told once, works until its end, and is revoked', async () => {
    const Made = z.object({ token: z.object({ expiresAt: z.string().nullable() }), text: z.string() });
    const answer = await root('POST /tokens', '/tokens', { name: 'nightly', role: 'viewer', days: 30 });
    const { token, text } = Made.parse(answer.json);
    expect(token.expiresAt).toBe('2026-02-19T13:00:00Z');
    expect((await caller(text)('GET /dags', '/dags')).status).toBe(200);
    expect(JSON.stringify((await root('GET /tokens', '/tokens')).json)).not.toContain(text);
    expect((await root('POST /tokens', '/tokens', { name: 'nightly', role: 'viewer' })).status).toBe(409);
    expect((await root('POST /tokens/{name}/revoke', '/tokens/nightly/revoke', {})).status).toBe(200);
    expect((await root('POST /tokens/{name}/revoke', '/tokens/nightly/revoke', {})).status).toBe(404);
    expect((await caller(text)('GET /dags', '/dags')).status).toBe(401);
    expect(await deeds()).toEqual([
      'token_created {"role":"viewer","token":"nightly"}',
      'token_revoked {"token":"nightly"}',
    ]);
  });
});

describe('a dry run of a token', () => {
  it('makes none and takes none away, and refuses what would be refused', async () => {
    const made = (name: string): Promise<Answer> =>
      root('POST /tokens', '/tokens', { name, role: 'viewer', dryRun: true });
    const revoked = (name: string): Promise<Answer> =>
      root('POST /tokens/{name}/revoke', `/tokens/${name}/revoke`, { dryRun: true });
    expect(await made('nightly')).toEqual({ status: 200, json: { dryRun: true } });
    expect([(await made('root')).status, (await made('a b')).status]).toEqual([409, 409]);
    expect(await revoked('root')).toEqual({ status: 200, json: { dryRun: true, name: 'root' } });
    expect((await revoked('nightly')).status).toBe(404);
    expect(await who.tokens.list()).toMatchObject([{ name: 'root', revokedAt: null }]);
    expect(await deeds()).toEqual([]);
  });
});

describe('the audit log', () => {
  const Page = z.object({
    items: z.array(z.object({ action: z.string(), at: z.string() })),
    next: z.string().nullable(),
  });
  const actions = async (query: string): Promise<readonly string[]> =>
    Page.parse((await root('GET /audit', `/audit${query}`)).json).items.map(({ action }) => action);

  it('is narrowed by who did what, when and to what, and read page by page', async () => {
    await root('POST /dags/{id}/pause', '/dags/shipments/pause', {});
    await root('POST /dags/{id}/unpause', '/dags/shipments/unpause', {});
    await root('POST /dags/{id}/trigger', '/dags/shipments/trigger', {});
    expect(await actions('')).toEqual(['run_triggered', 'dag_unpaused', 'dag_paused', 'token_created']);
    expect(await actions('?actor=setup')).toEqual(['token_created']);
    expect(await actions('?action=dag_paused')).toEqual(['dag_paused']);
    expect(await actions('?dag=shipments&limit=1')).toEqual(['run_triggered']);
    expect(await actions('?run=1')).toEqual(['run_triggered']);
    expect(await actions('?record=1')).toEqual([]);
    expect(await actions('?from=2126-01-01T00:00:00Z')).toEqual([]);
    expect(await actions('?to=2126-01-01T00:00:00Z')).toHaveLength(4);
    const first = Page.parse((await root('GET /audit', '/audit?limit=3')).json);
    expect(await actions(`?limit=3&cursor=${first.next}`)).toEqual(['token_created']);
  });

  it('tells what was done with a token, in the open dashboard of this machine, and by a program', async () => {
    await root('POST /dags/{id}/pause', '/dags/shipments/pause', {});
    const headers = { 'content-type': 'application/json', connection: 'close' };
    await fetch(`${dashboard.url}/api/v1/dags/shipments/unpause`, { method: 'POST', headers, body: '{}' });
    expect((await root('GET /audit', '/audit')).json).toMatchObject({
      items: [
        { actor: 'local', source: 'dashboard', action: 'dag_unpaused' },
        { actor: 'token:root', source: 'api', action: 'dag_paused' },
        { actor: 'setup', source: 'program', action: 'token_created' },
      ],
    });
  });

  it('tells who asked for it in vain', async () => {
    const viewer = await callerOf('curious', 'operator');
    expect((await viewer('GET /audit', '/audit')).status).toBe(403);
    expect(await actions('?action=access_refused')).toEqual(['access_refused']);
  });
});
