import type { Temporal } from '../core/time.ts';
import { explainBackfill as backfillReasons } from '../run/explain/explain-backfill.ts';
import { explainRecord as recordReasons, openRunOf } from '../run/explain/explain-record.ts';
import { explainRun as runReasons } from '../run/explain/explain-run.ts';
import { nearestInstances } from '../run/explain/explain-instances.ts';
import { type TaskFacts, explainUnexpanded, explainTask as taskReasons } from '../run/explain/explain-task.ts';
import { type Reason, because } from '../run/explain/reason.ts';
import type { Executor } from '../store/database.ts';
import { findBackfillFacts } from '../store/explain/backfill-facts.ts';
import { findRecordFacts } from '../store/explain/record-facts.ts';
import { type FoundRunFacts, findRunFacts } from '../store/explain/run-facts.ts';
import { readTaskFacts } from '../store/explain/task-facts.ts';

/** Why something is as it is; the nearest reason stands first. */
export interface Explanation {
  readonly state: string;
  readonly reasons: readonly Reason[];
}

export interface TaskQuestion {
  readonly runId: number;
  readonly taskId: string;
  /** One instance of a mapped task. */
  readonly instance?: number;
}

/**
 * Why a task of a run is not running, or who runs it; of a mapped task with the reasons of one instance for each state that
 * they are in. Undefined where there is no such run, task or instance.
 */
export async function explainTask(database: Executor, question: TaskQuestion): Promise<Explanation | undefined> {
  const { runId, taskId, instance } = question;
  const [task] = await readTaskFacts(database, runId, [question]);
  const run = task?.state === 'none' ? await findRunFacts(database, runId) : undefined;
  // Tasks that are done again are there before their run starts again.
  if (run?.state === 'queued') return notBegun(run, taskId);
  if (task !== undefined)
    return { state: task.state, reasons: [...taskReasons(task), ...(await ofInstances(database, task, Infinity))] };
  if (instance !== undefined) {
    const [summary] = await readTaskFacts(database, runId, [{ taskId }]);
    const reasons = summary === undefined ? undefined : explainUnexpanded(summary, instance);
    if (summary !== undefined) return reasons === undefined ? undefined : { state: 'none', reasons };
  }
  return ofUnstarted(database, question);
}

/** How many instances a mapped task of a run became; undefined where it is none or has not become them. */
export async function countInstances(database: Executor, { runId, taskId }: TaskQuestion): Promise<number | undefined> {
  const [summary] = await readTaskFacts(database, runId, [{ taskId }]);
  return summary?.instances?.total;
}

async function ofInstances(
  database: Executor,
  { runId, taskId, instances }: TaskFacts,
  atMost: number,
): Promise<readonly Reason[]> {
  if (instances === null || instances.open.length === 0) return [];
  const nearest = nearestInstances(instances)
    .slice(0, atMost)
    .map((instance) => ({ taskId, instance }));
  return (await readTaskFacts(database, runId, nearest)).flatMap((task) => taskReasons(task));
}

async function ofUnstarted(database: Executor, { runId, taskId }: TaskQuestion): Promise<Explanation | undefined> {
  const run = await findRunFacts(database, runId);
  return run === undefined || !run.taskIds.includes(taskId) ? undefined : notBegun(run, taskId);
}

function notBegun(run: FoundRunFacts, taskId: string): Explanation {
  const text = `Task "${taskId}" has not begun, because run ${run.runId} is ${run.state}.`;
  return {
    state: 'none',
    reasons: [because('not_started', text, { run: run.runId, state: run.state }), ...runReasons(run)],
  };
}

/** Why a run is not going on, with the reasons of its nearest open tasks; undefined where there is no such run. */
export async function explainRun(database: Executor, runId: number): Promise<Explanation | undefined> {
  const run = await findRunFacts(database, runId);
  if (run === undefined) return undefined;
  return { state: run.state, reasons: [...runReasons(run), ...(await openTaskReasons(database, run))] };
}

/** Why a window is not loaded, with the reasons of its open run; undefined where there is no such record. */
export async function explainRecord(
  database: Executor,
  id: number,
  now: Temporal.Instant,
): Promise<Explanation | undefined> {
  const facts = await findRecordFacts(database, id);
  if (facts === undefined) return undefined;
  const open = openRunOf(facts);
  const run = open === undefined ? undefined : await explainRun(database, open);
  return {
    state: facts.record.pipelineStatus,
    reasons: [...recordReasons(facts, now), ...(run === undefined ? [] : run.reasons)],
  };
}

/** Why a backfill does not begin its next window, with the reasons of its oldest active run; undefined where there is none such. */
export async function explainBackfill(database: Executor, id: number): Promise<Explanation | undefined> {
  const facts = await findBackfillFacts(database, id);
  if (facts === undefined) return undefined;
  const [oldest] = facts.activeRuns;
  const run = oldest === undefined ? undefined : await explainRun(database, oldest);
  return { state: facts.state, reasons: [...backfillReasons(facts), ...(run === undefined ? [] : run.reasons)] };
}

/** Tasks that wait for others explain nothing by themselves. */
const MOST_TASKS = 5;

async function openTaskReasons(database: Executor, { runId, open }: FoundRunFacts): Promise<readonly Reason[]> {
  const tasks = open.filter(({ state }) => state !== 'none').slice(0, MOST_TASKS);
  if (tasks.length === 0) return [];
  const facts = await readTaskFacts(
    database,
    runId,
    tasks.map(({ id }) => ({ taskId: id })),
  );
  const reasons: Reason[] = [];
  for (const task of facts) reasons.push(...taskReasons(task), ...(await ofInstances(database, task, 1)));
  return reasons;
}
