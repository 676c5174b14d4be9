import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Temporal } from '../core/time.ts';
import type { Window } from '../core/window.ts';
import type { Dag } from '../dag/dag.ts';
import { dueWindows, scheduleWhile } from '../dag/schedule/due-windows.ts';
import type { FirstStart, PipelineSpec } from '../dag/pipeline-spec.ts';
import { orderOf } from '../dag/sensor/order-of.ts';
import type { Schedule } from '../dag/schedule/schedule.ts';
import type { Sensor } from '../dag/sensor/sensor.ts';
import type { Connections } from '../dag/task-context.ts';
import type { Delivery } from '../queue/delivery.ts';
import { newRecords } from '../record/new-records.ts';
import { type DagState, findDagState } from '../store/dag-state.ts';
import type { Executor } from '../store/database.ts';
import { lockDag } from '../store/lock-dag.ts';
import { findLastWindowEnd, insertRecords } from '../store/records/insert-records.ts';
import { type RunnableOptions, openRecordRuns } from '../store/records/open-record-runs.ts';
import { activate } from '../queue/activate.ts';
import { createRun } from '../store/runs/create-run.ts';
import { findLastScheduledEnd } from '../store/runs/last-scheduled-end.ts';
import type { Store } from '../store/store.ts';
import { moveBackfills } from './move-backfills.ts';
import type { SupersededDags } from './superseded-dags.ts';

export interface AdvanceTools {
  readonly store: Store;
  readonly delivery: Delivery;
  readonly connections: Connections;
  readonly clock: Clock;
  readonly log: Log;
  readonly superseded: SupersededDags;
  readonly sensors: ReadonlyMap<string, Sensor>;
  /** Aborts when the process stops: code that is asked where the first window begins is not waited for. */
  readonly closing?: AbortSignal;
}

/**
 * Brings one dag up to date: inserts the windows that are due, creates the runs that may be, starts as many as the limit
 * allows. Idempotent, and any number of processes may do it at once: unique keys in SQL decide.
 */
export async function advance(dag: Dag, tools: AdvanceTools): Promise<void> {
  const state = await findDagState(tools.store.database, dag.id, dag.schedule);
  if (state === undefined) return;
  if (!state.paused) await plan(dag, state, tools);
  // Behind the schedule's own windows, so that these start first.
  if (state.hasBackfill) await moveBackfills(dag, tools);
  await activate(tools, dag.id);
}

async function plan(dag: Dag, state: DagState, tools: AdvanceTools): Promise<void> {
  const schedule = presentSchedule(dag, state, tools);
  if (dag.pipeline === undefined) return planRuns(dag.id, schedule, tools);
  if (schedule !== undefined) await insertDueRecords({ id: dag.id, schedule, spec: dag.pipeline }, tools);
  await planRecords(dag, dag.pipeline, tools);
}

/** While a new version is rolled out, windows are made by what was registered last; the others only run them. */
function presentSchedule(
  { id, schedule }: Dag,
  { isRegistered, openRuns }: DagState,
  { superseded }: AdvanceTools,
): Schedule | undefined {
  superseded.note(id, !isRegistered);
  return schedule === undefined || !isRegistered ? undefined : scheduleWhile(schedule, openRuns);
}

async function planRuns(dagId: string, schedule: Schedule | undefined, { store, clock }: AdvanceTools): Promise<void> {
  if (schedule === undefined) return;
  const due = async (executor: Executor): Promise<readonly Window[]> =>
    dueWindows(schedule, await findLastScheduledEnd(executor, dagId), clock.now());
  if ((await due(store.database)).length === 0) return;
  await store.database.transaction(async (transaction) => {
    await lockDag(transaction, dagId);
    // Another process may have made windows since, perhaps by another schedule: none may lie over them.
    const windows = await due(transaction);
    await Promise.all(windows.map((window) => createRun(transaction, { dagId, kind: 'scheduled', window })));
  });
}

async function planRecords(dag: Dag, spec: PipelineSpec, tools: AdvanceTools): Promise<void> {
  const { store, clock, log } = tools;
  // A lock that nobody holds would stop a strict pipeline for ever: no run starts whose clean-up task could release it.
  const released = await store.desk.releaseStale(dag.id, spec.staleLockMs);
  if (released.length > 0) log.warn('Stale locks released', { dag: dag.id, records: [...released] });
  await openRecordRuns(store.database, {
    pipelineId: dag.id,
    ...policy(dag, tools),
    dueBefore: clock.now().subtract({ milliseconds: dag.schedule?.lagMs ?? 0 }),
  });
}

function policy(dag: Dag, { sensors }: AdvanceTools): Pick<RunnableOptions, 'order' | 'atMost'> {
  const { schedule, maxActiveRuns } = dag;
  const isSerial = schedule !== undefined && schedule.overlap !== 'allow';
  return { order: orderOf(dag, sensors), atMost: isSerial ? 1 : maxActiveRuns };
}

interface Scheduled {
  readonly id: string;
  readonly schedule: Schedule;
  readonly spec: PipelineSpec;
}

async function insertDueRecords(scheduled: Scheduled, tools: AdvanceTools): Promise<void> {
  const { store, clock } = tools;
  const { id, spec } = scheduled;
  const position = await findPosition(scheduled, tools);
  if (position === undefined) return;
  const { windows: kind } = position.schedule;
  const due = (lastEnd: Temporal.Instant | undefined): readonly Window[] =>
    dueWindows(position.schedule, lastEnd, clock.now());
  if (due(position.lastEnd).length === 0) return;
  await store.database.transaction(async (transaction) => {
    await lockDag(transaction, id);
    const windows = due(await findLastWindowEnd(transaction, id));
    await insertRecords(transaction, newRecords({ pipelineId: id, spec, windows: kind }, windows));
  });
}

/** The longest wait for an answer to where the first window begins; the next tick asks again. */
const ASKING = 60_000;

interface Position {
  readonly schedule: Schedule;
  readonly lastEnd: Temporal.Instant | undefined;
}

async function findPosition({ id, schedule, spec }: Scheduled, tools: AdvanceTools): Promise<Position | undefined> {
  const lastEnd = await findLastWindowEnd(tools.store.database, id);
  if (lastEnd !== undefined || spec.firstStart === undefined) return { schedule, lastEnd };
  const first = await askFirst(spec.firstStart, tools);
  if (!('notYet' in first)) return { schedule: { ...schedule, start: first }, lastEnd };
  tools.log.debug('No window can be made yet', { dag: id, why: first.notYet });
  return undefined;
}

async function askFirst(firstStart: FirstStart, tools: AdvanceTools): ReturnType<FirstStart> {
  const { closing = NEVER } = tools;
  const left = Promise.withResolvers<{ readonly notYet: string }>();
  const leave = (): void => left.resolve({ notYet: 'the process stops' });
  closing.addEventListener('abort', leave, { once: true });
  if (closing.aborted) leave();
  try {
    const asked = firstStart({ ...tools, signal: AbortSignal.any([AbortSignal.timeout(ASKING), closing]) });
    return await Promise.race([left.promise, asked]);
  } finally {
    closing.removeEventListener('abort', leave);
  }
}

const NEVER = new AbortController().signal;
