import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Executor, Statement } from '../database.ts';
import { BY_WEEK, type ByWeek, type Partition, TIME_OF } from './partitions.ts';
import { IS_TOLD, heard } from './unheard.ts';

/** Removes rows of a week that are older than the limit, of closed runs, in small batches. Returns how many. */
export async function removeOldRows(executor: Executor, week: Partition, before: Temporal.Instant): Promise<number> {
  const statement = removeOfWeek(week);
  let [removed, last] = [0, 0];
  for (;;) {
    const [row] = await executor.run(statement, [last, before.toString(), BATCH]);
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

/** Of a row of a table: whether its run is closed, if it has one, and every plugin has heard it. */
export function mayGo(table: ByWeek, row: string): string {
  return `not exists (select from dag_run r where r.id = ${row}.run_id and r.state in ('queued', 'running'))
    and ${isHeard(table, row)}`;
}

function isHeard(table: ByWeek, row: string): string {
  return IS_TOLD[table] ? heard(`${row}.id`) : 'true';
}

/** A batch of so many rows takes some 10 ms, and nobody waits for it: history is not locked by anybody else. */
const BATCH = 1000;

// By id, which grows with the time: the walk ends at the first batch that holds nothing old, and needs no index of its own.
function removeOfWeek({ table, name }: Partition): Statement {
  return {
    text: `
with batch as (
  select w.id, w.${TIME_OF[table]} as at, ${mayGo(table, 'w')} as done
  from ${name} w
  where w.id > $1
  order by w.id
  limit $3
),
gone as (
  delete from ${name} w
  using batch b
  where w.id = b.id and b.at < $2::timestamptz and b.done
  returning w.id
)
select max(id) as last, count(*) filter (where at < $2::timestamptz) as old, (select count(*) from gone) as removed
from batch`,
  };
}

function removeStray(table: ByWeek): Statement {
  const time = TIME_OF[table];
  return {
    name: `remove_stray_${table}`,
    text: `
delete from ${table}_default
where (id, ${time}) in (
  select s.id, s.${time}
  from ${table}_default s
  where s.${time} < $1::timestamptz
    and ${mayGo(table, 's')}
  order by s.${time}
  limit $2
)
returning id`,
  };
}

const Batch = z.object({ last: z.number().nullable(), old: z.number(), removed: z.number() });
