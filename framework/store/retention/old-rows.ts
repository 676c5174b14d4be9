import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { BY_WEEK, type ByWeek } from './partitions.ts';
import { heard } from './unheard.ts';

/** Removes tries that ended before the limit, of closed runs, in small batches. Returns how many. */
export async function removeOldAttempts(executor: Executor, before: Temporal.Instant): Promise<number> {
  let [removed, last] = [0, 0];
  for (;;) {
    const [row] = await executor.run(REMOVE_ATTEMPTS, [last, before.toString(), BATCH]);
    const batch = Batch.parse(row);
    removed += batch.removed;
    if (batch.last === null || batch.old === 0) return removed;
    last = batch.last;
  }
}

/** Removes what is older than the limit and has no week of its own, of closed runs, in small batches. Returns how many. */
export async function removeStrays(executor: Executor, before: Temporal.Instant): Promise<number> {
  let removed = 0;
  for (const table of BY_WEEK) {
    for (let full = true; full;) {
      const rows = await executor.run(removeStray(table), [before.toString(), BATCH]);
      removed += rows.length;
      full = rows.length === BATCH;
    }
  }
  return removed;
}

/** A batch of so many rows takes some 10 ms, and nobody waits for it: ended tries are not locked by anybody else. */
const BATCH = 1000;

// By id, which grows with the time: the walk ends at the first batch that holds nothing old, and needs no index of its own.
const REMOVE_ATTEMPTS = {
  name: 'remove_old_attempts',
  text: `
with batch as (
  select a.id, a.ended_at, r.state in ('queued', 'running') as open
  from task_attempt a
  join dag_run r on r.id = a.run_id
  where a.id > $1
  order by a.id
  limit $3
),
gone as (
  delete from task_attempt a
  using batch b
  where a.id = b.id and b.ended_at < $2::timestamptz and not b.open and ${heard('b.id')}
  returning a.id
)
select max(id) as last, count(*) filter (where ended_at < $2::timestamptz) as old, (select count(*) from gone) as removed
from batch`,
};

function removeStray(table: ByWeek): { readonly name: string; readonly text: string } {
  return {
    name: `remove_stray_${table}`,
    text: `
delete from ${table}_default
where (id, at) in (
  select s.id, s.at
  from ${table}_default s
  where s.at < $1::timestamptz
    and not exists (select from dag_run r where r.id = s.run_id and r.state in ('queued', 'running'))
    and ${table === 'event' ? heard('s.id') : 'true'}
  order by s.at
  limit $2
)
returning id`,
  };
}

const Batch = z.object({ last: z.number().nullable(), old: z.number(), removed: z.number() });
