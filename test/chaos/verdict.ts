import { z } from 'zod';

import type { Database, Executor } from '../../framework/store/database.ts';
import type { Asked } from './asked.ts';
import type { Killed } from './fleet.ts';
import type { Expectation } from './load/expectations.ts';
import type { SlotsSeen } from './slots.ts';

export interface Period {
  readonly start: Date;
  readonly end: Date;
}

export interface Verdict {
  /** Windows and items without a run or record that ended well, or without all their effects. */
  readonly lost: number;
  /** Effects beyond the one of each window and task, loads beyond those that people asked for, tasks that ended well more than once. */
  readonly doubled: number;
  /** Open tasks, runs and records of windows in the period, backfills, and dispatches that nobody sent. */
  readonly stuck: number;
  /** Effects of strict dags that came before one of an earlier window. */
  readonly disordered: number;
  /** Of runs whose cancel was confirmed: other ends, tries that began later, effects of tries that had ended. */
  readonly uncancelled: number;
  /** Tasks that ended well whose attempts are not one more than the failures in their history: a wait or a lost try was counted. */
  readonly miscounted: number;
  /** Looks at the pool that found more slots in use than it has. */
  readonly overbooked: number;
}

export interface Evidence {
  readonly expected: readonly Expectation[];
  readonly period: Period;
  readonly asked: Asked;
  readonly slots: Pick<SlotsSeen, 'overbooked'>;
}

/** Counts from the truth and from the target; the windows that must be there come from the clock and from what people asked for. */
export async function judge(database: Database, { expected, period, asked, slots }: Evidence): Promise<Verdict> {
  const windows = JSON.stringify(expected.flatMap((expectation) => expectedWindows(expectation, period, asked)));
  const strict = expected.filter(({ isStrict }) => isStrict).map(({ dagId }) => dagId);
  const { confirmed, cancels } = asked;
  const counted = await database.transaction(async (transaction) => {
    await transaction.run({ text: WHOLE_TABLES });
    return {
      lost: await count(transaction, LOST, [windows, cancels]),
      doubled: await count(transaction, DOUBLED, [windows]),
      stuck: await count(transaction, STUCK, [period.end.toISOString()]),
      disordered: await count(transaction, DISORDERED, [strict]),
      uncancelled: await count(transaction, UNCANCELLED, [
        confirmed.map(({ run }) => run),
        confirmed.map(({ at }) => at),
      ]),
      miscounted: await count(transaction, MISCOUNTED, []),
    };
  });
  return { ...counted, overbooked: slots.overbooked };
}

// The engine's connections plan for few rows of many.
const WHOLE_TABLES = `
select set_config('enable_seqscan', 'on', true), set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true)`;

export function isClean(verdict: Verdict): boolean {
  return Object.values(verdict).every((count) => count === 0);
}

/** Whether there is nothing left to wait for. */
export function isDone({ lost, stuck }: Verdict): boolean {
  return lost + stuck === 0;
}

/** The last line of the harness. */
export function verdictText({ lost, doubled, stuck }: Verdict): string {
  return `lost ${lost}, doubled ${doubled}, stuck ${stuck}`;
}

export interface ExpectedWindow {
  readonly dag_id: string;
  readonly window_start: string;
  readonly effects: readonly string[];
  readonly kind: Expectation['kind'];
  /** People asked for more than one load of it. */
  readonly may_repeat: boolean;
}

function expectedWindows(expectation: Expectation, period: Period, asked: Asked): readonly ExpectedWindow[] {
  const { kind, dagId } = expectation;
  const filled = asked.backfills.filter((backfill) => backfill.dagId === dagId);
  const again = new Set(
    filled.filter(({ only }) => only === 'all').flatMap((backfill) => startsOf(expectation, backfill)),
  );
  const own = startsOf(expectation, period);
  const past = filled.flatMap((backfill) => startsOf(expectation, backfill));
  const isRepeated = expectation.brokenEach !== undefined || expectation.isCancelled === true;
  return [...new Set([...own, ...past])].map((at) => ({
    dag_id: dagId,
    window_start: at,
    effects: expectation.effects,
    kind,
    may_repeat: isRepeated || again.has(at),
  }));
}

