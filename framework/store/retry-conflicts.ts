import { setTimeout as rest } from 'node:timers/promises';

import type { Log } from '../core/log.ts';

/** After a conflict PostgreSQL has rolled everything back, and the other side can go on meanwhile. */
const PAUSES_MS = [10, 40, 160];

/** Does `work` again that a deadlock or a serialization failure ended; nothing outside of the database may notice that. */
export async function retryConflicts<T>(log: Log, work: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await work();
    } catch (error) {
      const code = conflictOf(error);
      if (code === undefined) throw error;
      log.warn('The database gave a transaction up for another one; it is done again', { code });
    }
    await rest(pause);
  }
  return work();
}

/** `serialization_failure` and `deadlock_detected`. */
const CONFLICTS: ReadonlySet<unknown> = new Set(['40001', '40P01']);

function conflictOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && CONFLICTS.has(error.code) ? String(error.code) : undefined;
}
