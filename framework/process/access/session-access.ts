import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import type { Millis } from '../../core/duration.ts';
import { matchesPassword } from '../../core/password-hash.ts';
import { Secret } from '../../core/secret.ts';
import type { Temporal } from '../../core/time.ts';
import { noteAccess } from '../../store/access/audit-log.ts';
import { forgetLoginAttempts, takeLoginAttempt } from '../../store/access/login-attempts.ts';
import type { Role } from '../../store/access/role.ts';
import {
  type FoundSession,
  type SessionOwner,
  deleteEndedSessions,
  deleteSession,
  findSession,
  insertSession,
  prolongSession,
} from '../../store/access/sessions.ts';
import { findPasswordHash, holdPassword, noteLogin } from '../../store/access/users.ts';
import type { Transaction } from '../../store/database.ts';
import type { AccessTools } from './access-tools.ts';

export interface SessionTools extends AccessTools {
  /** A session ends after so long without a request, and at the latest after its lifetime. */
  readonly idle: Millis;
  readonly lifetime: Millis;
  /** An admin whom the settings name; a user of the database with this name cannot log in. */
  readonly settingsUser?: { readonly name: string; readonly password: Secret };
  /** What the settings say of the identity provider and its roles: sessions of its people end when that changes. */
  readonly provider?: string;
}

export interface SessionAccess {
  /** A wrong password takes as long as a name of nobody and is answered alike. */
  readonly logIn: (login: Login) => Promise<LoggedIn>;
  /** For somebody whom an identity provider vouches for. */
  readonly open: (person: {
    readonly actor: string;
    readonly role: Role;
    readonly address: string;
  }) => Promise<OpenedSession>;
  /** The session that has not ended of whoever shows this; it goes on. */
  readonly find: (token: Secret) => Promise<FoundSession | undefined>;
  readonly close: (token: Secret) => Promise<void>;
}

export interface Login {
  readonly name: string;
  readonly password: Secret;
  /** Where it comes from, for the audit log. */
  readonly address: string;
}

export interface OpenedSession {
  /** What its owner shows from now on. */
  readonly token: Secret;
  readonly expiresAt: Temporal.Instant;
  readonly lifetimeMs: Millis;
}

export type LoggedIn =
  | { readonly kind: 'opened'; readonly session: OpenedSession }
  | { readonly kind: 'wrong' }
  /** After wrong passwords in a row. */
  | { readonly kind: 'too_early'; readonly until: Temporal.Instant };

const BYTES = 32;
/** What a session has left is written down this often at most. */
const NOTED_EVERY_MS = 60_000;

export function sessionAccess(tools: SessionTools): SessionAccess {
  const { database, clock, settingsUser, provider, idle } = tools;
  const bindings = new Set(['', ...(settingsUser === undefined ? [] : [bindingOf(settingsUser)]), provider ?? '']);
  const hashesOf = (token: Secret): readonly Buffer[] => [...bindings].map((binding) => hashOf(token, binding));
  return {
    logIn: (login) => logIn(tools, login),
    open: ({ address, ...owner }) =>
      database.transaction((transaction) => open(transaction, tools, { owner, address, binding: provider ?? '' })),
    find: async (token) => {
      const now = clock.now();
      const session = await findSession(database, hashesOf(token), now);
      if (session === undefined) return undefined;
      const idleAt = now.add({ milliseconds: idle });
      if (idleAt.epochMilliseconds - session.idleAt.epochMilliseconds > NOTED_EVERY_MS)
        await prolongSession(database, session.hash, idleAt);
      return session;
    },
    close: async (token) => {
      const actor = await deleteSession(database, hashesOf(token));
      if (actor !== undefined) await noteAccess(database, { actor, action: 'logged_out' });
    },
  };
}

async function logIn(tools: SessionTools, { name, password, address }: Login): Promise<LoggedIn> {
  const { database, clock } = tools;
  // However it is written: users are found in lower case, so that each spelling would be a fresh set of tries.
  const nameHash = digest(name.toLowerCase());
  const attempt = await takeLoginAttempt(database, nameHash, clock.now());
  if (attempt.kind === 'too_early') return attempt;
  const { owner, actor, stored } = await verify(tools, name, password);
  const session = owner && (await openVerified(tools, { owner, stored, address }));
  if (owner === undefined || session === undefined) {
    await noteAccess(database, { actor, action: 'login_failed', details: { address } });
    return { kind: 'wrong' };
  }
  const now = clock.now();
  await forgetLoginAttempts(database, nameHash, now);
  if ('user' in owner) await noteLogin(database, owner.user, now);
  return { kind: 'opened', session };
}

/** Costs as much as any hash and is none. */
const OF_NOBODY = 'scrypt$32768$8$3$AAAA$AAAA';

// A name of nobody is not written down: it may be a password in the wrong field.
async function verify(
  { database, settingsUser }: SessionTools,
  name: string,
  password: Secret,
): Promise<{ readonly owner?: SessionOwner; readonly actor: string; readonly stored?: string }> {
  const isSettings = name === settingsUser?.name;
  const user = name.toLowerCase();
  const stored = isSettings ? undefined : await findPasswordHash(database, user);
  const matches = await matchesPassword(password, stored ?? OF_NOBODY);
  if (isSettings) {
    const isRight = timingSafeEqual(digest(password.reveal()), digest(settingsUser.password.reveal()));
    return { actor: name, ...(isRight ? { owner: { actor: name, role: 'admin' } } : {}) };
  }
  if (stored === undefined) return { actor: 'unknown' };
  return { actor: user, stored, ...(matches ? { owner: { user } } : {}) };
}

interface Verified {
  readonly owner: SessionOwner;
  /** The hash that a user's password has matched. */
  readonly stored: string | undefined;
  readonly address: string;
}

/** Undefined where the password was changed or the user removed since it was looked at: their sessions were ended before this one. */
async function openVerified(
  tools: SessionTools,
  { owner, stored = '', address }: Verified,
): Promise<OpenedSession | undefined> {
  const { database, settingsUser } = tools;
  const binding = 'user' in owner || settingsUser === undefined ? '' : bindingOf(settingsUser);
  return database.transaction(async (transaction) => {
    if ('user' in owner && !(await holdPassword(transaction, owner.user, stored))) return undefined;
    return open(transaction, tools, { owner, address, binding });
  });
}

async function open(
  transaction: Transaction,
  { clock, randomBytes, idle, lifetime }: SessionTools,
  { owner, address, binding }: { readonly owner: SessionOwner; readonly address: string; readonly binding: string },
): Promise<OpenedSession> {
  const token = new Secret(Buffer.from(randomBytes(BYTES)).toString('base64url'));
  const now = clock.now();
  const expiresAt = now.add({ milliseconds: lifetime });
  const idleAt = now.add({ milliseconds: Math.min(idle, lifetime) });
  await deleteEndedSessions(transaction, now);
  await insertSession(transaction, { hash: hashOf(token, binding), owner, now, idleAt, expiresAt });
  const actor = 'user' in owner ? owner.user : owner.actor;
  await noteAccess(transaction, { actor, action: 'logged_in', details: { address } });
  return { token, expiresAt, lifetimeMs: lifetime };
}

/** A session of the settings' user ends when the settings change; without the token the hash tells nothing of the password. */
function bindingOf({ name, password }: { readonly name: string; readonly password: Secret }): string {
  return `${name}:${password.reveal()}`;
}

function hashOf(token: Secret, binding: string): Buffer {
  return createHmac('sha256', token.reveal()).update(binding).digest();
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
