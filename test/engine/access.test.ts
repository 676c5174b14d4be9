import { randomBytes } from 'node:crypto';

import { Secret, type Temporal, hours, minutes, silentLog } from '#framework';
import { type Access, type SessionAccess, access, sessionAccess } from '#framework/operate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Database } from '../../framework/store/database.ts';
import { migrate } from '../../framework/store/migrate.ts';
import { type Store, openStore } from '../../framework/store/store.ts';
import { freshDatabase } from '../support/database.ts';
import { TestClock } from '../support/test-clock.ts';

const PASSWORD = new Secret('a long password');
const OTHER = new Secret('another long password');
const LOGIN = { name: 'alice', password: PASSWORD, address: '192.0.2.7' };

let store: Store;
let clock: TestClock;
let tools: { readonly users: Access['users']; readonly tokens: Access['tokens']; readonly audit: Access['audit'] };
let sessions: SessionAccess;

beforeEach(async () => {
  store = openStore({ url: await freshDatabase(), log: silentLog });
  await migrate(store.database);
  clock = new TestClock('2026-01-20T13:00Z');
  tools = access({ database: store.database, clock, randomBytes });
  sessions = sessionsWith({});
});
afterEach(() => store.close());

function sessionsWith(more: { readonly settingsUser?: { readonly name: string; readonly password: Secret } }) {
  const { database } = store;
  return sessionAccess({ database, clock, randomBytes, idle: hours(8), lifetime: hours(24), ...more });
}

async function addAlice(): Promise<void> {
  const added = await tools.users.add({ name: 'alice', role: 'operator', password: PASSWORD, by: 'root' });
  expect(added).toEqual({ kind: 'added' });
}

async function logIn(at: SessionAccess = sessions, login: Partial<typeof LOGIN> = {}): Promise<Secret> {
  const opened = await at.logIn({ ...LOGIN, ...login });
  if (opened.kind !== 'opened') throw new Error(`The login is ${opened.kind}.`);
  return opened.session.token;
}

async function deeds(): Promise<readonly (readonly [string, string])[]> {
  return (await tools.audit({ limit: 100 })).map(({ actor, action }) => [actor, action] as const).toReversed();
}

const later = (hour: Temporal.Instant): void => clock.set(hour.toString());

describe('a user', () => {
  it('comes in with the right password, in letters of any case, and with no other', async () => {
    await addAlice();
    expect(await sessions.find(await logIn())).toMatchObject({ actor: 'alice', role: 'operator' });
    expect(await sessions.find(await logIn(sessions, { name: 'Alice' }))).toMatchObject({ actor: 'alice' });
    expect(await sessions.logIn({ ...LOGIN, password: OTHER })).toEqual({ kind: 'wrong' });
    expect(await sessions.logIn({ ...LOGIN, name: 'bob' })).toEqual({ kind: 'wrong' });
    expect(await deeds()).toEqual([
      ['root', 'user_added'],
      ['alice', 'logged_in'],
      ['alice', 'logged_in'],
      ['alice', 'login_failed'],
      ['unknown', 'login_failed'],
    ]);
  });

  it('is refused a name that cannot be told from others, a short password and a name that is taken', async () => {
    const user = { role: 'viewer', password: PASSWORD, by: 'root' } as const;
    for (const name of ['Alice', 'a:b', '', ' alice', '-a', 'a'.repeat(65)])
      expect(await tools.users.add({ ...user, name })).toMatchObject({ kind: 'refused' });
    const short = await tools.users.add({ ...user, name: 'bob', password: new Secret('short') });
    expect(short).toMatchObject({ kind: 'refused', reason: expect.stringContaining('12 to 1024') });
    await addAlice();
    expect(await tools.users.add({ ...user, name: 'alice' })).toMatchObject({ kind: 'refused' });
  });

  it('has the new role in the sessions that are open, and none any more when the password changes', async () => {
    await addAlice();
    const token = await logIn();
    await tools.users.setRole({ name: 'alice', role: 'viewer', by: 'root' });
    expect(await sessions.find(token)).toMatchObject({ role: 'viewer' });
    await tools.users.setPassword({ name: 'alice', password: OTHER, by: 'root' });
    expect(await sessions.find(token)).toBeUndefined();
    expect(await sessions.logIn(LOGIN)).toEqual({ kind: 'wrong' });
    expect(await sessions.find(await logIn(sessions, { password: OTHER }))).toMatchObject({ actor: 'alice' });
  });

  it('gets no session by a password that is changed, or by an account that is removed, while it is looked at', async () => {
    await addAlice();
    const changes = [
      [PASSWORD, () => tools.users.setPassword({ name: 'alice', password: OTHER, by: 'root' })],
      [OTHER, () => tools.users.remove({ name: 'alice', by: 'root' })],
    ] as const;
    for (const [password, change] of changes) {
      const database: Database = {
        ...store.database,
        run: async (statement, values) => {
          const rows = await store.database.run(statement, values);
          if (statement.text.includes('password_hash as hash')) await change();
          return rows;
        },
      };
      const meanwhile = sessionAccess({ database, clock, randomBytes, idle: hours(8), lifetime: hours(24) });
      expect(await meanwhile.logIn({ ...LOGIN, password })).toEqual({ kind: 'wrong' });
    }
  });

  it('is gone with all sessions once removed, and is not found by changes', async () => {
    await addAlice();
    const token = await logIn();
    expect(await tools.users.remove({ name: 'alice', by: 'root' })).toEqual({ kind: 'changed' });
    expect(await sessions.find(token)).toBeUndefined();
    expect(await tools.users.any()).toBe(false);
    expect(await tools.users.remove({ name: 'alice', by: 'root' })).toEqual({ kind: 'not_found' });
    expect(await tools.users.setRole({ name: 'alice', role: 'admin', by: 'root' })).toEqual({ kind: 'not_found' });
  });
});

