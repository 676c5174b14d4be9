import type { Millis } from '../../core/duration.ts';
import type { Temporal } from '../../core/time.ts';
import type { Database, Executor } from '../database.ts';
import { removeOldAttempts, removeStrays } from './old-rows.ts';
import { dropPartition, isBusy, listPartitions, makeWeeks, outdated } from './partitions.ts';

/** How long history is kept: events, log lines and ended tries. Windows, runs and their tasks stay for ever. */
export type Retention = Millis | 'off';

export interface Cleaned {
  readonly kind: 'cleaned';
  readonly dropped: readonly string[];
  /** Partitions that are old but still needed or in use; the next clean-up looks again. */
  readonly kept: readonly string[];
  readonly attempts: number;
  readonly strays: number;
}

export interface CleanUpOptions {
  readonly retention: Retention;
  readonly now: Temporal.Instant;
}

/** Makes the weeks ahead and removes history that is too old. `not_due`: somebody did so during the last hour. */
export async function cleanUp(
  database: Database,
  { retention, now }: CleanUpOptions,
): Promise<Cleaned | { readonly kind: 'not_due' }> {
  if (!(await takeTurn(database, now))) return { kind: 'not_due' };
  await makeWeeks(database, now).catch(unlessBusy);
  const nothing = { kind: 'cleaned', dropped: [], kept: [], attempts: 0, strays: 0 } as const;
  return retention === 'off' ? nothing : removeBefore(database, limitOf(retention, now));
}

/** What is older may go. */
export function limitOf(retention: Millis, now: Temporal.Instant): Temporal.Instant {
  return now.subtract({ milliseconds: retention });
}

async function removeBefore(database: Database, before: Temporal.Instant): Promise<Cleaned> {
  const [dropped, kept]: [string[], string[]] = [[], []];
  for (const partition of outdated(await listPartitions(database), before)) {
    const end = await dropPartition(database, partition);
    (end === 'dropped' ? dropped : kept).push(partition.name);
  }
  const attempts = await removeOldAttempts(database, before);
  return { kind: 'cleaned', dropped, kept, attempts, strays: await removeStrays(database, before) };
}

/** The row lock of the update lets one of several processes win. */
async function takeTurn(executor: Executor, now: Temporal.Instant): Promise<boolean> {
  const rows = await executor.run(TAKE_TURN, [now.toString()]);
  return rows.length > 0;
}

/** Until the next clean-up, rows of a week that is missing go to the default partition. */
function unlessBusy(error: unknown): void {
  if (!isBusy(error)) throw error;
}

// A clock that was far ahead once must not end cleaning for ever.
const TAKE_TURN = {
  name: 'take_turn_to_clean',
  text: `
update clean_up set begun_at = $1::timestamptz
where begun_at <= $1::timestamptz - interval '1 hour' or begun_at > $1::timestamptz + interval '1 hour'
returning begun_at`,
};
