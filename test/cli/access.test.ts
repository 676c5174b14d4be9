import { hostname, userInfo } from 'node:os';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Installation, openInstallationFolder, windrow, windrowJson } from './windrow.ts';

const ME = `${userInfo().username}@${hostname()}`;

describe('who may come in', () => {
  let at: Installation;
  beforeAll(async () => {
    at = await openInstallationFolder();
  });
  afterAll(() => at.close());

  it('is nobody in particular before the first user', async () => {
    expect(await windrow(at, 'users list')).toMatchObject({ code: 0, out: expect.stringContaining('users add NAME') });
    expect(await windrowJson(at, 'users list')).toEqual({ code: 0, json: [] });
  });

  it('is a user with a password that is made and printed once', async () => {
    const { code, json } = await windrowJson(at, 'users add alice --role admin');
    expect({ code, json }).toEqual({
      code: 0,
      json: { name: 'alice', role: 'admin', password: expect.stringMatching(/^[\w-]{20}$/) },
    });
    const { out } = await windrow(at, 'users list');
    expect(out).toMatch(/alice +admin/);
    expect(out).not.toContain(Object(json).password);
  });

  it('is a user with a password from standard input, which is not printed', async () => {
    const typed = { ...at, input: 'bring your own words\n' };
    const { code, out } = await windrow(typed, 'users add bob --password-stdin');
    expect({ code, out }).toEqual({ code: 0, out: 'User bob is added as viewer.\n' });
    expect(await windrow({ ...at, input: 'short\n' }, 'users password bob --password-stdin')).toMatchObject({
      code: 4,
    });
    expect(await windrow(typed, 'users password bob --password-stdin')).toMatchObject({ code: 0 });
  });

  it('changes by role and removal, and the last removal says what follows', async () => {
    expect(await windrow(at, 'users role bob operator')).toMatchObject({ code: 0 });
    expect(await windrow(at, 'users role bob captain')).toMatchObject({ code: 2 });
    expect(await windrow(at, 'users role carol viewer')).toMatchObject({ code: 3 });
    expect((await windrow(at, 'users remove bob')).out).toBe('User bob is removed.\n');
    expect((await windrow(at, 'users remove alice')).out).toContain('lets everybody there in again');
    expect(await windrow(at, 'users remove alice')).toMatchObject({ code: 3 });
  });

  it('is a program with a token, whose text stands in no list', async () => {
    const { json } = await windrowJson(at, 'tokens create nightly --role operator --expires 90d');
    expect(json).toMatchObject({ name: 'nightly', role: 'operator', text: expect.stringMatching(/^wr_/) });
    const { out } = await windrow(at, 'tokens list');
    expect(out).toMatch(/nightly +operator/);
    expect(out).not.toContain('wr_');
    expect(await windrow(at, 'tokens create nightly')).toMatchObject({ code: 4 });
    expect(await windrow(at, 'tokens create other --expires soon')).toMatchObject({ code: 2 });
    expect(await windrow(at, 'tokens revoke nightly')).toMatchObject({ code: 0 });
    expect(await windrow(at, 'tokens revoke nightly')).toMatchObject({ code: 3 });
  });

  it('stands in the audit log with who decided it, beside what people did to dags', async () => {
    await windrow(at, 'dags pause hello');
    const { json } = await windrowJson(at, 'audit list --limit 3');
    expect(json).toEqual([
      expect.objectContaining({ actor: ME, source: 'cli', action: 'dag_paused', dagId: 'hello' }),
      expect.objectContaining({ actor: ME, source: 'cli', action: 'token_revoked', details: { token: 'nightly' } }),
      expect.objectContaining({ actor: ME, action: 'token_created', details: { token: 'nightly', role: 'operator' } }),
    ]);
    const { out } = await windrow(at, 'audit list --action user_role_set');
    expect(out).toMatch(/user_role_set .* role=operator user=bob/);
    expect((await windrow(at, 'audit list --actor nobody')).out).toContain('Nobody has done');
  });
});
