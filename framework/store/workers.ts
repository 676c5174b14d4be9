import { z } from 'zod';

import type { Millis } from '../core/duration.ts';
import type { Temporal } from '../core/time.ts';
import type { Executor } from './database.ts';
import { InstantColumn } from './runs/run-rows.ts';

/** Who a worker is: `id` is unique among all workers there ever were. */
export interface WorkerIdentity {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
}

export interface LiveWorker extends WorkerIdentity {
  readonly startedAt: Temporal.Instant;
  readonly seenAt: Temporal.Instant;
}

/** Says that a worker lives; the first call registers it, whatever happened to its row. */
export async function noteWorker(executor: Executor, worker: WorkerIdentity): Promise<void> {
  await executor.run(NOTE, [worker.id, worker.host, worker.pid]);
}

/** Takes a worker off the list, and with it those that died long ago without a word. */
export async function forgetWorker(executor: Executor, id: string): Promise<void> {
  await executor.run(FORGET, [id]);
}

/** The workers that were heard of during the last `within`, oldest first. */
export async function findLiveWorkers(executor: Executor, within: Millis): Promise<readonly LiveWorker[]> {
  const rows = await executor.run(LIVE, [within]);
  return rows.map((row) => WorkerRow.parse(row));
}

const NOTE = {
  name: 'note_worker',
  text: `
insert into worker (id, host, pid)
values ($1, $2, $3)
on conflict (id) do update set seen_at = now()`,
};

const FORGET = {
  name: 'forget_worker',
  text: `delete from worker where id = $1 or seen_at < now() - interval '1 day'`,
};

const LIVE = {
  name: 'live_workers',
  text: `
select id, host, pid, started_at as "startedAt", seen_at as "seenAt"
from worker
where seen_at >= now() - $1::bigint * interval '1 ms'
order by started_at, id`,
};

const WorkerRow = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number(),
  startedAt: InstantColumn,
  seenAt: InstantColumn,
});
