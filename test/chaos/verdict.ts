import { z } from 'zod';

import type { Executor } from '../../framework/store/database.ts';
import type { Expectation } from './load.ts';
import type { Killed } from './fleet.ts';

export interface Period {
  readonly start: Date;
  readonly end: Date;
}

export interface Verdict {
  /** Windows of the schedule without a run or record that ended well, or without all their effects. */
  readonly lost: number;
  /** Effects beyond the one of each window and task, and tasks that ended well more than once. */
  readonly doubled: number;
  /** Open tasks, runs and records, and dispatches that nobody sent. */
  readonly stuck: number;
  /** Effects of strict pipelines that came before one of an earlier window. */
  readonly disordered: number;
}

/** Counts from the truth and from the target; the windows that must be there come from the clock alone. */
export async function judge(executor: Executor, expected: readonly Expectation[], period: Period): Promise<Verdict> {
  const windows = expected.flatMap((expectation) => windowsOf(expectation, period));
  const strict = expected.filter(({ isStrict }) => isStrict).map(({ dagId }) => dagId);
  return {
    lost: await count(executor, LOST, [JSON.stringify(windows)]),
    doubled: await count(executor, DOUBLED, []),
    stuck: await count(executor, STUCK, []),
    disordered: await count(executor, DISORDERED, [strict]),
  };
}

export function isClean({ lost, doubled, stuck, disordered }: Verdict): boolean {
  return lost + doubled + stuck + disordered === 0;
}

/** The last line of the harness. */
export function verdictText({ lost, doubled, stuck }: Verdict): string {
  return `lost ${lost}, doubled ${doubled}, stuck ${stuck}`;
}

export interface ExpectedWindow {
  readonly dag_id: string;
  readonly window_start: string;
  readonly effects: readonly string[];
  readonly is_pipeline: boolean;
}

/** Every whole window between the two moments; the grid begins at the epoch. */
export function windowsOf(
  { dagId, everyMs, effects, isPipeline }: Expectation,
  { start, end }: Period,
): readonly ExpectedWindow[] {
  const first = Math.ceil(start.getTime() / everyMs) * everyMs;
  const most = Math.max(0, Math.floor((end.getTime() - first) / everyMs));
  return Array.from({ length: most }, (_, index) => ({
    dag_id: dagId,
    window_start: new Date(first + index * everyMs).toISOString(),
    effects,
    is_pipeline: isPipeline,
  }));
}

const LOST = `
select count(*)
from jsonb_to_recordset($1::jsonb) as w (dag_id text, window_start timestamptz, effects jsonb, is_pipeline boolean)
where exists (
    select 1
    from jsonb_array_elements_text(w.effects) as e (task_id)
    where not exists (
      select 1 from target.effect t
      where t.dag_id = w.dag_id and t.window_start = w.window_start and t.task_id = e.task_id
    )
  )
  or not exists (
    select 1 from dag_run r where r.dag_id = w.dag_id and r.window_start = w.window_start and r.state = 'success'
  )
  or w.is_pipeline and not exists (
    select 1 from pipeline_records p
    where p.pipeline_id = w.dag_id and p.window_start_time = w.window_start and p.pipeline_status = 'COMPLETED'
  )`;

const DOUBLED = `
select coalesce(sum(n - 1), 0) as count
from (
  select count(*) as n from target.effect group by dag_id, window_start, task_id
  union all
  select count(*) from task_attempt where outcome = 'success' group by run_id, task_id, map_index
) counted
where n > 1`;

const STUCK = `
select (select count(*) from dag_run where state in ('queued', 'running'))
  + (select count(*) from task_instance
     where state in ('none', 'scheduled', 'queued', 'running', 'deferred', 'up_for_retry'))
  + (select count(*) from outbox)
  + (select count(*) from pipeline_records where pipeline_status <> 'COMPLETED') as count`;

const DISORDERED = `
select count(*)
from (
  select window_start, lag(window_start) over (partition by dag_id order by id) as before
  from target.effect
  where dag_id = any ($1::text[])
) ordered
where window_start < before`;

const Counted = z.object({ count: z.coerce.number() });

async function count(executor: Executor, text: string, values: readonly unknown[]): Promise<number> {
  const [row] = await executor.run({ text }, values);
  return Counted.parse(row).count;
}

/** Milliseconds from each SIGKILL to the next start of every task that the dead process held. */
export async function recoveries(executor: Executor, killed: readonly Killed[]): Promise<readonly number[]> {
  const rows = await executor.run({ text: RECOVERIES }, [
    killed.map(({ pid }) => pid),
    killed.map(({ at }) => at.toISOString()),
  ]);
  return rows.map((row) => z.object({ ms: z.coerce.number() }).parse(row).ms);
}

const RECOVERIES = `
select extract(epoch from next.started_at - k.at) * 1000 as ms
from unnest($1::integer[], $2::timestamptz[]) as k (pid, at)
join task_attempt a on a.outcome = 'lost' and split_part(a.worker, ':', 2) = k.pid::text
  and k.at between a.started_at and a.ended_at
cross join lateral (
  select n.started_at
  from task_attempt n
  where n.run_id = a.run_id and n.task_id = a.task_id and n.map_index = a.map_index and n.fence > a.fence
  order by n.fence
  limit 1
) next`;

/** What a load left behind, for people. */
export async function readWork(executor: Executor): Promise<Readonly<Record<string, number>>> {
  const [row] = await executor.run({
    text: `
select (select count(*) from dag_run where state = 'success') as runs,
  (select count(*) from target.effect) as effects,
  (select count(*) from task_attempt) as tries,
  (select count(*) from task_attempt where outcome = 'lost') as lost_tries`,
  });
  return z.record(z.string(), z.coerce.number()).parse(row);
}
