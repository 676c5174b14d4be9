import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Database, Executor } from '../database.ts';
import { mayGo } from './old-rows.ts';
import { BY_WEEK, type Partition, TIME_OF, isNeeded, isOutdated, listPartitions } from './partitions.ts';

/** What a clean-up would do. */
export interface CleanUpPreview {
  readonly dropped: readonly string[];
  /** Old partitions that hold rows of open runs, or what a plugin has not heard yet. */
  readonly kept: readonly string[];
  /** Rows of closed runs in weeks that stay. */
  readonly removed: number;
  /** Rows without a week. */
  readonly strays: number;
}

/** Changes nothing. Reads whole tables: for people, not for a loop. */
export async function previewCleanUp(database: Database, before: Temporal.Instant): Promise<CleanUpPreview> {
  return database.transaction(async (transaction) => {
    await transaction.run({ text: 'set local enable_seqscan = on' });
    await transaction.run({ text: 'set local enable_hashjoin = on' });
    const [dropped, kept]: [string[], string[]] = [[], []];
    let [removed, strays] = [0, 0];
    for (const partition of await listPartitions(transaction)) {
      const isOld = isOutdated(partition, before);
      const stays = !isOld || (await isNeeded(transaction, partition));
      if (isOld) (stays ? kept : dropped).push(partition.name);
      if (stays && (isOld || partition.holdsPast)) removed += await count(transaction, partition, before);
    }
    for (const table of BY_WEEK) strays += await count(transaction, { table, name: `${table}_default` }, before);
    return { dropped, kept, removed, strays };
  });
}

async function count(
  executor: Executor,
  { table, name }: Pick<Partition, 'table' | 'name'>,
  before: Temporal.Instant,
): Promise<number> {
  const text = `
select count(*) as count
from ${name} t
where t.${TIME_OF[table]} < $1::timestamptz
  and ${mayGo(table, 't')}`;
  const [row] = await executor.run({ text }, [before.toString()]);
  return z.object({ count: z.number() }).parse(row).count;
}
