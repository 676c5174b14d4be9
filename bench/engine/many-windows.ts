import { type Dag, Temporal, milliseconds, recordId, runId, silentLog, every } from '#framework';
import { type Windrow, explainRecord, listRecords, openInstallation } from '#framework/operate';
import { startDashboard } from '#dashboard';

import type { Figure } from '../figures.ts';
import { emptyPipeline } from './empty-pipeline.ts';
import { mappedDag, mappedTaskFigures } from './mapped-task.ts';
import type { Servers } from './servers.ts';
import { timed } from './timed.ts';

const DAG = 'many_windows';
const START = Temporal.Instant.from('2020-01-01T00:00Z');
const MINUTES = 15;
const PENDING = 500;

/**
 * What a tick, a claim, an explanation and the pages of the dashboard and the command line cost once a pipeline has so many windows
 * with their runs and tasks.
 */
export async function manyWindowsFigures(servers: Servers, windows: number, atMost: number): Promise<Figure[]> {
  const schedule = every(`${MINUTES}m`, { start: START.toString(), overlap: 'allow', order: 'free' });
  const dag = emptyPipeline(DAG, { schedule, maxActiveRuns: 1 });
  const rounds = Math.min(atMost, PENDING - 1);
  // The last window ends now: nothing more is due.
  const now = START.add({ minutes: MINUTES * windows });
  const windrow = await openInstallation({
    project: { dags: [dag, mappedDag] },
    environment: { DATABASE_URL: await servers.createDatabase('windrow_many') },
    clock: { now: () => now },
    log: silentLog,
  });
  try {
    await fill(windrow, dag, windows);
    const of = `with ${windows} windows`;
    return [
      await timed(`tick of one dag ${of}`, rounds, () => windrow.advance(DAG)),
      await timed(`claim ${of}`, rounds, (round) => claim(windrow, windows - PENDING + 1 + round)),
      await timed(`explain of a waiting window ${of}`, rounds, (round) =>
        explainRecord(windrow.store.database, windows - round, now),
      ),
      ...(await listFigures(windrow, windows, rounds)),
      ...(await dashboardFigures(windrow, windows, rounds)),
      ...(await mappedTaskFigures(windrow, rounds)),
    ];
  } finally {
    await windrow.close();
  }
}

async function listFigures(windrow: Windrow, windows: number, rounds: number): Promise<Figure[]> {
  const of = `with ${windows} windows`;
  return [
    await timed(`records list, newest 200 ${of}`, rounds, () => page(windrow, {})),
    await timed(`records list, 200 in the middle ${of}`, rounds, () =>
      page(windrow, { before: Math.floor(windows / 2) }),
    ),
    await timed(`records list, pending ${of}`, rounds, () => page(windrow, { status: 'PENDING' })),
    await timed(`records list, failed (none) ${of}`, rounds, () => page(windrow, { status: 'FAILED' })),
  ];
}

/** Whole pages, as a browser gets them: dags with their counts of windows, the newest windows, the newest runs. */
async function dashboardFigures(windrow: Windrow, windows: number, rounds: number): Promise<Figure[]> {
  const dashboard = await startDashboard(windrow, { host: '127.0.0.1', port: 0 });
  const show = async (path: string): Promise<void> => {
    const response = await fetch(`${dashboard.url}${path}`);
    await response.text();
    if (!response.ok) throw new Error(`The page ${path} answered ${response.status}.`);
  };
  const middle = Math.floor(windows / 2);
  const of = `with ${windows} windows`;
  try {
    const figures = [
      await timed(`dashboard, overview ${of}`, rounds, () => show('/')),
      await timed(`dashboard, overview from the middle ${of}`, rounds, () =>
        show(`/?records_before=${middle}&runs_before=${middle}`),
      ),
      await timed(`dashboard, a window ${of}`, rounds, (round) => show(`/records/${middle - round}`)),
    ];
    await windrow.store.database.run({ text: WAIT }, [DAG]);
    await windrow.store.database.run({ text: 'vacuum analyze pipeline_records' });
    return [...figures, await timed(`dashboard, overview ${of} that all wait`, rounds, () => show('/'))];
  } finally {
    await dashboard.close();
  }
}

async function page(windrow: Windrow, filter: { readonly before?: number; readonly status?: 'PENDING' | 'FAILED' }) {
  await listRecords(windrow.store.database, { pipelineId: DAG, limit: 200, ...filter });
}

/** By a run of its own; the numbers of runs and records are the same here. */
async function claim({ store }: Windrow, id: number): Promise<void> {
  const claimed = await store.desk.claim({ recordId: recordId(id), runId: runId(id), fence: 1 }, milliseconds(60_000));
  if (claimed.kind !== 'claimed') throw new Error(`Record ${id} could not be claimed: ${claimed.reason}`);
}

/** All windows but the last few are completed; one run of each, with its tasks. */
async function fill({ store: { database } }: Windrow, dag: Dag, windows: number): Promise<void> {
  await database.run({ text: RECORDS }, [DAG, START.toString(), windows, windows - PENDING]);
  await database.run({ text: RUNS }, [DAG]);
  const tasks = dag.graph.tasks.map(({ id }) => id);
  await database.run({ text: TASKS }, [tasks]);
  await database.run({ text: 'vacuum analyze' });
}

const WAIT = `update pipeline_records set pipeline_status = 'PENDING' where pipeline_id = $1`;

const RECORDS = `
insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval,
  pipeline_status, phase_completed)
select $1, (w at time zone 'UTC')::date, w, w + interval '15 minutes', 'UTC', '15m',
  case when n < $4::integer then 'COMPLETED' else 'PENDING' end, case when n < $4::integer then 'AUDIT' end
from generate_series(0, $3::integer - 1) as n (n), lateral (select $2::timestamptz + n * interval '15 minutes' as w) at`;

const RUNS = `
insert into dag_run (dag_id, graph_hash, kind, state, priority, window_start, window_end, window_zone, record_id)
select p.pipeline_id, d.graph_hash, 'scheduled', case p.pipeline_status when 'COMPLETED' then 'success' else 'running' end, 1,
  p.window_start_time, p.window_end_time, 'UTC', p.id
from pipeline_records p
join dag d on d.id = p.pipeline_id
where p.pipeline_id = $1
order by p.id`;

const TASKS = `
insert into task_instance (run_id, task_id, state, seq, attempt, pool, priority, upstream_total)
select r.id, t, case r.state when 'success' then 'success' else 'none' end, 1, 1, 'default', 1, 1
from dag_run r, unnest($1::text[]) t`;
