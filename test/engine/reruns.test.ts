import { type Dag, DataFailure, RemoteFailure, type TaskContext, dag, milliseconds, task } from '#framework';
import { type Windrow, explainRun, explainTask, operations } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { BACKENDS, type EndedRun, endOf, eventually, runDag, taskStates } from '../support/engine.ts';
import { Bench, row } from './bench.ts';

type Doing = (context: TaskContext) => Told | Promise<Told>;
type Told = string | number | void;

/** `a`, `b` and `c` one behind the other, `d` beside them, and a teardown behind all; tells which ran. One run at a time. */
function chainDag(ran: string[], doing: Readonly<Record<string, Doing>> = {}): Dag {
  return dag('chain', { maxActiveRuns: 1 }, (d) => {
    const does = (id: string, teardown = false) =>
      task(id, {
        teardown,
        retry: { retries: 1, delayMs: milliseconds(10) },
        run: async (context: TaskContext) => {
          ran.push(id);
          return (await doing[id]?.(context)) ?? id;
        },
      });
    const a = d.use('a', does('a'));
    const b = d.use('b', does('b'), { after: [a] });
    const c = d.use('c', does('c'), { after: [b] });
    const beside = d.use('d', does('d'));
    d.use('tear', does('tear', true), { after: [c, beside] });
  });
}

async function again(
  engine: Windrow,
  { id }: Pick<EndedRun, 'id'>,
  tasks: Parameters<ReturnType<typeof operations>['rerunTasks']>[1],
): Promise<EndedRun> {
  const result = await operations(engine).rerunTasks({ run: id }, tasks, { by: 'nobody' });
  if (result.kind !== 'started') throw new Error(`The re-run ended with ${JSON.stringify(result)}.`);
  return endOf(engine, id);
}

/** Fails as long as it is not mended. */
function sack(): { mended: boolean; readonly tear: () => void } {
  const state = {
    mended: false,
    tear: () => {
      if (!state.mended) throw new DataFailure('E_TORN', 'the sack is torn');
    },
  };
  return state;
}

