import { hostname, userInfo } from 'node:os';

import type { Environment } from '../core/environment.ts';

/** For whom a command works, for the history: `WINDROW_USER`, or whom the system knows, as `user@host`. */
export function userOf(environment: Environment): string {
  const named = environment['WINDROW_USER'] ?? '';
  return named === '' ? `${systemUser()}@${hostname()}` : named;
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container the process may have a number and no name.
    return 'unknown';
  }
}
