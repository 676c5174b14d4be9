import type { Millis } from '../../core/duration.ts';
import type { Temporal } from '../../core/time.ts';
import type { Database, Executor } from '../database.ts';
import { removeOldRows, removeStrays } from './old-rows.ts';
import { dropPartition, isBusy, isOutdated, listPartitions, makeWeeks } from './partitions.ts';

/** How long history is kept: events, log lines and ended tries. Windows, runs and their tasks stay for ever. */
export type Retention = Millis | 'off';

export interface Cleaned {
  readonly kind: 'cleaned';
  readonly dropped: readonly string[];
  /** Partitions that are old but still needed or in use; the next clean-up looks again. */
  readonly kept: readonly string[];
  /** Rows of closed runs that were taken out of weeks that stay. */
  readonly removed: number;
  /** Rows that had no week. */
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
  const nothing = { kind: 'cleaned', dropped: [], kept: [], removed: 0, strays: 0 } as const;
  return retention === 'off' ? nothing : removeBefore(database, limitOf(retention, now));
}

/** What is older may go. */
export function limitOf(retention: Millis, now: Temporal.Instant): Temporal.Instant {
  return now.subtract({ milliseconds: retention });
}

async function removeBefore(database: Database, before: Temporal.Instant): Promise<Cleaned> {
  const [dropped, kept]: [string[], string[]] = [[], []];
  let removed = 0;
  for (const partition of await listPartitions(database)) {
    const end = isOutdated(partition, before) ? await dropPartition(database, partition) : 'young';
    if (end === 'dropped') dropped.push(partition.name);
    if (end === 'needed' || end === 'in_use') kept.push(partition.name);
    if (end === 'needed' || (end === 'young' && partition.holdsPast))
      removed += await removeOldRows(database, partition, before);
  }
  return { kind: 'cleaned', dropped, kept, removed, strays: await removeStrays(database, before) };
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
