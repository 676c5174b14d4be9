import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Database, Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';
import { IS_TOLD, hasUnheard } from './unheard.ts';

/** The tables that are kept by week. */
export const BY_WEEK = ['event', 'task_log', 'task_attempt'] as const;
export type ByWeek = (typeof BY_WEEK)[number];

/** The column that tells in which week a row lies. */
export const TIME_OF: Readonly<Record<ByWeek, string>> = { event: 'at', task_log: 'at', task_attempt: 'ended_at' };

export interface Partition {
  readonly table: ByWeek;
  readonly name: string;
  readonly until: Temporal.Instant;
  /** Holds what came before as well, however old: the rows that were there when their table was divided into weeks. */
  readonly holdsPast: boolean;
}

/** Any number; with it, one process at a time changes partitions or removes rows. */
const LOCK = 7_140_002;

/** Oldest first; without the default ones, which hold what no week is there for. */
export async function listPartitions(executor: Executor): Promise<readonly Partition[]> {
  const rows = await executor.run(LIST, [BY_WEEK]);
  return rows.map((row) => PartitionRow.parse(row));
}

/** Whether it holds nothing that is newer than the limit. */
export function isOutdated({ until }: Partition, before: Temporal.Instant): boolean {
  return until.epochMilliseconds <= before.epochMilliseconds;
}

/** Makes the partitions of the week of `now` and of some weeks ahead, where they are missing. */
export async function makeWeeks(database: Database, now: Temporal.Instant): Promise<void> {
  for (const row of await database.run(MISSING, [BY_WEEK, now.toString()])) {
    const { table, week } = MissingRow.parse(row);
    await database.transaction(async (transaction) => {
      await shortLock(transaction);
      await transaction.run({ text: 'select make_week($1, $2)' }, [table, week.toString()]);
    });
  }
}

export type Dropped = 'dropped' | 'needed' | 'in_use';

/**
 * Drops a partition unless a row of it belongs to an open run, or a plugin has not heard it: then all of it stays. Writers wait behind the drop, so it is
 * given up where it cannot have its lock soon; the next clean-up tries again.
 */
export async function dropPartition(database: Database, partition: Partition): Promise<Dropped> {
  const { table, name } = partition;
  if (await isNeeded(database, partition)) return 'needed';
  try {
    return await database.transaction(async (transaction) => {
      await shortLock(transaction);
      await transaction.run({ text: `lock table ${table} in access exclusive mode` });
      if (await isNeeded(transaction, partition)) return 'needed';
      await transaction.run({ text: `drop table ${name}` });
      return 'dropped';
    });
  } catch (error) {
    if (isBusy(error)) return 'in_use';
    throw error;
  }
}

/** Whether a lock or an answer was not to be had in the short time that writers may be kept waiting. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && BUSY.has(String(error.code));
}

const BUSY: ReadonlySet<string> = new Set(['55P03', '57014', '40P01']);

export async function isNeeded(executor: Executor, { table, name }: Partition): Promise<boolean> {
  return (await hasOpenRuns(executor, name)) || (IS_TOLD[table] && (await hasUnheard(executor, name)));
}

async function hasOpenRuns(executor: Executor, partition: string): Promise<boolean> {
  const [row] = await executor.run({
    text: `
select exists (
  select from dag_run r
  where r.state in ('queued', 'running') and exists (select from ${partition} x where x.run_id = r.id)
) as open`,
  });
  return z.object({ open: z.boolean() }).parse(row).open;
}

/** Finishes wait behind a lock that waits: 0.2 s, and half a second for what is done under it. */
async function shortLock(transaction: Executor): Promise<void> {
  await transaction.run({ text: `set local lock_timeout = '200ms'` });
  await transaction.run({ text: `set local statement_timeout = '500ms'` });
  await transaction.run({ text: 'select pg_advisory_xact_lock($1)' }, [LOCK]);
}

// Names are made by `make_week`.
const LIST = {
  name: 'list_partitions',
  text: `
select parent.relname as table, part.relname as name, week + interval '168 hours' as until,
  pg_get_expr(part.relpartbound, part.oid) like 'FOR VALUES FROM (MINVALUE)%' as "holdsPast"
from pg_inherits i
join pg_class part on part.oid = i.inhrelid
join pg_class parent on parent.oid = i.inhparent
cross join lateral (select to_timestamp(right(part.relname, 8), 'YYYYMMDD') as week) named
where parent.relnamespace = current_schema()::regnamespace and parent.relname = any ($1::text[])
  and part.relname ~ '_[0-9]{8}$'
order by week, parent.relname`,
};

const MISSING = {
  name: 'missing_weeks',
  text: `
select parent as table, week
from unnest($1::text[]) as parent, generate_series(0, 4) as ahead,
  lateral (select date_trunc('week', $2::timestamptz, 'UTC') + ahead * interval '168 hours' as week) begin
where to_regclass(parent || '_' || to_char(week, 'YYYYMMDD')) is null
order by week, parent`,
};

const MissingRow = z.object({ table: z.enum(BY_WEEK), week: InstantColumn });

const PartitionRow = z.object({
  table: z.enum(BY_WEEK),
  name: z.string(),
  until: InstantColumn,
  holdsPast: z.boolean(),
});
