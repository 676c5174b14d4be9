import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';

import { type Closable, Secret, closeAll } from '#framework';
import { type OidcSettings, type Windrow, access, readEngineSettings } from '#framework/operate';
import { startDashboard } from '#dashboard';
import { Provider } from 'oidc-provider';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openTestEngine } from '../support/engine.ts';

const SECRET = 'a secret between the two of them, long enough';
const GROUPS: Readonly<Record<string, readonly string[]>> = { alice: ['staff', 'ops'], bob: ['guests'] };

let windrow: Windrow;
let url: string;
let issuer: string;
let jar: Map<string, string>;
const opened: Closable[] = [];

/** The provider must know where the dashboard is, and the dashboard where the provider is: one port is chosen before. */
beforeEach(async () => {
  jar = new Map();
  const server = createServer();
  opened.push({ close: () => closed(server) });
  issuer = await listening(server);
  const port = await freePort();
  server.on('request', providerFor(`http://127.0.0.1:${port}/login/oidc/callback`).callback());
  windrow = await openTestEngine({ dags: [], backend: 'postgres' });
  opened.push(windrow);
  await startAt(port, { roleClaim: 'groups', roles: { staff: 'viewer', ops: 'operator' } });
});

async function startAt(port: number, roles: Pick<OidcSettings, 'roleClaim' | 'roles'>): Promise<void> {
  const oidc: OidcSettings = { issuer, clientId: 'windrow', clientSecret: new Secret(SECRET), ...roles };
  const dashboard = await startDashboard(windrow, { host: '127.0.0.1', port, oidc });
  opened.push(dashboard);
  ({ url } = dashboard);
}

afterEach(() => closeAll(opened.splice(0)));

/** A real provider: it signs, verifies PKCE, state and secret, and asks people by forms of its own. */
function providerFor(back: string): Provider {
  return new Provider(issuer, {
    clients: [{ client_id: 'windrow', client_secret: SECRET, redirect_uris: [back] }],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email', 'email_verified'] },
    pkce: { required: () => true },
    cookies: { keys: ['any'] },
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        preferred_username: id,
        groups: GROUPS[id] ?? [],
        email: 'boss@example.com',
        email_verified: id === 'alice',
      }),
    }),
  });
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${portOf(server)}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await listening(server);
  const port = portOf(server);
  await closed(server);
  return port;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
  return address.port;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

/** As a browser: with all cookies of this machine. */
async function browse(address: string, form?: Readonly<Record<string, string>>): Promise<Response> {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const body = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) };
  const answer = await fetch(address, { redirect: 'manual', headers: { cookie, accept: 'text/html' }, ...body });
  for (const line of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '') jar.delete(name);
    else jar.set(name, value);
  }
  return answer;
}

/** Follows redirects until a page is shown or `stop` is reached, and fills in the provider's forms on the way. */
async function follow(
  start: string,
  name: string,
  stop = 'nowhere',
): Promise<{ readonly at: string; readonly answer: Response }> {
  let at = start;
  for (let step = 0; step < 20; step += 1) {
    if (at.includes(stop)) return { at, answer: new Response() };
    let answer = await browse(at);
    if (answer.status === 200 && at.includes('/interaction/')) {
      const isLogin = (await answer.text()).includes('value="login"');
      answer = await browse(at, isLogin ? { prompt: 'login', login: name, password: 'any' } : { prompt: 'consent' });
    }
    const next = answer.headers.get('location');
    if (next === null) return { at, answer };
    at = new URL(next, at).href;
  }
  throw new Error(`Still going round at ${at}.`);
}

async function whoAmI(): Promise<unknown> {
  return (await browse(`${url}/api/v1/session`)).json();
}

