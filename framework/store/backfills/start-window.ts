import { z } from 'zod';

import { DataFailure } from '../../core/failures.ts';
import type { Json } from '../../core/json.ts';
import type { Window } from '../../core/window.ts';
import type { NewRecord } from '../../record/new-records.ts';
import type { WindowRecord } from '../../record/record.ts';
import { BACKFILL_SELECTIONS } from '../../record/backfill-plan.ts';
import { type RerunRequest, rerunPlan } from '../../record/rerun-plan.ts';
import type { Database, Executor } from '../database.ts';
import { insertRecords } from '../records/insert-records.ts';
import { recordParams } from '../records/record-params.ts';
import { readRecord } from '../records/record-rows.ts';
import { resetRecord } from '../records/reset-record.ts';
import { createRun } from '../runs/create-run.ts';
import { InstantColumn } from '../runs/run-rows.ts';

export interface WindowStart {
  readonly dagId: string;
  readonly backfillId: number;
  /** Present where windows have records. */
  readonly records?: RecordStart;
}

export interface RecordStart {
  /** A window waits until every earlier record is completed. */
  readonly isStrict: boolean;
  /** A window that has params of its own keeps them where the backfill gives none. */
  readonly keepsParams: boolean;
  readonly recordOf: (window: Window) => NewRecord;
  readonly rerun: RerunRequest;
}

/** `nothing`: no window is pending, none may be active beside those that are, or the next one waits for something. */
export type StartedWindow = 'moved' | 'nothing';

/**
 * Moves the next pending window of a backfill on: a run of its own, the open run of somebody else, or its end where
 * nothing is left to do. One transaction; locks the open backfills of the dag in the order of their ids, then the record.
 */
export async function startNextWindow(database: Database, start: WindowStart): Promise<StartedWindow> {
  return database.transaction(async (transaction) => {
    await transaction.run(LOCK, [start.dagId]);
    const [row] = await transaction.run(NEXT, [start.dagId, start.backfillId]);
    if (row === undefined) return 'nothing';
    const next = Next.parse(row);
    const change = await decide(transaction, next, start).catch(unusable);
    if (change === undefined) return 'nothing';
    const { state, runId = null, recordId = null, reason = null } = change;
    await transaction.run(MOVE, [start.backfillId, next.position, state, runId, recordId, reason]);
    return 'moved';
  });
}

/** The running backfills of a dag, oldest first. */
export async function findRunningBackfills(executor: Executor, dagId: string): Promise<readonly number[]> {
  const rows = await executor.run(RUNNING, [dagId]);
  return rows.flatMap((row) => idOf(row) ?? []);
}

interface Change {
  readonly state: 'active' | 'skipped' | 'failed';
  readonly runId?: number;
  readonly recordId?: number;
  readonly reason?: string;
}

// A key function of the pipeline threw: this window cannot run, the others may.
function unusable(error: unknown): Change {
  if (error instanceof DataFailure) return { state: 'failed', reason: error.message };
  throw error;
}

/** Undefined where the window must wait. */
async function decide(transaction: Executor, next: Next, start: WindowStart): Promise<Change | undefined> {
  const { dagId, records } = start;
  if (records !== undefined) return startRecord(transaction, next, { dagId, ...records });
  const runId = (await openRun(transaction, dagId, next)) ?? (await newRun(transaction, { dagId, next }));
  return runId === undefined ? undefined : { state: 'active', runId };
}

async function startRecord(
  transaction: Executor,
  next: Next,
  start: RecordStart & { readonly dagId: string },
): Promise<Change | undefined> {
  const { dagId, isStrict, keepsParams, recordOf } = start;
  if (isStrict && (await transaction.run(EARLIER, [dagId, next.start.toString()])).length > 0) return undefined;
  await insertRecords(transaction, [recordOf(windowOf(next))], { byBackfill: true });
  const [row] = await transaction.run(LOCK_RECORD, [dagId, next.start.toString(), next.end.toString()]);
  const record = readRecord(row);
  const open = await openRunOf(transaction, record);
  if (open !== undefined) return { state: 'active', runId: open, recordId: record.id };
  if (record.pipelineStatus === 'COMPLETED' && next.only !== 'all') {
    return { state: 'skipped', recordId: record.id, reason: 'it was completed meanwhile' };
  }
  if (record.pipelineStatus !== 'PENDING') {
    const plan = rerunPlan(record, start.rerun);
    // Held by a run that is gone: its lock is released once it is stale.
    if (plan.kind === 'refused') return undefined;
    await resetRecord(transaction, plan.after);
  }
  const hasOwn = keepsParams && Object.keys(next.params).length === 0;
  const params = hasOwn ? Own.parse((await transaction.run(OWN_PARAMS, [record.id]))[0]).params : next.params;
  const runId = await newRun(transaction, { dagId, next: { ...next, params }, recordId: record.id });
  return runId === undefined ? undefined : { state: 'active', runId, recordId: record.id };
}

