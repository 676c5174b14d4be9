import { z } from 'zod';

import type { RunId } from '../../core/ids.ts';
import type { DagGraph } from '../../dag/graph.ts';
import type { Shape } from '../../run/cascade.ts';
import { type ClearPlan, type ClearRequest, planClear } from '../../run/clear-plan.ts';
import { isInstance } from '../../run/mapped.ts';
import type { PlannedTask } from '../../run/plan.ts';
import { taskLimits } from '../../run/limits.ts';
import type { ClearedRecord } from '../../record/clear-record.ts';
import type { RerunRequest } from '../../record/rerun-plan.ts';
import type { Database, Executor } from '../database.ts';
import { lockRecord, planRecord, resumeRecord } from '../records/resume-record.ts';
import { RUN_PRIORITIES } from './create-run.ts';
import type { Graphs } from './graphs.ts';
import { type LockedRun, type LockedTask, lockAllTasks, lockRuns } from './locked-runs.ts';

export interface ClearOptions {
  readonly request: ClearRequest;
  /** Who asks, for the history. */
  readonly by: string;
  /** Decide and change nothing. */
  readonly dryRun: boolean;
  /** The shape of a dag in the code as it is now; undefined where the code has no such dag. */
  readonly graphOf: (dagId: string) => DagGraph | undefined;
  /** Of the run's record, where it has one. */
  readonly record: Pick<RerunRequest, 'now' | 'keysOf'>;
}

type AcceptedClear = Extract<ClearPlan, { kind: 'clear' }>;

export interface Cleared {
  readonly kind: 'cleared';
  readonly run: Pick<LockedRun, 'id' | 'dagId' | 'state'>;
  readonly shape: Shape;
  /** As they were. */
  readonly tasks: ReadonlyMap<string, LockedTask>;
  readonly plan: AcceptedClear;
  readonly record?: ClearedRecord;
}

export type Clearing = Cleared | { readonly kind: 'refused'; readonly reason: string } | { readonly kind: 'not_found' };

/**
 * Clears tasks of an ended run, in one transaction: their rows begin anew, counters are set back, and the run is queued, with
 * its record. What was tried before stays in the history. Locks the run, its tasks, then its record, as a finish does.
 */
export async function clearRun(
  store: { readonly database: Database; readonly graphs: Graphs },
  id: RunId,
  options: ClearOptions,
): Promise<Clearing> {
  return store.database.transaction(async (transaction): Promise<Clearing> => {
    const [run] = await lockRuns(transaction, [id]);
    if (run === undefined) return { kind: 'not_found' };
    const shape = await store.graphs.load(transaction, run.graphHash);
    const tasks = await lockAllTasks(transaction, id);
    const plan = planClear({ shape, run, tasks }, options.request);
    if (plan.kind === 'refused') return plan;
    // Before the look at newer runs: whoever makes one for the record holds this lock, too.
    const held = await lockRecord(transaction, run);
    const facts = Facts.parse((await transaction.run(FACTS, [id]))[0]);
    const reason = whyNot(run, facts, { changed: changedTasks(shape, plan, options.graphOf(run.dagId)) });
    if (reason !== undefined) return { kind: 'refused', reason };
    const record = held === undefined ? undefined : planRecord(held, run, { plan, ...options.record });
    if (record?.kind === 'refused') return record;
    const cleared: Cleared = { kind: 'cleared', run, shape, tasks, plan, ...(record === undefined ? {} : { record }) };
    if (options.dryRun) return cleared;
    await write(transaction, { ...cleared, run }, { facts, ...options });
    if (record !== undefined) await resumeRecord(transaction, record);
    return cleared;
  });
}

/** Cleared tasks that the code has not, or has of the other kind; undefined where it has not even their dag. */
function changedTasks(
  shape: Shape,
  { cleared }: AcceptedClear,
  graph: DagGraph | undefined,
): readonly string[] | undefined {
  if (graph === undefined) return undefined;
  const present = new Map(graph.tasks.map((task) => [task.id, task.mapped !== undefined]));
  const ids = [...new Set(cleared.map(({ id }) => id))];
  return ids.filter((id) => present.get(id) !== (shape.tasks.get(id)?.mapped !== undefined));
}

function whyNot(
  { id, dagId }: LockedRun,
  { newerRun, recordId, isReplaced }: Facts,
  { changed }: { readonly changed: readonly string[] | undefined },
): string | undefined {
  if (newerRun !== null) {
    return `Run ${newerRun} of the same record ${recordId ?? 0} is newer than run ${id}. Run that one again: windrow runs rerun ${newerRun}, or the window: windrow records rerun ${recordId ?? 0}.`;
  }
  if (isReplaced) {
    return `The item of run ${id} was started again by its sensor and has a newer run, which would do the same work twice. Run that one again: windrow runs list --dag ${dagId} names it.`;
  }
  if (changed === undefined) return `The dag "${dagId}" of run ${id} is not in the code any more.`;
  if (changed.length === 0) return undefined;
  return (
    `Run ${id} has an older shape of "${dagId}": ${changed.join(', ')} ${changed.length === 1 ? 'is' : 'are'} not in the code ` +
    `any more, or mapped there and not here. Start a new run: ${recordId === null ? `windrow dags trigger ${dagId}` : `windrow records rerun ${recordId}`}.`
  );
}

interface Write {
  readonly facts: Facts;
  readonly request: ClearRequest;
  readonly by: string;
}

