import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';
import { ROLES, type Role } from './role.ts';

/** Whose session it is: of a user of the database, whose role of today counts, or of somebody whom settings or a provider vouch for. */
export type SessionOwner = { readonly user: string } | { readonly actor: string; readonly role: Role };

export interface SessionTimes {
  readonly now: Temporal.Instant;
  readonly idleAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
}

/** A session that has not ended. */
export interface FoundSession {
  readonly actor: string;
  readonly role: Role;
  readonly idleAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  readonly hash: Buffer;
}

export async function insertSession(
  executor: Executor,
  { hash, owner, now, idleAt, expiresAt }: SessionTimes & { readonly hash: Buffer; readonly owner: SessionOwner },
): Promise<void> {
  const [actor, user, role] = 'user' in owner ? [owner.user, owner.user, null] : [owner.actor, null, owner.role];
  await executor.run(INSERT, [hash, actor, user, role, ...[now, idleAt, expiresAt].map(String)]);
}

/** The session that one of these hashes belongs to. */
export async function findSession(
  executor: Executor,
  hashes: readonly Buffer[],
  now: Temporal.Instant,
): Promise<FoundSession | undefined> {
  const [row] = await executor.run(FIND, [hashes, now.toString()]);
  return row === undefined ? undefined : SessionRow.parse(row);
}

/** Its owner is there: it goes on until `idleAt`, or its end. */
export async function prolongSession(executor: Executor, hash: Buffer, idleAt: Temporal.Instant): Promise<void> {
  await executor.run(PROLONG, [hash, idleAt.toString()]);
}

/** Gives whose it was. */
export async function deleteSession(executor: Executor, hashes: readonly Buffer[]): Promise<string | undefined> {
  const [row] = await executor.run(DELETE, [hashes]);
  return row === undefined ? undefined : ActorRow.parse(row).actor;
}

export async function deleteSessionsOf(executor: Executor, user: string): Promise<void> {
  await executor.run(DELETE_OF, [user]);
}

export async function deleteEndedSessions(executor: Executor, now: Temporal.Instant): Promise<void> {
  await executor.run(DELETE_ENDED, [now.toString()]);
}

const SessionRow = z.object({
  actor: z.string(),
  role: z.enum(ROLES),
  idleAt: InstantColumn,
  expiresAt: InstantColumn,
  hash: z.instanceof(Buffer),
});
const ActorRow = z.object({ actor: z.string() });

const INSERT = {
  text: `
insert into dashboard_session (hash, actor, user_name, role, opened_at, idle_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)`,
};
const FIND = {
  name: 'dashboard_session',
  text: `
select s.actor, coalesce(u.role, s.role) as role, s.idle_at as "idleAt", s.expires_at as "expiresAt", s.hash
from dashboard_session s
left join dashboard_user u on u.name = s.user_name
where s.hash = any ($1::bytea[]) and s.idle_at > $2 and s.expires_at > $2
limit 1`,
};
const PROLONG = { text: 'update dashboard_session set idle_at = least($2, expires_at) where hash = $1' };
const DELETE = { text: 'delete from dashboard_session where hash = any ($1::bytea[]) returning actor' };
const DELETE_OF = { text: 'delete from dashboard_session where user_name = $1' };
const DELETE_ENDED = { text: 'delete from dashboard_session where idle_at <= $1' };
