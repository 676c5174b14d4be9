import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../store/database.ts';

export interface AccessTools {
  readonly database: Database;
  readonly clock: Clock;
  /** So many bytes that nobody can foretell. */
  readonly randomBytes: (count: number) => Uint8Array;
}
