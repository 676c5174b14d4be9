import { createHash } from 'node:crypto';

import type { Millis } from '../../core/duration.ts';
import { Secret } from '../../core/secret.ts';
import { noteAccess } from '../../store/access/audit-log.ts';
import type { Role } from '../../store/access/role.ts';
import {
  type ApiToken,
  findToken,
  insertToken,
  listTokens,
  noteTokenUse,
  revokeToken,
} from '../../store/access/tokens.ts';
import type { Refused } from '../trigger.ts';
import type { AccessTools } from './access-tools.ts';

/** What programs show to the API; `by` says who decides, for the audit log. */
export interface TokenAccess {
  readonly list: () => Promise<readonly ApiToken[]>;
  /** `text` is never to be had again: only its hash is kept. */
  readonly create: (token: TokenRequest) => Promise<CreatedToken | Refused>;
  /** Why a token of this name would be refused; undefined where it would be made. */
  readonly whyNot: (name: string) => Promise<Refused | undefined>;
  readonly revoke: (token: {
    readonly name: string;
    readonly by: string;
    /** Only says what would become of it. */
    readonly dryRun?: boolean;
  }) => Promise<{ readonly kind: 'revoked' } | { readonly kind: 'not_found' }>;
  /** The token in force that a program shows. */
  readonly find: (text: string) => Promise<ApiToken | undefined>;
}

export interface TokenRequest {
  readonly name: string;
  readonly role: Role;
  /** Absent: until it is revoked. */
  readonly lifetime?: Millis;
  readonly by: string;
}

export interface CreatedToken {
  readonly kind: 'created';
  readonly token: ApiToken;
  readonly text: Secret;
}

/** So that a scanner of leaked secrets knows one, and a person where it belongs. */
const PREFIX = 'wr_';
const BYTES = 32;
/** The last use is written down this often at most. */
const NOTED_EVERY_MS = 60_000;

export function tokenAccess({ database, clock, randomBytes }: AccessTools): TokenAccess {
  const isInForce = async (name: string): Promise<boolean> =>
    (await listTokens(database)).some((token) => token.name === name && token.revokedAt === null);
  return {
    list: () => listTokens(database),
    whyNot: async (name) => {
      if (!NAME.test(name)) return { kind: 'refused', reason: unusable(name) };
      return (await isInForce(name)) ? { kind: 'refused', reason: taken(name) } : undefined;
    },
    create: async ({ name, role, lifetime, by }) => {
      if (!NAME.test(name)) return { kind: 'refused', reason: unusable(name) };
      const text = new Secret(`${PREFIX}${Buffer.from(randomBytes(BYTES)).toString('base64url')}`);
      const expiry = lifetime === undefined ? {} : { expiresAt: clock.now().add({ milliseconds: lifetime }) };
      const token = await database.transaction(async (transaction) => {
        const made = await insertToken(transaction, { name, role, hash: hashOf(text.reveal()), by, ...expiry });
        if (made !== undefined)
          await noteAccess(transaction, { actor: by, action: 'token_created', details: { token: name, role } });
        return made;
      });
      return token === undefined ? { kind: 'refused', reason: taken(name) } : { kind: 'created', token, text };
    },
    revoke: async ({ name, by, dryRun = false }) => {
      if (dryRun) return { kind: (await isInForce(name)) ? 'revoked' : 'not_found' };
      return database.transaction(async (transaction) => {
        const revoked = await revokeToken(transaction, name, clock.now());
        if (revoked === undefined) return { kind: 'not_found' };
        await noteAccess(transaction, { actor: by, action: 'token_revoked', details: { token: name } });
        return { kind: 'revoked' };
      });
    },
    find: async (text) => {
      if (!text.startsWith(PREFIX)) return undefined;
      const now = clock.now();
      const token = await findToken(database, hashOf(text), now);
      if (token === undefined) return undefined;
      const { id, lastUsedAt } = token;
      if (lastUsedAt === null || now.epochMilliseconds - lastUsedAt.epochMilliseconds > NOTED_EVERY_MS)
        await noteTokenUse(database, id, now);
      return token;
    },
  };
}

// Nobody can guess 256 random bits, so that a fast hash is enough.
function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

function unusable(name: string): string {
  return `"${name}" cannot name a token. Expected 1 to 64 letters, digits and . _ @ -, of which the first is a letter or digit.`;
}

function taken(name: string): string {
  return `A token ${name} is in force already. Take another name, or revoke it first: windrow tokens revoke ${name}.`;
}
