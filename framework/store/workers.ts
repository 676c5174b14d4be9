import { z } from 'zod';

import { type Millis, seconds } from '../core/duration.ts';
import type { Temporal } from '../core/time.ts';
import type { Executor } from './database.ts';
import { InstantColumn } from './runs/run-rows.ts';

/** Who a worker or a scheduler is: `id` is unique among all processes there ever were. */
export interface WorkerIdentity {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
}

/** What a process does, so that others can see what nobody does. */
export interface LiveProcess extends WorkerIdentity {
  readonly kind: 'worker' | 'scheduler';
  /** The pools whose tasks it takes; none of a scheduler. */
  readonly pools: readonly string[];
  /** The dags that it has in its code. */
  readonly dags: readonly string[];
  /** Their shapes, which name their tasks. */
  readonly graphs: readonly string[];
}

/** A process as people look at it. */
export interface ProcessView extends Omit<LiveProcess, 'graphs'> {
  readonly startedAt: Temporal.Instant;
  readonly seenAt: Temporal.Instant;
  /** How many tasks it runs. */
  readonly running: number;
  /** How often its watchdog made a consumer anew that took nothing. */
  readonly renewals: number;
  readonly renewedAt: Temporal.Instant | null;
}

export interface LiveWorker extends WorkerIdentity {
  readonly startedAt: Temporal.Instant;
  readonly seenAt: Temporal.Instant;
}

/** Every process says each second or so that it lives; one that was silent for this long counts as gone. */
export const SILENCE: Millis = seconds(10);

/** Says that a process lives; the first call registers it, whatever happened to its row. `renewals` are those of its watchdog. */
export async function noteProcess(
  executor: Executor,
  { id, host, pid, kind, pools, dags, graphs }: LiveProcess,
  renewals = 0,
): Promise<void> {
  await executor.run(NOTE, [id, host, pid, kind, pools, dags, renewals, graphs]);
}

/** Takes a process off the list, and with it those that died long ago without a word. */
export async function forgetProcess(executor: Executor, id: string): Promise<void> {
  await executor.run(FORGET, [id]);
}

/** The workers that were heard of during the last `within`, oldest first. */
export async function findLiveWorkers(executor: Executor, within: Millis): Promise<readonly LiveWorker[]> {
  const rows = await executor.run(LIVE, [within]);
  return rows.map((row) => WorkerRow.parse(row));
}

/** The processes that were heard of during the last `within`, oldest first. */
export async function findLiveProcesses(executor: Executor, within: Millis = SILENCE): Promise<readonly ProcessView[]> {
  const rows = await executor.run(PROCESSES, [within]);
  return rows.map((row) => ProcessRow.parse(row));
}

const NOTE = {
  name: 'note_process',
  text: `
insert into worker (id, host, pid, kind, pools, dags, renewals, graphs)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (id) do update set
  seen_at = now(), renewals = excluded.renewals,
  renewed_at = case when excluded.renewals > worker.renewals then now() else worker.renewed_at end`,
};

const FORGET = {
  name: 'forget_process',
  text: `delete from worker where id = $1 or seen_at < now() - interval '1 day'`,
};

const LIVE = {
  name: 'live_workers',
  text: `
select id, host, pid, started_at as "startedAt", seen_at as "seenAt"
from worker
where kind = 'worker' and seen_at >= now() - $1::bigint * interval '1 ms'
order by started_at, id`,
};

const PROCESSES = {
  name: 'live_processes',
  text: `
select w.id, w.host, w.pid, w.kind, w.pools, w.dags, w.started_at as "startedAt", w.seen_at as "seenAt", w.renewals,
  w.renewed_at as "renewedAt",
  (select count(*) from task_instance t where t.state = 'running' and t.worker = w.id)::integer as running
from worker w
where w.seen_at >= now() - $1::bigint * interval '1 ms'
order by w.started_at, w.id`,
};

const WorkerRow = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number(),
  startedAt: InstantColumn,
  seenAt: InstantColumn,
});

const ProcessRow = WorkerRow.extend({
  kind: z.enum(['worker', 'scheduler']),
  pools: z.array(z.string()),
  dags: z.array(z.string()),
  running: z.number(),
  renewals: z.number(),
  renewedAt: InstantColumn.nullable(),
});