describe('wrong passwords in a row', () => {
  it.each(['alice', 'nobody'])('make %s wait longer and longer, whatever the password is', async (name) => {
    await addAlice();
    for (let attempt = 1; attempt <= 5; attempt += 1)
      expect(await sessions.logIn({ ...LOGIN, name, password: OTHER })).toEqual({ kind: 'wrong' });
    const until = clock.now().add({ seconds: 5 });
    expect(await sessions.logIn({ ...LOGIN, name })).toEqual({ kind: 'too_early', until });
    later(until);
    expect(await sessions.logIn({ ...LOGIN, name, password: OTHER })).toEqual({ kind: 'wrong' });
    expect(await sessions.logIn({ ...LOGIN, name })).toMatchObject({ until: until.add({ seconds: 10 }) });
  });

  it('are forgiven by one login that succeeds', async () => {
    await addAlice();
    for (let attempt = 1; attempt <= 4; attempt += 1) await sessions.logIn({ ...LOGIN, password: OTHER });
    await logIn();
    for (let attempt = 1; attempt <= 4; attempt += 1) await sessions.logIn({ ...LOGIN, password: OTHER });
    expect(await sessions.find(await logIn())).toBeDefined();
  });

  it('are counted when they come at the same time', async () => {
    await addAlice();
    const guesses = Array.from({ length: 12 }, () => sessions.logIn({ ...LOGIN, password: OTHER }));
    const answers = (await Promise.all(guesses)).map(({ kind }) => kind);
    expect(answers.filter((kind) => kind === 'wrong')).toHaveLength(5);
  });

  it('take as long for a name of nobody as for a user', async () => {
    await addAlice();
    // The shortest of three: a machine may stand still in one.
    const timed = async (name: string): Promise<number> => {
      const times: number[] = [];
      for (let tries = 0; tries < 3; tries += 1) {
        const start = performance.now();
        expect(await sessions.logIn({ ...LOGIN, name, password: OTHER })).toEqual({ kind: 'wrong' });
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    };
    const [known, unknown] = [await timed('alice'), await timed('nobody')];
    // Without the hash it would be about a hundredth.
    expect(unknown).toBeGreaterThan(known / 5);
  });
});

describe('a session', () => {
  it('ends when nobody uses it, goes on with use, and ends after its lifetime all the same', async () => {
    await addAlice();
    const start = clock.now();
    const [used, idle] = [await logIn(), await logIn()];
    for (const hour of [7, 14, 21, 23]) {
      later(start.add({ hours: hour }));
      expect(await sessions.find(used)).toBeDefined();
    }
    expect(await sessions.find(idle)).toBeUndefined();
    later(start.add({ hours: 24 }));
    expect(await sessions.find(used)).toBeUndefined();
  });

  it('ends at the logout, and only that one', async () => {
    await addAlice();
    const [here, there] = [await logIn(), await logIn()];
    await sessions.close(here);
    expect(await sessions.find(here)).toBeUndefined();
    expect(await sessions.find(there)).toBeDefined();
    expect((await deeds()).at(-1)).toEqual(['alice', 'logged_out']);
  });

  it('is not found by what the database holds of it', async () => {
    await addAlice();
    await logIn();
    const [row] = await store.database.run({ text: 'select hash from dashboard_session' });
    const hash = row?.['hash'];
    if (!(hash instanceof Buffer)) throw new Error('There is no session.');
    expect(await sessions.find(new Secret(hash.toString('base64url')))).toBeUndefined();
  });

  it('of the user of the settings is an admin, and ends when the settings change', async () => {
    const settingsUser = { name: 'Operator', password: PASSWORD };
    const token = await logIn(sessionsWith({ settingsUser }), { name: 'Operator' });
    expect(await sessionsWith({ settingsUser }).find(token)).toMatchObject({ actor: 'Operator', role: 'admin' });
    expect(await sessionsWith({ settingsUser: { ...settingsUser, password: OTHER } }).find(token)).toBeUndefined();
    expect(await sessions.find(token)).toBeUndefined();
    const wrong = await sessionsWith({ settingsUser }).logIn({ ...LOGIN, name: 'Operator', password: OTHER });
    expect(wrong).toEqual({ kind: 'wrong' });
  });
});

describe('a token', () => {
  const create = (more: object = {}) => tools.tokens.create({ name: 'ci', role: 'viewer', by: 'root', ...more });

  it('is known by its text alone until it is revoked', async () => {
    const made = await create();
    if (made.kind !== 'created') throw new Error(made.reason);
    const text = made.text.reveal();
    expect(text).toMatch(/^wr_[\w-]{43}$/);
    expect(await tools.tokens.find(text)).toMatchObject({ name: 'ci', role: 'viewer' });
    expect(await tools.tokens.find(`${text}x`)).toBeUndefined();
    expect(await tools.tokens.find(text.slice(3))).toBeUndefined();
    expect(await create()).toMatchObject({ kind: 'refused' });
    expect(await tools.tokens.revoke({ name: 'ci', by: 'root' })).toEqual({ kind: 'revoked' });
    expect(await tools.tokens.find(text)).toBeUndefined();
    expect(await tools.tokens.revoke({ name: 'ci', by: 'root' })).toEqual({ kind: 'not_found' });
    expect(await create()).toMatchObject({ kind: 'created' });
    expect(await deeds()).toEqual([
      ['root', 'token_created'],
      ['root', 'token_revoked'],
      ['root', 'token_created'],
    ]);
  });

  it('is in force for its lifetime, and its last use is noted', async () => {
    const made = await create({ lifetime: minutes(90) });
    if (made.kind !== 'created') throw new Error(made.reason);
    const start = clock.now();
    later(start.add({ minutes: 89 }));
    expect(await tools.tokens.find(made.text.reveal())).toBeDefined();
    const [listed] = await tools.tokens.list();
    expect(listed?.lastUsedAt?.toString()).toBe(clock.now().toString());
    later(start.add({ minutes: 90 }));
    expect(await tools.tokens.find(made.text.reveal())).toBeUndefined();
  });
});

describe('the audit log', () => {
  it('is read by pages and by who did what', async () => {
    for (const name of ['a1', 'b1', 'c1']) await tools.tokens.create({ name, role: 'viewer', by: name });
    const [newest, ...older] = await tools.audit({ limit: 2 });
    expect([newest, ...older].map((entry) => entry?.actor)).toEqual(['c1', 'b1']);
    expect((await tools.audit({ limit: 2, before: older[0]?.id ?? 0 })).map(({ actor }) => actor)).toEqual(['a1']);
    expect(await tools.audit({ limit: 9, actor: 'b1', action: 'token_created' })).toHaveLength(1);
    expect(await tools.audit({ limit: 9, action: 'token_revoked' })).toEqual([]);
  });
});
