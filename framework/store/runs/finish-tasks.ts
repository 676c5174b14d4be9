import type { RunId, TaskId } from '../../core/ids.ts';
import { Bug } from '../../core/failures.ts';
import { descendants, type Shape } from '../../run/cascade.ts';
import { type Report, planReports } from '../../run/plan.ts';
import type { RunState } from '../../run/run-state.ts';
import type { Tools } from '../../run/settle.ts';
import { countedIndex } from '../../run/task-key.ts';
import type { TriggerRule } from '../../dag/trigger-rule.ts';
import type { Database, Executor } from '../database.ts';
import { type AppliedPlan, applyPlans } from './apply-plans.ts';
import type { Ready } from './dispatch.ts';
import type { Graphs } from './graphs.ts';
import { lockLostTries } from './leases.ts';
import { type LockedRun, type WantedTask, lockRuns, readTasks } from './locked-runs.ts';

export interface Finished extends Ready {
  readonly closed: readonly ClosedRun[];
  /** The reports that counted; a report under an old fence is not among them. */
  readonly accepted: ReadonlySet<Report>;
}

export interface ClosedRun {
  readonly runId: RunId;
  readonly dagId: string;
  readonly state: RunState;
}

/**
 * Finishes tries of tasks in one transaction under the locks of their runs: final state if the fence matches, counters
 * and trigger rules downstream, skip cascade, outbox, closing of runs. Reports of many runs share one transaction.
 */
export async function finishTasks(
  store: { readonly database: Database; readonly graphs: Graphs },
  told: readonly Report[],
  tools: Tools,
): Promise<Finished> {
  return store.database.transaction(async (transaction) => {
    const { runs, lost, shapes, tasks } = await lockAndRead(transaction, store.graphs, told);
    const reports = told.filter((report) => report.outcome.kind !== 'lost' || lost.has(report));
    const plans = runs.map((run): AppliedPlan => {
      const found = { run, tasks: tasks.get(run.id) ?? new Map() };
      const own = reports.filter(({ runId }) => runId === run.id);
      return { ...found, plan: planReports({ ...found, shape: shapeOf(shapes, run.id) }, own, tools) };
    });
    const dispatches = await applyPlans(
      transaction,
      plans.filter(({ plan }) => plan.accepted.length > 0),
    );
    return { ...follows(plans, dispatches), accepted: new Set(plans.flatMap(({ plan }) => plan.accepted)) };
  });
}

interface Found {
  readonly runs: readonly LockedRun[];
  /** Those whose lease has really expired. */
  readonly lost: ReadonlySet<Report>;
  readonly shapes: ReadonlyMap<RunId, Shape>;
  readonly tasks: Awaited<ReturnType<typeof readTasks>>;
}

/**
 * One round trip where every shape is known, which is the rule: the statements travel together, and the server runs them one
 * after the other, so that what is read is what stands once the runs are locked.
 */
async function lockAndRead(transaction: Executor, graphs: Graphs, told: readonly Report[]): Promise<Found> {
  const ids = [...new Set(told.map(({ runId }) => runId))];
  const known = knownShapes(graphs, told);
  if (known === undefined) {
    const runs = await lockRuns(transaction, ids);
    const lost = await lockLostTries(transaction, told);
    const shapes = await loadShapes(graphs, transaction, runs);
    return { runs, lost, shapes, tasks: await readAffected(transaction, told, shapes) };
  }
  const [runs, lost, tasks] = await Promise.all([
    lockRuns(transaction, ids),
    lockLostTries(transaction, told),
    readAffected(transaction, told, known),
  ]);
  return { runs, lost, shapes: known, tasks };
}

function knownShapes(graphs: Graphs, told: readonly Report[]): ReadonlyMap<RunId, Shape> | undefined {
  const shapes = new Map<RunId, Shape>();
  for (const { runId, graphHash } of told) {
    const shape = graphHash === undefined ? undefined : graphs.find(graphHash);
    if (shape === undefined) return undefined;
    shapes.set(runId, shape);
  }
  return shapes;
}

/** What is to be done after plans were applied. */
export function follows(plans: readonly AppliedPlan[], dispatches: Ready['dispatches']): Omit<Finished, 'accepted'> {
  return { dispatches, pools: touchedPools(plans), closed: closedRuns(plans) };
}

function touchedPools(plans: readonly AppliedPlan[]): ReadonlySet<string> {
  const pools = plans.flatMap(({ tasks, plan }) =>
    plan.tasks.flatMap(({ id, limited }) => (limited ? [tasks.get(id)?.pool ?? []].flat() : [])),
  );
  return new Set(pools);
}

function closedRuns(plans: readonly AppliedPlan[]): readonly ClosedRun[] {
  return plans
    .filter(({ run, plan }) => plan.run.state !== run.state)
    .map(({ run, plan }) => ({ runId: run.id, dagId: run.dagId, state: plan.run.state }));
}

async function loadShapes(
  graphs: Graphs,
  executor: Executor,
  runs: readonly LockedRun[],
): Promise<ReadonlyMap<RunId, Shape>> {
  const shapes = new Map<RunId, Shape>();
  for (const run of runs) shapes.set(run.id, await graphs.load(executor, run.graphHash));
  return shapes;
}

function shapeOf(shapes: ReadonlyMap<RunId, Shape>, run: RunId): Shape {
  const shape = shapes.get(run);
  if (shape === undefined) throw new Bug('E_SHAPE_MISSING', `The shape of run ${run} was not loaded.`);
  return shape;
}

async function readAffected(
  transaction: Executor,
  reports: readonly Report[],
  shapes: ReadonlyMap<RunId, Shape>,
): ReturnType<typeof readTasks> {
  const wanted = new Map<string, WantedTask>();
  for (const report of reports) {
    const shape = shapes.get(report.runId);
    if (shape === undefined) continue;
    const { runId } = report;
    // The summary of an instance is among those.
    const counted = [report.taskId, ...affected(shape, report)];
    const rows = counted.map((taskId) => ({ runId, taskId, mapIndex: countedIndex(shape.tasks.get(taskId)) }));
    for (const row of [report, ...rows]) wanted.set(`${runId} ${row.taskId} ${row.mapIndex}`, row);
  }
  return readTasks(transaction, [...wanted.values()]);
}

/** A success usually reaches only the next tasks; everything else may cascade to any task after them. */
function affected(shape: Shape, report: Report): readonly TaskId[] {
  const next = shape.downstream.get(report.taskId) ?? [];
  // A mapped task may fail although its last instance succeeded.
  const stops =
    report.outcome.kind === 'success' &&
    report.outcome.chooses === undefined &&
    shape.tasks.get(report.taskId)?.mapped === undefined &&
    next.every((id) => !SUCCESS_MAY_END.has(shape.tasks.get(id)?.rule ?? 'always'));
  return stops ? next : descendants(shape, [report.taskId]);
}

/** The rules under which a success upstream can end a task without running it. */
const SUCCESS_MAY_END: ReadonlySet<TriggerRule> = new Set(['all_failed', 'all_skipped', 'one_failed', 'one_done']);
