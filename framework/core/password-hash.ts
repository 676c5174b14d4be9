import { scrypt, timingSafeEqual } from 'node:crypto';

import type { Secret } from './secret.ts';

// Scrypt is built into Node, so no package is needed. OWASP's second choice of parameters: 32 MB and three passes; its first takes
// 128 MB for each login that is under way.
const COST: Cost = { N: 32_768, r: 8, p: 3 };
const LENGTH = 32;

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** What is stored of a password: the way it was hashed, the salt and the hash, each readable by later versions with other costs. */
export async function hashPassword(password: Secret, salt: Uint8Array): Promise<string> {
  const hash = await derive(password, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, text(salt), text(hash)].join('$');
}

/** Compares in constant time. A text that is no hash of ours matches no password. */
export async function matchesPassword(password: Secret, stored: string): Promise<boolean> {
  const [, N, r, p, salt, hash] = FORM.exec(stored) ?? [];
  if (salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, 'base64url');
  const given = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return expected.length === given.length && timingSafeEqual(expected, given);
}

const FORM = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/;

/** The same letters typed on another keyboard may come composed differently. */
function derive(password: Secret, salt: Uint8Array, cost: Cost): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const options = { ...cost, maxmem: 256 * cost.N * cost.r };
  scrypt(password.reveal().normalize('NFKC'), salt, LENGTH, options, (error, hash) =>
    error === null ? resolve(hash) : reject(error),
  );
  return promise;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
