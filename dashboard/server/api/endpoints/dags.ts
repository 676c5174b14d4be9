import { z } from 'zod';

import {
  type Dag as DagOfCode,
  type Schedule,
  type Temporal,
  nextDueAt,
  scheduleFromJson,
  windowKindText,
} from '#framework';
import {
  type DagDetail as DagDetailView,
  type DagSummary,
  type RunSummary,
  type Windrow,
  lastWindowEnds,
  listDags,
  listRuns,
  readGrid,
  recentRuns,
  showDag,
} from '#framework/operate';

import { IdCursor, cursorOf, limitOf, pageOf } from '../cursor.ts';
import { type Endpoint, NOTHING, read } from '../endpoint.ts';
import { gridOf } from '../grid-of.ts';
import { notFound } from '../problem.ts';
import { schedulePolicy } from '../schedule-policy.ts';
import { Dag, DagDetail } from '../shapes/dag.ts';
import { Grid } from '../shapes/grid.ts';
import { DagParams } from '../shapes/names.ts';
import { Run } from '../shapes/run.ts';
import { Instant, page } from '../shapes/scalars.ts';
import { text } from '../shapes/text.ts';

const BARS = 14;
const LAST_RUNS = 20;
/** A window, or the id of a run. */
const GridCursor = cursorOf(z.union([z.tuple([Instant, Instant]), z.number().int().positive()]));

export const dagEndpoints: readonly Endpoint[] = [
  read({
    path: '/dags',
    summary: 'Dags by name, each with its last runs and its windows that wait or failed',
    role: 'viewer',
    params: NOTHING,
    query: z.strictObject({ limit: limitOf(200, 500), cursor: cursorOf(text(200)) }),
    answer: page(Dag),
    run: async ({ windrow, query: { limit, cursor } }) => {
      const { database } = windrow.store;
      const dags = await listDags(database, { limit: limit + 1, ...(cursor === undefined ? {} : { after: cursor }) });
      const ids = dags.map(({ id }) => id);
      const [bars, ends] = await Promise.all([recentRuns(database, ids, BARS), lastWindowEnds(database, ids)]);
      const now = windrow.clock.now();
      const shown = dags.map((dag) => {
        const schedule = scheduleOf(dag);
        const times = scheduleTimes(schedule, { paused: dag.paused, lastEnd: ends.get(dag.id), now });
        return { ...dag, ...times, recentRuns: bars.get(dag.id) ?? [] };
      });
      return pageOf(shown, limit, ({ id }) => id);
    },
  }),
  read({
    path: '/dags/:id',
    summary: 'A dag: its tasks, its schedule with the next window, its last runs',
    role: 'viewer',
    params: DagParams,
    query: NOTHING,
    answer: DagDetail,
    run: async ({ windrow, params: { id } }) => {
      const dag = await foundDag(windrow, id);
      const { store, clock } = windrow;
      const lastRuns = await listRuns(store.database, { dagId: id, limit: LAST_RUNS });
      const ends = await lastWindowEnds(store.database, [id]);
      const schedule = scheduleOf(dag);
      return {
        ...dag,
        ...scheduleTimes(schedule, { paused: dag.paused, lastEnd: ends.get(dag.id), now: clock.now() }),
        recentRuns: lastRuns.toReversed().map(barOf),
        lastRuns,
        tasks: dag.graph.tasks.map(taskOf),
        maxActiveRuns: dag.maxActiveRuns,
        runTimeoutMs: dag.graph.runTimeoutMs ?? null,
        settings: schedule === undefined ? null : schedulePolicy(schedule),
        pools: [...new Set(dag.graph.tasks.map(({ pool }) => pool))],
        tags: windrow.dags.get(id)?.tags ?? [],
        byHand: byHandOf(windrow.dags.get(id)),
      };
    },
  }),
  read({
    path: '/dags/:id/grid',
    summary: 'Windows of a pipeline, or runs of another dag, newest first, with the state of every task',
    role: 'viewer',
    params: DagParams,
    query: z.strictObject({ limit: limitOf(60, 500), cursor: GridCursor }),
    answer: Grid,
    run: async ({ windrow, params: { id }, query: { limit, cursor } }) => {
      const { database } = windrow.store;
      const { graph, isPipeline } = await foundDag(windrow, id);
      const before = gridPosition(cursor);
      const of = { dagId: id, isPipeline, limit: limit + 1 };
      return gridOf(graph, await readGrid(database, before === undefined ? of : { ...of, before }), limit);
    },
  }),
  read({
    path: '/dags/:id/runs',
    summary: 'Runs of a dag, newest first',
    role: 'viewer',
    params: DagParams,
    query: z.strictObject({ limit: limitOf(50, 500), cursor: IdCursor }),
    answer: page(Run),
    run: async ({ windrow, params: { id }, query: { limit, cursor } }) => {
      await foundDag(windrow, id);
      const of = { dagId: id, limit: limit + 1, ...(cursor === undefined ? {} : { before: cursor }) };
      return pageOf(await listRuns(windrow.store.database, of), limit, (run) => run.id);
    },
  }),
];

async function foundDag({ store }: Windrow, id: string): Promise<DagDetailView> {
  const dag = await showDag(store.database, id);
  if (dag === undefined) throw notFound('dag', id);
  return dag;
}

function scheduleOf({ schedule }: DagSummary): Schedule | undefined {
  return schedule === null ? undefined : scheduleFromJson(schedule);
}

interface Made {
  readonly paused: boolean;
  /** Of the newest window that the schedule made. */
  readonly lastEnd: Temporal.Instant | undefined;
  readonly now: Temporal.Instant;
}

function scheduleTimes(schedule: Schedule | undefined, { paused, lastEnd, now }: Made) {
  if (schedule === undefined) return { schedule: null, nextDueAt: null };
  return {
    schedule: windowKindText(schedule.windows),
    nextDueAt: paused ? null : nextDueAt(schedule, lastEnd, now),
  };
}

function taskOf(task: DagDetailView['graph']['tasks'][number]) {
  return {
    ...task,
    timeoutMs: task.timeoutMs ?? null,
    slots: task.slots ?? 1,
    group: task.group ?? null,
    mapped: task.mapped ?? null,
    dependsOnPrevious: task.dependsOnPrevious ?? false,
  };
}

function byHandOf(dag: DagOfCode | undefined): z.input<typeof DagDetail>['byHand'] {
  if (dag === undefined) return null;
  const { pipeline, params } = dag;
  if (pipeline === undefined) return { window: 'none', takesParams: true };
  return { window: pipeline.newestWindow === undefined ? 'named' : 'newest', takesParams: params !== undefined };
}

function barOf({ id, state, startedAt, endedAt }: RunSummary) {
  return { id, state, startedAt: startedAt?.toString() ?? null, endedAt: endedAt?.toString() ?? null };
}

function gridPosition(cursor: z.output<typeof GridCursor>): Parameters<typeof readGrid>[1]['before'] {
  if (cursor === undefined) return undefined;
  if (typeof cursor === 'number') return { kind: 'run', id: cursor };
  const [start, end] = cursor;
  return { kind: 'window', start, end };
}
