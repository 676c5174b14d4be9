import { afterEach, describe, expect, it } from 'vitest';

import { type TaskContext, dag, task } from '#framework';
import { type Windrow, explainTask, operations } from '#framework/operate';

import { collectingLog } from '../support/collecting-log.ts';
import { BACKENDS, endOf, eventually } from '../support/engine.ts';
import { Bench, row } from './bench.ts';

const done = task('done', { run: () => 'here' });
const each = task('each', { run: ({ input }: TaskContext<{ item: number }>) => input.item });
const present = dag('present', {}, (d) => void d.use('done', done));
const UNTRIED = { state: 'queued', attempt: 1, infra_attempt: 0, tries: 0 };

describe.each(BACKENDS)('while new code is rolled out on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it.each([
    ['a dag', dag('other', {}, (d) => void d.use('done', done))],
    ['a task', dag('moves', {}, (d) => void d.use('other', done))],
    ['a task that is not mapped', dag('moves', {}, (d) => void d.use('done', each.map({ item: [1, 2] })))],
  ])(
    'a worker that lacks %s leaves the work to one that has it, uncounted, and says so once',
    async (...[, lacking]) => {
      const moves = dag('moves', {}, (d) => void d.use('done', done));
      const engine = await bench.engine({ backend, dags: [moves], workers: 0 });
      const said: string[] = [];
      const run = await bench.start(engine, 'moves');
      await bench.beside(engine, { dags: [lacking, present], log: collectingLog(said) });
      await eventually('a refusal', async () => (said.length > 0 ? true : undefined));
      bench.work(engine);
      expect(await endOf(engine, run)).toMatchObject({ state: 'success', tasks: { done: 'success' } });
      const tries = await engine.store.database.run({ text: 'select attempt, outcome from task_attempt' });
      expect(tries).toEqual([{ attempt: 1, outcome: 'success' }]);
      expect(said.filter((line) => line.includes('moves'))).toEqual([
        expect.stringMatching(/"warn".*Deploy the same code to every worker.*"dag":"moves","task":"done"/),
      ]);
    },
  );

  it('a task whose dag no live worker has waits for one, without failing and without being taken again and again', async () => {
    const moves = dag('moves', {}, (d) => void d.use('done', done));
    const engine = await bench.engine({ backend, dags: [moves], workers: 0 });
    const said: string[] = [];
    await bench.beside(engine, { dags: [present], log: collectingLog(said) });
    const begun = performance.now();
    const run = await bench.start(engine, 'moves');
    const [worker] = await eventually('a refusal', async () => (said.length > 0 ? workers(engine) : undefined));
    bench.schedule(engine);
    await eventually('a quiet task', async () => ((await looks(engine)) > 0 ? true : undefined));
    // While the worker looks at it, it counts as running.
    const { seq, ...others } = await eventually('the task in its queue', async () => {
      const found = await waiting(engine);
      return found?.['state'] === 'queued' ? found : undefined;
    });
    expect(others).toEqual(UNTRIED);
    // In each second it could be taken a thousand times.
    expect(Number(seq)).toBeLessThan(3 + (performance.now() - begun) / 1000);
    const explained = await eventually('an explanation', async () => {
      const found = await explainTask(engine.store.database, { runId: run, taskId: 'done' });
      return found?.state === 'queued' ? found : undefined;
    });
    expect(explained).toMatchObject({
      reasons: [
        {
          code: 'no_worker_has_dag',
          text: expect.stringContaining(`no live worker has this dag: "moves" is not in the code of ${worker}.`),
          facts: { lacking: [worker] },
        },
      ],
    });
    expect(await operations(engine).cancelRun(run)).toMatchObject({ kind: 'cancelling' });
    expect(await endOf(engine, run)).toMatchObject({ state: 'cancelled' });
  });

  it('a task that no live worker has lends the slots of its pool to others meanwhile, and runs once one has it', async () => {
    const pools = { warehouse: { slots: 1 } };
    const load = task('load', { pool: 'warehouse', run: () => 'here' });
    const [gone, stays] = ['gone', 'stays'].map((id) => dag(id, {}, (d) => void d.use('load', load)));
    if (gone === undefined || stays === undefined) throw new Error('There are two dags.');
    const engine = await bench.engine({ backend, dags: [gone, stays], pools, workers: 0 });
    const first = await bench.start(engine, 'gone');
    const second = await bench.start(engine, 'stays');
    bench.schedule(await bench.beside(engine, { dags: [stays], pools }));
    expect(await endOf(engine, second)).toMatchObject({ state: 'success' });
    await eventually('an explanation', async () => {
      const explained = await explainTask(engine.store.database, { runId: first, taskId: 'load' });
      return explained?.reasons.some(({ code }) => code === 'no_worker_has_dag') ? true : undefined;
    });
    bench.work(engine);
    expect(await endOf(engine, first)).toMatchObject({ state: 'success' });
    const tries = await engine.store.database.run({ text: 'select attempt, outcome from task_attempt' });
    expect(tries).toEqual(Array.from({ length: 2 }, () => ({ attempt: 1, outcome: 'success' })));
    expect(await engine.store.database.run({ text: `select from event where kind = 'task_deferred'` })).toEqual([]);
  });

  it('a task that no live worker has in its code is told apart from its dag', async () => {
    const before = dag('moves', {}, (d) => void d.use('done', done));
    const after = dag('moves', {}, (d) => void d.use('renamed', done));
    const engine = await bench.engine({ backend, dags: [before], workers: 0 });
    const run = await bench.start(engine, 'moves');
    await bench.beside(engine, { dags: [after] });
    const [worker] = await eventually('a worker', () => workers(engine));
    // Until the worker has handed it back it counts as running.
    const reasons = await eventually('an explanation', async () => {
      const explained = await explainTask(engine.store.database, { runId: run, taskId: 'done' });
      return explained?.state === 'running' ? undefined : explained?.reasons;
    });
    expect(reasons).toMatchObject([
      {
        code: 'no_worker_has_task',
        text: expect.stringContaining(
          `no live worker has this task: "done" of dag "moves" is not in the code of ${worker}.`,
        ),
      },
    ]);
  });
});

async function workers(engine: Windrow): Promise<readonly string[] | undefined> {
  const found = await engine.store.database.run({ text: `select id from worker where kind = 'worker'` });
  return found.length === 0 ? undefined : found.map(({ id }) => String(id));
}

/** How often a sweeper has looked at the task since it is queued: it looks after three seconds. */
async function looks(engine: Windrow): Promise<number> {
  return Number((await row(engine, 'select count(looked_at) from task_instance'))?.['count']);
}

async function waiting(engine: Windrow): ReturnType<typeof row> {
  return row(
    engine,
    'select state, seq, attempt, infra_attempt, (select count(*) from task_attempt) as tries from task_instance',
  );
}