describe.each(BACKENDS)('a re-run of tasks on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('does what failed again and what stands behind it, and nothing that succeeded', async () => {
    const ran: string[] = [];
    const torn = sack();
    const engine = await bench.engine({ backend, dags: [chainDag(ran, { b: torn.tear })] });
    const first = await runDag(engine, 'chain');
    expect(first).toMatchObject({ state: 'failed', tasks: { b: 'failed', c: 'upstream_failed', tear: 'success' } });
    expect(ran.splice(0).toSorted()).toEqual(['a', 'b', 'd', 'tear']);
    torn.mended = true;
    const second = await again(engine, first, { kind: 'failed' });
    expect(second).toMatchObject({ state: 'success', tasks: { a: 'success', b: 'success', c: 'success' } });
    expect(ran).toEqual(['b', 'c', 'tear']);
    const tries = await engine.store.database.run({
      text: `select attempt, outcome, failure ->> 'code' as code from task_attempt where task_id = 'b' order by id`,
    });
    expect(tries).toEqual([
      { attempt: 1, outcome: 'fail', code: 'E_TORN' },
      { attempt: 2, outcome: 'success', code: null },
    ]);
    expect(await row(engine, 'select priority, cleared, open_tasks, failed_tasks from dag_run')).toEqual({
      priority: 200,
      cleared: 1,
      open_tasks: 0,
      failed_tasks: 0,
    });
    expect(await row(engine, `select details - 'request' as details from event where kind = 'run_cleared'`)).toEqual({
      details: { by: 'nobody', was: 'failed', tasks: ['b', 'c', 'tear'] },
    });
    expect((await explainRun(engine.store.database, first.id))?.reasons[0]?.code).toBe('succeeded');
  });

  it('does one task again and leaves what comes after it, or everything behind it where that is asked', async () => {
    const ran: string[] = [];
    const engine = await bench.engine({ backend, dags: [chainDag(ran)] });
    const run = await runDag(engine, 'chain');
    ran.length = 0;
    const dry = await operations(engine).rerunTasks({ run: run.id }, one('b'), { dryRun: true });
    expect(dry).toMatchObject({
      kind: 'planned',
      plan: {
        was: 'success',
        tasks: [
          { task: 'a', now: 'success', effect: 'stays' },
          { task: 'b', now: 'success', effect: 'starts' },
          { task: 'c', now: 'success', effect: 'stays' },
          { task: 'd', now: 'success', effect: 'stays' },
          { task: 'tear', now: 'success', effect: 'stays' },
        ],
      },
    });
    expect(await row(engine, 'select state, cleared from dag_run')).toEqual({ state: 'success', cleared: 0 });
    expect(await again(engine, run, one('b'))).toMatchObject({ state: 'success' });
    expect(ran.splice(0)).toEqual(['b']);
    expect(await again(engine, run, { kind: 'task', task: 'b', downstream: true })).toMatchObject({ state: 'success' });
    expect(ran.splice(0)).toEqual(['b', 'c', 'tear']);
    // A teardown directly behind the task waits for it.
    expect(await again(engine, run, one('c'))).toMatchObject({ state: 'success' });
    expect(ran).toEqual(['c', 'tear']);
    expect(await row(engine, `select attempt from task_instance where task_id = 'b'`)).toEqual({ attempt: 3 });
  });

  it('repeats only the failed instances of a mapped task, and all of it over a list that is made again', async () => {
    const ran: string[] = [];
    const torn = sack();
    let list = [0, 1, 2];
    const sums: unknown[] = [];
    const mapped = dag('mapped', {}, (d) => {
      const items = d.use('list', task('list', { run: (): number[] => list }));
      const load = task('load', {
        run: ({ input }: TaskContext<{ item: number }>): number => {
          ran.push(`load[${input.item}]`);
          if (input.item === 1) torn.tear();
          return input.item;
        },
      });
      const loaded = d.use('load', load.map({ item: items }));
      d.use(
        'sum',
        task('sum', { run: ({ input }: TaskContext<{ of: readonly number[] }>) => void sums.push(input.of) }),
        {
          of: loaded,
        },
      );
    });
    const engine = await bench.engine({ backend, dags: [mapped] });
    const first = await runDag(engine, 'mapped');
    expect(first).toMatchObject({ state: 'failed', tasks: { load: 'failed', 'load[1]': 'failed' } });
    ran.length = 0;
    torn.mended = true;
    expect(await again(engine, first, { kind: 'failed' })).toMatchObject({ state: 'success' });
    expect([ran, sums]).toEqual([['load[1]'], [[0, 1, 2]]]);
    list = [7, 8];
    ran.length = 0;
    const whole = await again(engine, first, { kind: 'task', task: 'list', downstream: true });
    expect(whole.tasks).toEqual({
      list: 'success',
      load: 'success',
      'load[0]': 'success',
      'load[1]': 'success',
      sum: 'success',
    });
    expect([ran.toSorted(), sums.at(-1)]).toEqual([
      ['load[7]', 'load[8]'],
      [7, 8],
    ]);
    const tries = await engine.store.database.run({
      text: `select attempt from task_attempt where task_id = 'load' and map_index = 1 order by id`,
    });
    // No two tries of one row have the same number.
    expect(tries.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it('is made once by two requests at once', async () => {
    const ran: string[] = [];
    const torn = sack();
    const answered = Promise.withResolvers<void>();
    const doing = { b: () => (torn.mended ? answered.promise : torn.tear()) };
    const engine = await bench.engine({ backend, dags: [chainDag(ran, doing)] });
    const run = await runDag(engine, 'chain');
    torn.mended = true;
    const both = await Promise.all(
      [1, 2].map(() => operations(engine).rerunTasks({ run: run.id }, { kind: 'failed' })),
    );
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['refused', 'started']);
    expect(both.find(({ kind }) => kind === 'refused')).toMatchObject({
      reason: expect.stringContaining(`Run ${run.id} is open. Wait for its end, or cancel it: windrow runs cancel`),
    });
    answered.resolve();
    expect(await endOf(engine, run.id)).toMatchObject({ state: 'success' });
    expect(ran.filter((id) => id === 'b')).toHaveLength(2);
  });

  it('hears nothing of a try of the earlier life', async () => {
    const torn = sack();
    const release = Promise.withResolvers<void>();
    const engine = await bench.engine({
      backend,
      dags: [chainDag([], { b: () => (torn.mended ? release.promise : torn.tear()) })],
    });
    const run = await runDag(engine, 'chain');
    const old = await row(engine, `select fence from task_attempt where task_id = 'b'`);
    torn.mended = true;
    expect(await operations(engine).rerunTasks({ run: run.id }, { kind: 'failed' })).toMatchObject({ kind: 'started' });
    await bench.until(engine, run.id, { b: 'running' });
    const [{ id: b } = { id: undefined }] = engine.dags.get('chain')?.graph.tasks.filter(({ id }) => id === 'b') ?? [];
    if (b === undefined) throw new Error('The dag has no task b.');
    const late = { runId: run.id, taskId: b, mapIndex: 0, fence: Number(old?.['fence']) };
    expect(await engine.settler.report({ ...late, outcome: { kind: 'success', output: 'old' } })).toBe(false);
    expect(await taskStates(engine, run.id)).toMatchObject({ b: 'running', c: 'none' });
    release.resolve();
    expect(await endOf(engine, run.id)).toMatchObject({ state: 'success' });
    expect(await row(engine, `select output from task_instance where task_id = 'b'`)).toEqual({ output: 'b' });
  });

  it('goes on with a cancelled run, with all retries of a task and without what it returned before', async () => {
    const ran: string[] = [];
    const seen: unknown[] = [];
    let failures = 0;
    const started = Promise.withResolvers<void>();
    const doing = {
      b: async ({ signal, attempt }: TaskContext) => {
        if (attempt > 1) {
          failures += 1;
          if (failures === 1) throw new RemoteFailure('E_BUSY', 'try again');
          return 'new';
        }
        started.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        throw signal.reason;
      },
      c: async () => seen.push((await row(engine, `select output from task_instance where task_id = 'b'`))?.['output']),
    };
    const engine: Windrow = await bench.engine({ backend, dags: [chainDag(ran, doing)] });
    bench.schedule(engine);
    const id = await bench.start(engine, 'chain');
    await started.promise;
    await operations(engine).cancelRun(id);
    expect(await endOf(engine, id)).toMatchObject({ state: 'cancelled' });
    expect(await again(engine, { id }, { kind: 'failed' })).toMatchObject({ state: 'success' });
    expect([failures, seen]).toEqual([2, ['new']]);
    expect(await row(engine, `select attempt, first_attempt from task_instance where task_id = 'b'`)).toEqual({
      attempt: 3,
      first_attempt: 2,
    });
  });
});

