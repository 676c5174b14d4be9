import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';
import { ROLES, type Role } from './role.ts';

/** Somebody who logs in to the dashboard with a password. */
export interface DashboardUser {
  readonly name: string;
  readonly role: Role;
  readonly createdBy: string;
  readonly createdAt: Temporal.Instant;
  readonly lastLoginAt: Temporal.Instant | null;
}

/** Returns whether the name was free. */
export async function insertUser(
  executor: Executor,
  { name, role, hash, by }: { readonly name: string; readonly role: Role; readonly hash: string; readonly by: string },
): Promise<boolean> {
  return (await executor.run(INSERT, [name, role, hash, by])).length > 0;
}

/** By name. */
export async function listUsers(executor: Executor): Promise<readonly DashboardUser[]> {
  return (await executor.run(LIST)).map((row) => UserRow.parse(row));
}

/** Whether the dashboard has any user of its own. */
export async function hasUsers(executor: Executor): Promise<boolean> {
  return (await executor.run(ANY)).length > 0;
}

export async function findPasswordHash(executor: Executor, name: string): Promise<string | undefined> {
  const [row] = await executor.run(HASH, [name]);
  return row === undefined ? undefined : HashRow.parse(row).hash;
}

/** Whether it is their password still; until the end of the transaction nobody changes it or removes them. */
export async function holdPassword(transaction: Executor, name: string, hash: string): Promise<boolean> {
  return (await transaction.run(HOLD_PASSWORD, [name, hash])).length > 0;
}

/** Returns whether there is such a user. Sessions follow at their next request. */
export async function setUserRole(executor: Executor, name: string, role: Role): Promise<boolean> {
  return (await executor.run(SET_ROLE, [name, role])).length > 0;
}

/** Returns whether there is such a user. */
export async function setPasswordHash(executor: Executor, name: string, hash: string): Promise<boolean> {
  return (await executor.run(SET_HASH, [name, hash])).length > 0;
}

/** Their sessions go with them. Returns whether there was such a user. */
export async function deleteUser(executor: Executor, name: string): Promise<boolean> {
  return (await executor.run(DELETE, [name])).length > 0;
}

export async function noteLogin(executor: Executor, name: string, now: Temporal.Instant): Promise<void> {
  await executor.run(NOTE_LOGIN, [name, now.toString()]);
}

const UserRow = z.object({
  name: z.string(),
  role: z.enum(ROLES),
  createdBy: z.string(),
  createdAt: InstantColumn,
  lastLoginAt: InstantColumn.nullable(),
});
const HashRow = z.object({ hash: z.string() });

const INSERT = {
  text: `
insert into dashboard_user (name, role, password_hash, created_by) values ($1, $2, $3, $4)
on conflict (name) do nothing
returning name`,
};
const LIST = {
  text: `
select name, role, created_by as "createdBy", created_at as "createdAt", last_login_at as "lastLoginAt"
from dashboard_user
order by name`,
};
const ANY = { name: 'dashboard_has_users', text: 'select 1 from dashboard_user limit 1' };
const HASH = { text: 'select password_hash as hash from dashboard_user where name = $1' };
const HOLD_PASSWORD = { text: 'select 1 from dashboard_user where name = $1 and password_hash = $2 for share' };
const SET_ROLE = { text: 'update dashboard_user set role = $2 where name = $1 returning name' };
const SET_HASH = { text: 'update dashboard_user set password_hash = $2 where name = $1 returning name' };
const DELETE = { text: 'delete from dashboard_user where name = $1 returning name' };
const NOTE_LOGIN = { text: 'update dashboard_user set last_login_at = $2 where name = $1' };
