import { Secret } from '#framework';
import { describe, expect, it } from 'vitest';

import { hashPassword, matchesPassword } from '../../../framework/core/password-hash.ts';

const SALT = Buffer.alloc(16, 7);
const RIGHT = new Secret('correct horse battery');

describe('a hashed password', () => {
  it('matches itself and no other, and holds nothing of the text', async () => {
    const stored = await hashPassword(RIGHT, SALT);
    expect(stored).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
    expect(await matchesPassword(RIGHT, stored)).toBe(true);
    expect(await matchesPassword(new Secret('correct horse batterz'), stored)).toBe(false);
    expect(await matchesPassword(new Secret(''), stored)).toBe(false);
  });

  it('differs with another salt', async () => {
    expect(await hashPassword(RIGHT, Buffer.alloc(16, 8))).not.toBe(await hashPassword(RIGHT, SALT));
  });

  it('matches the same letters composed another way', async () => {
    const stored = await hashPassword(new Secret('pass\u00e9 compos\u00e9'), SALT);
    expect(await matchesPassword(new Secret('passe\u0301 compose\u0301'), stored)).toBe(true);
  });

  it('is verified with the parameters that stand beside it, not with those of today', async () => {
    const { scryptSync } = await import('node:crypto');
    const hash = scryptSync('correct horse battery', SALT, 32, { N: 1024, r: 4, p: 1 }).toString('base64url');
    expect(await matchesPassword(RIGHT, `scrypt$1024$4$1$${SALT.toString('base64url')}$${hash}`)).toBe(true);
    expect(await matchesPassword(RIGHT, `scrypt$2048$4$1$${SALT.toString('base64url')}$${hash}`)).toBe(false);
  });

  it.each(['', 'plain', 'scrypt$32768$8$3$AAAA$AAAA', 'bcrypt$1024$4$1$AAAA$AAAA'])(
    'never matches "%s"',
    async (text) => {
      expect(await matchesPassword(RIGHT, text)).toBe(false);
    },
  );
});
