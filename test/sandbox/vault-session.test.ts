import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { minutes, Temporal } from '#framework';
import { movableClock, openVault, type VaultBench, VaultClient } from './vault-client.ts';

const sessionClock = movableClock(Temporal.Instant.from('2026-01-20T08:00Z'));
let bench: VaultBench;
beforeEach(async () => {
  bench = await openVault({ sessionClock, sessionIdle: minutes(20) });
});
afterEach(() => bench.vault.close());

const inMinutes = (count: number): void => sessionClock.set(sessionClock.now().add({ minutes: count }));

describe('login', () => {
  it('gives a session of 128 digits for the Vault and says which Vault it is', async () => {
    const login = await bench.client.logIn();
    expect(login.sessionId).toMatch(/^[0-9A-F]{128}$/);
    expect(login.vaultIds).toEqual(
      [{ id: 143_462, name: 'PromoMats', url: `${bench.vault.url}/api` }].map(({ id, url }) => ({ id, url })),
    );
    expect(login.vaultId).toBe(bench.vault.vaultId);
  });

  it('accepts a multipart form', async () => {
    const body = new FormData();
    body.set('username', bench.vault.username);
    body.set('password', bench.vault.password);
    const response = await bench.client.call('auth', { method: 'POST', body });
    expect(await response.json()).toMatchObject({ responseStatus: 'SUCCESS' });
  });

  it.each([
    [{ password: 'wrong' }, 'USERNAME_OR_PASSWORD_INCORRECT'],
    [{ username: 'nobody' }, 'USERNAME_OR_PASSWORD_INCORRECT'],
    [{ password: '' }, 'NO_PASSWORD_PROVIDED'],
  ])('answers %j with HTTP 200 and %s', async (fields, type) => {
    const login = await bench.client.logIn(fields);
    expect(login).toMatchObject({ responseStatus: 'FAILURE', errorType: 'AUTHENTICATION_FAILED', sessionId: '' });
    expect(login.errors[0]?.type).toBe(type);
  });

  it('refuses a locked user', async () => {
    bench.vault.faults.add({ kind: 'failure', endpoint: 'auth', type: 'USER_LOCKED_OUT', times: 1 });
    expect(await bench.client.logIn()).toMatchObject({
      errorType: 'AUTHENTICATION_FAILED',
      errors: [{ type: 'USER_LOCKED_OUT' }],
    });
    expect(await bench.client.logIn()).toMatchObject({ responseStatus: 'SUCCESS' });
  });

  it('refuses the right password after five wrong ones, until somebody unlocks the user', async () => {
    for (const _try of Array.from({ length: 5 })) await bench.client.logIn({ password: 'wrong' });
    expect(await bench.client.logIn()).toMatchObject({
      errorType: 'AUTHENTICATION_FAILED',
      errors: [{ type: 'USER_LOCKED_OUT' }],
    });
    bench.vault.unlock();
    expect(await bench.client.logIn()).toMatchObject({ responseStatus: 'SUCCESS' });
  });

  it('slows down behind half of the logins of a minute, and refuses those beyond them all', async () => {
    const limited = await openVault({ sessionClock, loginsPerMinute: 5 });
    const logIn = async () => {
      const { responseStatus, errors } = await limited.client.logIn();
      return errors[0]?.type ?? responseStatus;
    };
    expect(await logIn()).toBe('SUCCESS');
    const slow = await limited.client.call('auth', {
      method: 'POST',
      body: new URLSearchParams({ username: 'nobody' }),
    });
    expect(slow.headers.get('x-vaultapi-burstlimitremaining')).toBe('2');
    expect(slow.headers.get('x-vaultapi-responsedelay')).toBe('20');
    expect([await logIn(), await logIn(), await logIn()]).toEqual(['SUCCESS', 'SUCCESS', 'API_LIMIT_EXCEEDED']);
    inMinutes(1);
    expect(await logIn()).toBe('SUCCESS');
    await limited.vault.close();
  });

  it('succeeds for another Vault than the one asked for', async () => {
    bench.vault.faults.add({ kind: 'other_vault', vaultId: 99, host: 'other.veevavault.com' });
    expect(await bench.client.logIn({ vaultDNS: bench.vault.host })).toMatchObject({
      responseStatus: 'SUCCESS',
      vaultId: 99,
      vaultIds: [{ id: 99, url: 'https://other.veevavault.com/api' }],
    });
  });
});