describe('a re-run of tasks', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('waits for a place of its dag, starts on a paused one, and explains itself meanwhile', async () => {
    const torn = sack();
    const release = Promise.withResolvers<void>();
    const engine = await bench.engine({
      dags: [chainDag([], { b: torn.tear, a: () => (torn.mended ? release.promise : 0) })],
    });
    const run = await runDag(engine, 'chain');
    torn.mended = true;
    const other = await bench.start(engine, 'chain');
    await operations(engine).pauseDag('chain');
    const result = await operations(engine).rerunTasks({ run: run.id }, { kind: 'failed' });
    expect(result).toMatchObject({ kind: 'started' });
    expect(await row(engine, `select state from dag_run where id = $1`, [run.id])).toEqual({ state: 'queued' });
    expect(await explainRun(engine.store.database, run.id)).toMatchObject({
      state: 'queued',
      reasons: [{ code: 'max_active_runs', facts: { active: [other] } }, { code: 'no_scheduler' }],
    });
    expect(await explainTask(engine.store.database, { runId: run.id, taskId: 'b' })).toMatchObject({
      state: 'none',
      reasons: [{ code: 'not_started' }, { code: 'max_active_runs' }, { code: 'no_scheduler' }],
    });
    release.resolve();
    expect(await endOf(engine, other)).toMatchObject({ state: 'success' });
    await engine.advance('chain');
    expect(await endOf(engine, run.id)).toMatchObject({ state: 'success' });
  });

  it('is cancelled before it has started without running anything', async () => {
    const ran: string[] = [];
    const torn = sack();
    const release = Promise.withResolvers<void>();
    const doing = { b: torn.tear, a: () => (ran.length > 4 ? release.promise : 0) };
    const engine = await bench.engine({ dags: [chainDag(ran, doing)] });
    const run = await runDag(engine, 'chain');
    const other = await bench.start(engine, 'chain');
    await bench.until(engine, other, { a: 'running' });
    await operations(engine).rerunTasks({ run: run.id }, { kind: 'failed' });
    expect(await operations(engine).cancelRun(run.id)).toEqual({ kind: 'cancelling', running: 0 });
    expect(await endOf(engine, run.id)).toMatchObject({
      state: 'cancelled',
      tasks: { b: 'cancelled', tear: 'cancelled' },
    });
    torn.mended = true;
    release.resolve();
    await endOf(engine, other);
    expect(await again(engine, run, { kind: 'failed' })).toMatchObject({ state: 'success' });
  });

  it('has the whole time of the run again, and its pool lets it go in its turn', async () => {
    const torn = sack();
    const slow = dag('slow', { runTimeout: '1h' }, (d) => {
      const rest = task('rest', {
        retry: 0,
        pool: 'narrow',
        run: async ({ signal }: TaskContext) => {
          if (!torn.mended) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          signal.throwIfAborted();
          return 'rested';
        },
      });
      d.use('rest', rest);
    });
    const engine = await bench.engine({ dags: [slow], pools: { narrow: { slots: 1 } } });
    bench.schedule(engine);
    const id = await bench.start(engine, 'slow');
    await bench.until(engine, id, { rest: 'running' });
    await row(engine, `update dag_run set deadline_at = now()`);
    const run = await endOf(engine, id);
    expect(run).toMatchObject({ state: 'failed', tasks: { rest: 'cancelled' } });
    expect(await row(engine, 'select timed_out is not null as late from dag_run')).toEqual({ late: true });
    torn.mended = true;
    expect(await again(engine, run, { kind: 'failed' })).toMatchObject({ state: 'success' });
    expect(await row(engine, 'select timed_out, deadline_at > started_at as timed from dag_run')).toEqual({
      timed_out: null,
      timed: true,
    });
    expect(await row(engine, 'select slots, state from task_instance')).toEqual({ slots: 1, state: 'success' });
  });

  it('follows the shape that its run has, and is refused where the code has not those tasks any more', async () => {
    const torn = sack();
    const engine = await bench.engine({ dags: [chainDag([], { b: torn.tear })] });
    const run = await runDag(engine, 'chain');
    await bench.stopWorkers();
    const shorter = dag('chain', {}, (d) => {
      const a = d.use('a', task('a', { run: () => 'a' }));
      d.use('tear', task('tear', { teardown: true, run: () => 'tear' }), { after: [a] });
    });
    const later = await bench.beside(engine, { dags: [shorter] });
    expect(await operations(later).rerunTasks({ run: run.id }, { kind: 'failed' })).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(
        /has an older shape of "chain": b, c are not in the code any more.* windrow dags trigger chain/,
      ),
    });
    expect(await again(later, run, one('a'))).toMatchObject({ state: 'failed', tasks: { a: 'success', b: 'failed' } });
    const without = await bench.beside(engine, { dags: [] });
    expect(await operations(without).rerunTasks({ run: run.id }, { kind: 'failed' })).toMatchObject({
      kind: 'refused',
      reason: `The dag "chain" of run ${run.id} is not in the code any more.`,
    });
  });

  it('is refused for a run that is open, and for one that is not there', async () => {
    const release = Promise.withResolvers<void>();
    const engine = await bench.engine({ dags: [chainDag([], { a: () => release.promise })] });
    const id = await bench.start(engine, 'chain');
    const { rerunTasks } = operations(engine);
    expect(await rerunTasks({ run: id }, one('a'))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('is open'),
    });
    expect(await rerunTasks({ run: 99 }, one('a'))).toEqual({ kind: 'not_found' });
    expect(await rerunTasks({ record: 99 }, one('a'))).toEqual({ kind: 'not_found' });
    release.resolve();
    await endOf(engine, id);
  });

  it('leaves the window of its backfill to be followed again', async () => {
    const torn = sack();
    const engine = await bench.engine({ dags: [chainDag([], { b: torn.tear })] });
    const run = await runDag(engine, 'chain');
    await row(
      engine,
      // Paused with a window to come: whoever looks after backfills at this moment must not find it over.
      `with b as (
        insert into backfill (dag_id, from_time, to_time, selection, max_active, reverse, state)
        values ('chain', '2026-01-01', '2026-01-03', 'all', 1, false, 'paused') returning id
      )
      insert into backfill_window (backfill_id, position, window_start, window_end, window_zone, state, run_id)
      select id, 0, timestamptz '2026-01-01', timestamptz '2026-01-02', 'UTC', 'failed', $1::bigint from b
      union all
      select id, 1, '2026-01-02', '2026-01-03', 'UTC', 'pending', null from b`,
      [run.id],
    );
    torn.mended = true;
    expect(await again(engine, run, { kind: 'failed' })).toMatchObject({ state: 'success' });
    await eventually('the state of its window', async () => {
      await engine.advance('chain');
      const window = await row(engine, 'select state from backfill_window where position = 0');
      return window?.['state'] === 'success' ? true : undefined;
    });
  });
});

function one(name: string): { readonly kind: 'task'; readonly task: string; readonly downstream: boolean } {
  return { kind: 'task', task: name, downstream: false };
}