describe('an identity provider', () => {
  it('vouches for a person, whose highest role by groups counts, and leads back to where they were', async () => {
    expect(await (await browse(`${url}/login?next=/runs/7`)).text()).toContain('href="/login/oidc?next=%2Fruns%2F7"');
    const { answer } = await follow(`${url}/login/oidc?next=%2Fruns%2F7`, 'alice');
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('content="0;url=/runs/7"')]);
    expect(await whoAmI()).toEqual({ actor: 'oidc:alice', role: 'operator', via: 'session' });
    const { audit } = access({ database: windrow.store.database, clock: windrow.clock, randomBytes });
    expect(await audit({ limit: 1 })).toMatchObject([{ actor: 'oidc:alice', action: 'logged_in' }]);
  });

  it('lets nobody in whose groups have no role', async () => {
    const { answer } = await follow(`${url}/login/oidc`, 'bob');
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringContaining('oidc:bob is known, and has no role'),
    ]);
    expect(await whoAmI()).toMatchObject({ code: 'E_NOT_LOGGED_IN' });
  });

  it('gives a role by an address only where it has proved whose the address is', async () => {
    await opened.pop()?.close();
    await startAt(Number(new URL(url).port), { roleClaim: 'email', roles: { 'boss@example.com': 'admin' } });
    expect((await follow(`${url}/login/oidc`, 'alice')).answer.status).toBe(200);
    expect(await whoAmI()).toMatchObject({ actor: 'oidc:alice', role: 'admin' });
    jar = new Map();
    expect((await follow(`${url}/login/oidc`, 'mallory')).answer.status).toBe(403);
    expect(await whoAmI()).toMatchObject({ code: 'E_NOT_LOGGED_IN' });
  });

  it('vouches for nobody any more in the roles of settings that were changed', async () => {
    expect((await follow(`${url}/login/oidc`, 'alice')).answer.status).toBe(200);
    const restarted = async (roles: OidcSettings['roles']): Promise<void> => {
      await opened.pop()?.close();
      await startAt(Number(new URL(url).port), { roleClaim: 'groups', roles });
    };
    await restarted({ ops: 'operator', staff: 'viewer' });
    expect(await whoAmI()).toMatchObject({ actor: 'oidc:alice', role: 'operator' });
    await restarted({ staff: 'viewer' });
    expect(await whoAmI()).toMatchObject({ code: 'E_NOT_LOGGED_IN' });
  });

  it('is not believed with another state, without the proof of the browser that asked, or twice', async () => {
    const { at } = await follow(`${url}/login/oidc`, 'alice', '/login/oidc/callback');
    const proof = new Map(jar);
    expect((await browse(at.replace(/state=[^&]+/, 'state=guess'))).status).toBe(401);
    expect(jar.has('windrow-oidc')).toBe(false);
    expect((await browse(at)).status).toBe(401);
    jar = new Map(proof);
    expect((await browse(at)).status).toBe(200);
    jar = new Map(proof);
    expect((await browse(at)).status).toBe(401);
    expect(await whoAmI()).toMatchObject({ code: 'E_NOT_LOGGED_IN' });
  });

  it('that does not answer is told on the login page, which stays of use', async () => {
    await opened.shift()?.close();
    const answer = await browse(`${url}/login/oidc`);
    expect([answer.status, await answer.text()]).toEqual([502, expect.stringContaining('does not answer')]);
  });
});

describe('the settings of an identity provider', () => {
  const read = (environment: Readonly<Record<string, string>>) =>
    readEngineSettings({ environment, readFile: () => undefined });
  const ALL = {
    WINDROW_OIDC_ISSUER: 'https://id.example.com',
    WINDROW_OIDC_CLIENT_ID: 'windrow',
    WINDROW_OIDC_CLIENT_SECRET: 'secret',
    WINDROW_OIDC_ROLES: 'ops=admin, staff=viewer',
  };

  it('are taken together or not at all, and name roles that there are', () => {
    const { WINDROW_OIDC_ROLES: roles, ...rest } = ALL;
    expect(read(ALL)).toMatchObject({
      kind: 'read',
      settings: { dashboard: { oidc: { roleClaim: 'groups', roles: { ops: 'admin', staff: 'viewer' } } } },
    });
    expect(read(rest)).toMatchObject({ problems: [expect.stringContaining('WINDROW_OIDC_ROLES')] });
    for (const wrong of ['ops', `${roles},x=captain`, '=admin'])
      expect(read({ ...ALL, WINDROW_OIDC_ROLES: wrong })).toMatchObject({ kind: 'unreadable' });
    expect(read({ ...ALL, WINDROW_OIDC_ISSUER: 'http://id.example.com' })).toMatchObject({ kind: 'unreadable' });
  });

  it('demand an address that the provider can send people back to', async () => {
    const oidc = { issuer, clientId: 'windrow', clientSecret: new Secret(SECRET), roleClaim: 'groups', roles: {} };
    const started = startDashboard(windrow, { host: '0.0.0.0', port: 0, oidc });
    await expect(started).rejects.toMatchObject({ code: 'E_DASHBOARD_URL' });
  });
});