describe('a session', () => {
  it('is taken with and without the word Bearer', async () => {
    const headers = { Authorization: `Bearer ${bench.client.session}` };
    expect(await (await bench.client.call('objects/users/me', { headers })).json()).toMatchObject({
      responseStatus: 'SUCCESS',
      users: [{ user: { user_name__v: bench.vault.username } }],
    });
    expect(await (await bench.client.call('objects/users/me')).json()).toMatchObject({ responseStatus: 'SUCCESS' });
  });

  it('is asked for by every call but the login', async () => {
    const stranger = new VaultClient(bench.vault);
    for (const path of ['objects/users/me', 'services/directdata/files', 'services/directdata/files/x.001']) {
      expect(await stranger.failureOf(path)).toBe('INVALID_SESSION_ID');
    }
  });

  it('ends after twenty idle minutes and not before', async () => {
    inMinutes(20);
    expect(await (await bench.client.call('keep-alive', { method: 'POST' })).json()).toMatchObject({
      responseStatus: 'SUCCESS',
    });
    inMinutes(21);
    expect(await bench.client.failureOf('keep-alive', { method: 'POST' })).toBe('INVALID_SESSION_ID');
  });

  it('ends after two days however busy it is', async () => {
    for (let quarter = 0; quarter < 48 * 4; quarter += 1) {
      inMinutes(15);
      await bench.client.call('keep-alive', { method: 'POST' });
    }
    inMinutes(15);
    expect(await bench.client.failureOf('keep-alive', { method: 'POST' })).toBe('INVALID_SESSION_ID');
  });

  it('ends when it is deleted', async () => {
    await bench.client.call('session', { method: 'DELETE' });
    expect(await bench.client.failureOf('objects/users/me')).toBe('INVALID_SESSION_ID');
  });
});

describe('every answer', () => {
  it('carries the headers of Vault and a status line without words', async () => {
    const headers = { Authorization: bench.client.session, 'X-VaultAPI-ReferenceId': 'run-7' };
    const response = await bench.client.call('objects/users/me', { headers });
    expect(response.status).toBe(200);
    expect(response.statusText).toBe('');
    expect(response.headers.get('x-vaultapi-status')).toBe('SUCCESS');
    expect(response.headers.get('x-vaultapi-vaultid')).toBe('143462');
    expect(response.headers.get('x-vaultapi-burstlimit')).toBe('2000');
    expect(Number(response.headers.get('x-vaultapi-burstlimitremaining'))).toBeLessThan(2000);
    expect(response.headers.get('x-vaultapi-referenceid')).toBe('run-7');
    expect(response.headers.get('x-vaultapi-executionid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(bench.client.session.startsWith(response.headers.get('x-vaultapi-truncatedsessionid') ?? 'none')).toBe(true);
  });

  it('names the versions, of which Direct Data needs v24.1 or later', async () => {
    const response = await fetch(`${bench.vault.url}/api/`, { headers: { Authorization: bench.client.session } });
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({ values: { 'v25.2': `${bench.vault.url}/api/v25.2` } });
    const old = await fetch(`${bench.vault.url}/api/v23.3/objects/users/me`, {
      headers: { Authorization: bench.client.session },
    });
    expect(await old.json()).toMatchObject({ responseStatus: 'FAILURE', errors: [{ type: 'MALFORMED_URL' }] });
  });

  it('says MALFORMED_URL or METHOD_NOT_SUPPORTED with HTTP 200 where there is nothing', async () => {
    expect(await bench.client.failureOf('services/nothing')).toBe('MALFORMED_URL');
    expect(await bench.client.failureOf('auth')).toBe('METHOD_NOT_SUPPORTED');
  });
});