async function openRun(transaction: Executor, dagId: string, next: Next): Promise<number | undefined> {
  return idOf((await transaction.run(OPEN, [dagId, next.start.toString(), next.end.toString()]))[0]);
}

async function openRunOf(transaction: Executor, record: WindowRecord): Promise<number | undefined> {
  return idOf((await transaction.run(OPEN_OF_RECORD, [record.id]))[0]);
}

interface NewWindowRun {
  readonly dagId: string;
  readonly next: Next;
  readonly recordId?: number;
}

async function newRun(transaction: Executor, { next, ...run }: NewWindowRun): Promise<number | undefined> {
  const created = await createRun(transaction, {
    ...run,
    kind: 'backfill',
    window: windowOf(next),
    params: next.params,
  });
  return created.kind === 'created' ? created.runId : undefined;
}

function windowOf({ start, end, zone }: Window): Window {
  return { start, end, zone };
}

function idOf(row: unknown): number | undefined {
  return row === undefined ? undefined : z.object({ id: z.number() }).parse(row).id;
}

const RUNNING = {
  name: 'running_backfills',
  text: `select id from backfill where dag_id = $1 and ended_at is null and state = 'running' order by id`,
};

const LOCK = {
  name: 'lock_backfills',
  text: 'select id from backfill where dag_id = $1 and ended_at is null order by id for update',
};

// One of the dag's places is kept for windows of its schedule, which would otherwise wait for the end of a window here.
const NEXT = {
  name: 'next_backfill_window',
  text: `
select w.position, w.window_start as start, w.window_end as "end", w.window_zone as zone, b.selection as "only", b.params
from backfill b
join dag d on d.id = b.dag_id
join backfill_window w on w.backfill_id = b.id and w.state = 'pending'
where b.id = $2 and b.state = 'running'
  and (select count(*) from backfill_window a where a.backfill_id = b.id and a.state = 'active') < b.max_active
  and (
    select count(*)
    from dag_run r
    where r.dag_id = $1 and r.state in ('queued', 'running') and r.kind = 'backfill'
  ) < greatest(1, d.max_active_runs - 1)
order by w.position
limit 1`,
};

const EARLIER = {
  name: 'earlier_incomplete_record',
  text: `
select id
from pipeline_records
where pipeline_id = $1 and pipeline_status <> 'COMPLETED' and window_start_time < $2::timestamptz
order by window_start_time
limit 1`,
};

const LOCK_RECORD = {
  name: 'lock_record_of_window',
  text: `
select *
from pipeline_records
where pipeline_id = $1 and window_start_time = $2::timestamptz and window_end_time = $3::timestamptz
for update`,
};

const OWN_PARAMS = { name: 'own_params', text: `select ${recordParams('$1')} as params` };

const OPEN = {
  name: 'open_run_of_window',
  text: `
select id
from dag_run
where dag_id = $1 and state in ('queued', 'running') and window_start = $2::timestamptz and window_end = $3::timestamptz
order by id
limit 1`,
};

const OPEN_OF_RECORD = {
  name: 'open_run_of_record',
  text: `select id from dag_run where record_id = $1 and state in ('queued', 'running')`,
};

const MOVE = {
  name: 'move_backfill_window',
  text: `
update backfill_window set state = $3, run_id = $4, record_id = coalesce($5, record_id), reason = $6
where backfill_id = $1 and position = $2`,
};

const Own = z.object({ params: z.record(z.string(), z.json()) });
type Next = z.infer<typeof Next>;
const Next = z.object({
  position: z.number(),
  start: InstantColumn,
  end: InstantColumn,
  zone: z.string(),
  only: z.enum(BACKFILL_SELECTIONS),
  // Checked when the backfill was made.
  params: z.custom<Readonly<Record<string, Json>>>((value) => typeof value === 'object' && value !== null),
});
