import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Database, Executor } from '../database.ts';
import { BY_WEEK, isNeeded, listPartitions, outdated } from './partitions.ts';
import { heard } from './unheard.ts';

/** What a clean-up would do. */
export interface CleanUpPreview {
  readonly dropped: readonly string[];
  /** Old partitions that hold rows of open runs, or what a plugin has not heard yet. */
  readonly kept: readonly string[];
  readonly attempts: number;
  readonly strays: number;
}

/** Changes nothing. Reads whole tables: for people, not for a loop. */
export async function previewCleanUp(database: Database, before: Temporal.Instant): Promise<CleanUpPreview> {
  return database.transaction(async (transaction) => {
    await transaction.run({ text: 'set local enable_seqscan = on' });
    await transaction.run({ text: 'set local enable_hashjoin = on' });
    const [dropped, kept]: [string[], string[]] = [[], []];
    for (const partition of outdated(await listPartitions(transaction), before))
      ((await isNeeded(transaction, partition)) ? kept : dropped).push(partition.name);
    const attempts = await count(transaction, { table: 'task_attempt', time: 'ended_at', isTold: true }, before);
    let strays = 0;
    for (const table of BY_WEEK) {
      const strayed = { table: `${table}_default`, time: 'at', isTold: table === 'event' };
      strays += await count(transaction, strayed, before);
    }
    return { dropped, kept, attempts, strays };
  });
}

async function count(
  executor: Executor,
  { table, time, isTold }: { readonly table: string; readonly time: string; readonly isTold: boolean },
  before: Temporal.Instant,
): Promise<number> {
  const text = `
select count(*) as count
from ${table} t
where t.${time} < $1::timestamptz
  and not exists (select from dag_run r where r.id = t.run_id and r.state in ('queued', 'running'))
  and ${isTold ? heard('t.id') : 'true'}`;
  const [row] = await executor.run({ text }, [before.toString()]);
  return z.object({ count: z.number() }).parse(row).count;
}
