import { randomUUID } from 'node:crypto';

import { inject } from 'vitest';

/** A place in the run's Redis that no other file sees: every key begins with `prefix`. */
export function freshRedis(): { readonly url: string; readonly prefix: string } {
  return { url: inject('redisUrl'), prefix: `test-${randomUUID().slice(0, 8)}` };
}
