import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { MaybeInstant } from './view-rows.ts';

/** What is in the queue of a pool. */
export interface QueueView {
  readonly pool: string;
  /** Tasks that were sent and that no worker has begun. */
  readonly queued: number;
  readonly running: number;
  /** Since when the task waits that waits longest. */
  readonly waitingSince: Temporal.Instant | null;
}

/** How long tasks wait between being sent and being begun. */
export interface HopView {
  /** Of so many tries, the newest there are. */
  readonly tries: number;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

/** No more tries than these are looked at. */
const MOST_TRIES = 500;

/** Every pool with tasks that are sent or run, by name. */
export async function readQueues(executor: Executor): Promise<readonly QueueView[]> {
  return (await executor.run(QUEUES)).map((row) => QueueRow.parse(row));
}

/** Of the newest tries that were begun; tries of tasks that were begun again since are left out. */
export async function readHop(executor: Executor): Promise<HopView> {
  const [row] = await executor.run(HOP, [MOST_TRIES]);
  return HopRow.parse(row);
}

// One select a state, each by the index that has the tasks of that state only.
const QUEUES = {
  name: 'read_queues',
  text: `
select pool, sum(queued)::integer as queued, sum(running)::integer as running, min(since) as "waitingSince"
from (
  select pool, count(*) as queued, 0 as running, min(dispatched_at) as since
  from task_instance
  where state = 'queued' and map_index >= 0
  group by pool
  union all
  select pool, 0, count(*), null
  from task_instance
  where state = 'running' and map_index >= 0
  group by pool
) of_state
group by pool
order by pool`,
};

const HOP = {
  name: 'read_hop',
  text: `
with newest as materialized (
  select run_id, task_id, map_index, started_at from task_attempt where started_at is not null order by id desc limit $1
)
select count(*)::integer as tries,
  percentile_cont(0.5) within group (order by ms) as "medianMs", percentile_cont(0.95) within group (order by ms) as "p95Ms"
from (
  select extract(epoch from t.started_at - t.dispatched_at)::double precision * 1000 as ms
  from newest n
  join task_instance t on t.run_id = n.run_id and t.task_id = n.task_id and t.map_index = n.map_index
  where t.started_at = n.started_at and t.dispatched_at <= t.started_at
) hop`,
};

const QueueRow = z.object({
  pool: z.string(),
  queued: z.number(),
  running: z.number(),
  waitingSince: MaybeInstant,
});
const HopRow = z.object({ tries: z.number(), medianMs: z.number().nullable(), p95Ms: z.number().nullable() });