/** The starts of every whole window between the two moments; the grid begins at the epoch. */
export function startsOf({ everyMs }: Expectation, { start, end }: Period): readonly string[] {
  const first = Math.ceil(start.getTime() / everyMs) * everyMs;
  const most = Math.max(0, Math.floor((end.getTime() - first) / everyMs));
  return Array.from({ length: most }, (_, index) => new Date(first + index * everyMs).toISOString());
}

// A cancelled window of a plain dag stays undone; one of a pipeline is run again, unless its audit had completed it and only the
// teardown was left to cancel: the record and the effects say which.
const LOST_WINDOWS = `
select w.dag_id, w.window_start
from jsonb_to_recordset($1::jsonb) as w (dag_id text, window_start timestamptz, effects jsonb, kind text)
where (exists (
    select 1
    from jsonb_array_elements_text(w.effects) as e (task_id)
    where not exists (
      select 1 from target.effect t
      where t.dag_id = w.dag_id and t.window_start = w.window_start and t.task_id = e.task_id and not t.replaced
    )
  )
  or w.kind <> 'sensor' and not exists (
    select 1 from dag_run r
    where r.dag_id = w.dag_id and r.window_start = w.window_start
      and (r.state = 'success' or w.kind = 'pipeline' and r.state = 'cancelled' and r.id = any ($2::bigint[]))
  )
  or w.kind = 'sensor' and not exists (
    select 1 from sensor_item i join dag_run r on r.id = i.run_id
    where i.sensor_id = w.dag_id and i.key::timestamptz = w.window_start and r.state = 'success'
  )
  or w.kind = 'pipeline' and not exists (
    select 1 from pipeline_records p
    where p.pipeline_id = w.dag_id and p.window_start_time = w.window_start and p.pipeline_status = 'COMPLETED'
  ))
  and not (w.kind = 'dag' and exists (
    select 1 from dag_run r
    where r.dag_id = w.dag_id and r.window_start = w.window_start and r.state = 'cancelled' and r.id = any ($2::bigint[])
  ))`;

const LOST = `select count(*) from (${LOST_WINDOWS}) w`;

const LOST_ONES = `
select concat_ws(' ', 'lost', w.dag_id, w.window_start, 'runs',
  (select string_agg(concat_ws(' ', r.id, r.kind, r.state, r.created_at), ', ') from dag_run r
    where r.dag_id = w.dag_id and r.window_start = w.window_start),
  'record', (select concat_ws(' ', p.id, p.pipeline_status, p.made_by_backfill) from pipeline_records p
    where p.pipeline_id = w.dag_id and p.window_start_time = w.window_start),
  'effects', (select string_agg(concat_ws(' ', t.task_id, t.fence, t.replaced), ', ') from target.effect t
    where t.dag_id = w.dag_id and t.window_start = w.window_start)) as left
from (${LOST_WINDOWS}) w
order by 1
limit 10`;

const DOUBLED = `
select coalesce(sum(n - 1), 0) as count
from (
  select count(*) as n from target.effect where not replaced group by dag_id, window_start, task_id
  union all
  select count(*) from target.effect group by load_id
  union all
  select count(*)
  from target.effect t
  left join jsonb_to_recordset($1::jsonb) as w (dag_id text, window_start timestamptz, may_repeat boolean)
    on w.dag_id = t.dag_id and w.window_start = t.window_start
  where not coalesce(w.may_repeat, false)
  group by t.dag_id, t.window_start, t.task_id
  having bool_or(t.replaced)
  union all
  select count(*) from task_attempt where outcome = 'success' group by run_id, task_id, map_index
) counted
where n > 1`;

// Later windows are at work while the earlier ones are waited for.
const STUCK = `
with run as (select id, state from dag_run where coalesce(window_end, (params ->> 'until')::timestamptz) <= $1)
select (select count(*) from run where state in ('queued', 'running'))
  + (select count(*) from run join task_instance t on t.run_id = run.id
     where t.state in ('none', 'scheduled', 'queued', 'running', 'deferred', 'up_for_retry'))
  + (select count(*) from run join outbox o on o.run_id = run.id)
  + (select count(*) from pipeline_records where pipeline_status <> 'COMPLETED' and window_end_time <= $1)
  + (select count(*) from backfill where ended_at is null)
  + (select count(*) from backfill_window where state in ('pending', 'active')) as count`;