async function write(
  transaction: Executor,
  { run, shape, plan }: Omit<Cleared, 'run'> & { readonly run: LockedRun },
  { facts, request, by }: Write,
): Promise<void> {
  const limits = { pools: new Set(facts.pools), hasWindow: run.windowStart !== null };
  const rows = [
    ...plan.cleared.map((task) => ({ ...rowOf(task), cleared: true, ...limitsOf(shape, task, limits) })),
    ...plan.recounted.map((task) => ({ ...rowOf(task), cleared: false })),
  ].toSorted((a, b) => (a.task_id === b.task_id ? a.map_index - b.map_index : a.task_id < b.task_id ? -1 : 1));
  await transaction.run(CLEAR, [
    run.id,
    JSON.stringify(rows),
    plan.dropped.map((task) => task.id),
    plan.dropped.map(({ mapIndex }) => mapIndex),
    plan.run.openTasks,
    plan.run.failedTasks,
    RUN_PRIORITIES.rerun,
    JSON.stringify({ by, request, was: run.state, tasks: plan.cleared.map(({ key }) => key).slice(0, MOST_TOLD) }),
  ]);
}

/** Tasks that the event names; a mapped task may have thousands of instances. */
const MOST_TOLD = 100;

function rowOf(task: PlannedTask) {
  return {
    task_id: task.id as string,
    map_index: task.mapIndex,
    seq: task.seq,
    attempt: task.attempt,
    first_attempt: task.firstAttempt,
    success: task.tally.success,
    failed: task.tally.failed,
    skipped: task.tally.skipped,
    ...countsOf(task),
  };
}

/** Only a summary has counts; an instance keeps its total, which tells it from an ordinary task. */
function countsOf(task: PlannedTask): object {
  if (isInstance(task)) return { keeps_total: true };
  const { total, success, failed, skipped } = task.instances ?? {};
  return { map_total: total, map_success: success ?? 0, map_failed: failed ?? 0, map_skipped: skipped ?? 0 };
}

function limitsOf(shape: Shape, { id }: PlannedTask, limits: Parameters<typeof taskLimits>[1]): object {
  const spec = shape.tasks.get(id);
  if (spec === undefined) return {};
  const { slots, afterPrevious } = taskLimits(spec, limits);
  return { slots, after_previous: afterPrevious };
}

const FACTS = {
  name: 'clear_facts',
  text: `
select r.record_id as "recordId",
  (select max(n.id) from dag_run n where n.record_id = r.record_id and n.id > r.id) as "newerRun",
  r.kind = 'sensor' and r.record_id is null and not exists (select from sensor_item i where i.run_id = r.id) as "isReplaced",
  (select coalesce(jsonb_agg(name), '[]') from pool) as pools
from dag_run r
where r.id = $1`,
};

type Facts = z.infer<typeof Facts>;
const Facts = z.object({
  recordId: z.number().nullable(),
  newerRun: z.number().nullable(),
  /** Its sensor's item belongs to another run now. */
  isReplaced: z.boolean(),
  pools: z.array(z.string()),
});

// The run and all its tasks are locked. Dispatches of the last life are in nobody's way: their seq is past. The history
// (task_attempt, task_log, event) is not touched. A backfill that is not over waits for the window again.
const CLEAR = {
  name: 'clear_tasks',
  text: `
with row as (
  select *
  from jsonb_to_recordset($2::jsonb) as c (task_id text, map_index integer, cleared boolean, seq integer, attempt integer,
    first_attempt integer, success integer, failed integer, skipped integer, keeps_total boolean, map_total integer,
    map_success integer, map_failed integer, map_skipped integer, slots integer, after_previous boolean)
),
recounted as (
  update task_instance t set upstream_success = c.success, upstream_failed = c.failed, upstream_skipped = c.skipped
  from row c
  where t.run_id = $1 and t.task_id = c.task_id and t.map_index = c.map_index and not c.cleared
),
cleared as (
  update task_instance t set
    state = 'none', seq = c.seq, attempt = c.attempt, first_attempt = c.first_attempt, infra_attempt = 0, fence = 0,
    lease_until = null, worker = null, next_at = null, dispatched_at = null, started_at = null, ended_at = null,
    reason = null, output = null, failure = null, choice = null, priority = $7,
    upstream_success = c.success, upstream_failed = c.failed, upstream_skipped = c.skipped,
    map_total = case when c.keeps_total then t.map_total else c.map_total end,
    map_success = coalesce(c.map_success, 0), map_failed = coalesce(c.map_failed, 0), map_skipped = coalesce(c.map_skipped, 0),
    slots = c.slots, after_previous = c.after_previous,
    window_start = case when c.slots > 0 or c.after_previous then r.window_start end
  from row c, dag_run r
  where t.run_id = $1 and t.task_id = c.task_id and t.map_index = c.map_index and c.cleared and r.id = $1
),
dropped as (
  delete from task_instance t
  using unnest($3::text[], $4::integer[]) as d (task_id, map_index)
  where t.run_id = $1 and t.task_id = d.task_id and t.map_index = d.map_index
),
backfilled as (
  update backfill_window w set state = 'active', reason = null
  from backfill b
  where w.run_id = $1 and w.state in ('failed', 'cancelled', 'skipped') and b.id = w.backfill_id and b.ended_at is null and b.state <> 'cancelled'
),
run as (
  update dag_run set
    state = 'queued', priority = $7, cleared = cleared + 1, open_tasks = $5, failed_tasks = $6, cancel_requested = false,
    timed_out = null, skip_reason = null, started_at = null, deadline_at = null, ended_at = null
  where id = $1
  returning id, dag_id, record_id
)
insert into event (kind, dag_id, run_id, record_id, details)
select 'run_cleared', dag_id, id, record_id, $8::jsonb
from run`,
};
