import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';
import { ROLES, type Role } from './role.ts';

/** What a program shows to the API in place of a login. */
export interface ApiToken {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  readonly createdBy: string;
  readonly createdAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant | null;
  readonly lastUsedAt: Temporal.Instant | null;
  readonly revokedAt: Temporal.Instant | null;
}

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly hash: Buffer;
  readonly by: string;
  readonly expiresAt?: Temporal.Instant;
}

/** Undefined where a token of this name is in force. */
export async function insertToken(executor: Executor, token: NewToken): Promise<ApiToken | undefined> {
  const { name, role, hash, by, expiresAt } = token;
  const [row] = await executor.run(INSERT, [name, role, hash, by, expiresAt?.toString() ?? null]);
  return row === undefined ? undefined : TokenRow.parse(row);
}

/** Newest first, with those that were revoked. */
export async function listTokens(executor: Executor): Promise<readonly ApiToken[]> {
  return (await executor.run(LIST)).map((row) => TokenRow.parse(row));
}

/** The token in force with this hash. */
export async function findToken(
  executor: Executor,
  hash: Buffer,
  now: Temporal.Instant,
): Promise<ApiToken | undefined> {
  const [row] = await executor.run(FIND, [hash, now.toString()]);
  return row === undefined ? undefined : TokenRow.parse(row);
}

export async function noteTokenUse(executor: Executor, id: number, now: Temporal.Instant): Promise<void> {
  await executor.run(NOTE_USE, [id, now.toString()]);
}

/** Undefined where no token of this name is in force. */
export async function revokeToken(
  executor: Executor,
  name: string,
  now: Temporal.Instant,
): Promise<ApiToken | undefined> {
  const [row] = await executor.run(REVOKE, [name, now.toString()]);
  return row === undefined ? undefined : TokenRow.parse(row);
}

const TokenRow = z.object({
  id: z.number(),
  name: z.string(),
  role: z.enum(ROLES),
  createdBy: z.string(),
  createdAt: InstantColumn,
  expiresAt: InstantColumn.nullable(),
  lastUsedAt: InstantColumn.nullable(),
  revokedAt: InstantColumn.nullable(),
});

const COLUMNS = `id, name, role, created_by as "createdBy", created_at as "createdAt", expires_at as "expiresAt",
  last_used_at as "lastUsedAt", revoked_at as "revokedAt"`;

const INSERT = {
  text: `
insert into api_token (name, role, hash, created_by, expires_at) values ($1, $2, $3, $4, $5)
on conflict (name) where revoked_at is null do nothing
returning ${COLUMNS}`,
};
const LIST = { text: `select ${COLUMNS} from api_token order by id desc` };
const FIND = {
  name: 'api_token',
  text: `
select ${COLUMNS}
from api_token
where hash = $1 and revoked_at is null and (expires_at is null or expires_at > $2)`,
};
const NOTE_USE = { text: 'update api_token set last_used_at = $2 where id = $1' };
const REVOKE = {
  text: `update api_token set revoked_at = $2 where name = $1 and revoked_at is null returning ${COLUMNS}`,
};