const DISORDERED = `
select count(*)
from (
  select window_start, lag(window_start) over (partition by dag_id order by id) as before
  from target.effect
  where dag_id = any ($1::text[])
) ordered
where window_start < before`;

// A teardown runs behind a cancel. The end of a try is stamped by the transaction that ends it, which may begin a moment before
// an effect of that try and hear of it only later: hence the second.
const UNCANCELLED = `
with confirmed as (
  select r.id, r.state, c.at from unnest($1::bigint[], $2::timestamptz[]) as c (run, at) join dag_run r on r.id = c.run
)
select (select count(*) from confirmed where state <> 'cancelled')
  + (select count(*) from confirmed c join task_attempt a on a.run_id = c.id
     where a.started_at > c.at and a.task_id <> 'cleanup_stale_locks')
  + (select count(*) from confirmed c join task_attempt a on a.run_id = c.id join target.effect t on t.fence = a.fence
     where t.at > a.ended_at + interval '1 second') as count`;

// What a mapped task does itself is to count the elements of its list; its instances have attempts.
const MISCOUNTED = `
select count(*)
from task_instance t
left join (
  select run_id, task_id, map_index, count(*) as failures
  from task_attempt
  where outcome = 'fail'
  group by run_id, task_id, map_index
) a using (run_id, task_id, map_index)
where t.state = 'success' and t.map_index >= 0 and t.attempt <> 1 + coalesce(a.failures, 0)`;

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
  (select count(*) from task_attempt where outcome = 'lost') as lost_tries,
  (select count(*) from task_attempt where outcome = 'defer') as deferrals,
  (select count(*) from task_instance where map_total is not null and map_index >= 0) as mapped_instances,
  (select count(*) from sensor_item) as items,
  (select count(*) from backfill_window where state = 'success') as backfilled_windows,
  (select count(*) from dag_run where state = 'cancelled') as cancelled_runs`,
  });
  return z.record(z.string(), z.coerce.number()).parse(row);
}

/** Of what is open or failed, the first few, for people who look for the cause. */
export async function readLeft(database: Database, { expected, period, asked }: Evidence): Promise<readonly string[]> {
  const windows = JSON.stringify(expected.flatMap((expectation) => expectedWindows(expectation, period, asked)));
  const rows = await database.transaction(async (transaction) => {
    await transaction.run({ text: WHOLE_TABLES });
    const lost = await transaction.run({ text: LOST_ONES }, [windows, asked.cancels]);
    return [...(await transaction.run({ text: LEFT }, [period.end.toISOString()])), ...lost];
  });
  return rows.map((row) => z.object({ left: z.string() }).parse(row).left);
}

const LEFT = `
(select concat_ws(' ', 'run', r.id, r.dag_id, r.kind, r.state, r.window_start, 'open', r.open_tasks, 'task', t.task_id, t.map_index,
    t.state, 'seq', t.seq, 'attempt', t.attempt, 'infra', t.infra_attempt, t.reason, t.failure ->> 'message', t.next_at,
    t.dispatched_at) as left
  from dag_run r
  left join task_instance t on t.run_id = r.id and t.state not in ('success', 'skipped', 'cancelled')
  where r.state in ('queued', 'running', 'failed')
    and coalesce(r.window_end, (r.params ->> 'until')::timestamptz) <= $1
    -- Of a record or an item a later run may have done what this one has not.
    and (r.state <> 'failed' or r.record_id is null and (r.kind <> 'sensor' or exists (select from sensor_item i where i.run_id = r.id)))
  order by r.id, t.task_id, t.map_index
  limit 20)
union all
(select concat_ws(' ', 'record', id, pipeline_id, window_start_time, pipeline_status, phase_completed, error)
  from pipeline_records where pipeline_status <> 'COMPLETED' and window_end_time <= $1 order by id limit 10)
union all
(select concat_ws(' ', 'backfill', id, state, selection, from_time, to_time, ended_at) from backfill
  where state <> 'completed' order by id limit 10)
union all
(select concat_ws(' ', 'dispatch', job_id, created_at) from outbox order by id limit 10)`;
