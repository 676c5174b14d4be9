import { type Dag, type TaskContext, dag, task } from '#framework';
import { type Windrow, createRun, explainRun, explainTask } from '#framework/operate';

import type { Figure } from '../figures.ts';
import { timed } from './timed.ts';

const DAG = 'wide';
const TASK = 'load';
const INSTANCES = 10_000;

/** Its items are never loaded: what is asked is why. */
export const mappedDag: Dag = dag(DAG, {}, (d) => {
  const load = task(TASK, { run: ({ input }: TaskContext<{ item: number }>) => input.item });
  d.use(TASK, load.map({ item: Array.from({ length: INSTANCES }, (_, item) => item) }));
});

/** What it costs to explain a mapped task of which most instances wait and some run, wait for a retry or have ended. */
export async function mappedTaskFigures(windrow: Windrow, rounds: number): Promise<Figure[]> {
  const { database } = windrow.store;
  const created = await createRun(database, { dagId: DAG, kind: 'manual' });
  if (created.kind !== 'created') throw new Error(`A run of ${DAG} could not be created.`);
  const { runId } = created;
  await windrow.advance(DAG);
  await database.run({ text: EXPAND }, [runId, INSTANCES]);
  await database.run({ text: INSTANCE_ROWS }, [runId]);
  const of = `of a mapped task with ${INSTANCES} instances`;
  return [
    await timed(`explain ${of}`, rounds, () => explainTask(database, { runId, taskId: TASK })),
    await timed(`explain of an instance ${of}`, rounds, (round) =>
      explainTask(database, { runId, taskId: TASK, instance: INSTANCES - 1 - round }),
    ),
    await timed(`explain of the run ${of}`, rounds, () => explainRun(database, runId)),
  ];
}

const EXPAND = `
update task_instance set state = 'running', seq = 1, attempt = 1, started_at = now(), map_total = $2
where run_id = $1`;

const INSTANCE_ROWS = `
insert into task_instance (run_id, task_id, map_index, state, seq, attempt, pool, priority, upstream_total, map_total,
  dispatched_at, started_at, next_at)
select s.run_id, s.task_id, i, found.state, 1, 1, s.pool, s.priority, s.upstream_total, s.map_total, now(),
  case when found.state <> 'queued' then now() + i * interval '1 ms' end,
  case when found.state = 'up_for_retry' then now() + i * interval '1 s' end
from task_instance s
cross join generate_series(0, s.map_total - 1) as i
cross join lateral (
  select case i % 10 when 0 then 'success' when 1 then 'running' when 2 then 'up_for_retry' else 'queued' end as state
) found
where s.run_id = $1`;
