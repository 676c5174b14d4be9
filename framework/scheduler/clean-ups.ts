import type { Clock } from '../core/clock.ts';
import type { Closable } from '../core/closable.ts';
import { type Millis, minutes } from '../core/duration.ts';
import type { Log } from '../core/log.ts';
import { repeat } from '../core/timer.ts';
import type { Database } from '../store/database.ts';
import { type Retention, cleanUp } from '../store/retention/clean-up.ts';

/** Asks whether a clean-up is due, which it is once an hour for all processes together. */
const ASK: Millis = minutes(1);

export interface CleanUpsOptions {
  readonly database: Database;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps history within its limit. Any number of processes may do so. */
export function startCleanUps({ database, retention, clock, log }: CleanUpsOptions): Closable {
  return repeat(
    ASK,
    async () => {
      const cleaned = await cleanUp(database, { retention, now: clock.now() });
      if (cleaned.kind === 'not_due') return;
      const { kind: _kind, ...facts } = cleaned;
      log.info('History cleaned', { ...facts, dropped: [...facts.dropped], kept: [...facts.kept] });
    },
    (error) => log.warn('History could not be cleaned', { error: String(error) }),
  );
}
