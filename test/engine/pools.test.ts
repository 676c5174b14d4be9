import {
  DataFailure,
  RemoteFailure,
  type RunId,
  type TaskContext,
  type Temporal,
  dag,
  defer,
  milliseconds,
  seconds,
  task,
} from '#framework';
import { type Windrow, listPools, operations, resetPool, setPool } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { BACKENDS, endOf, eventually, taskStates } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { Bench, row } from './bench.ts';
import { create, stateOf, window } from './windowed-runs.ts';

const ok = async (): Promise<number> => 1;
const inPool = (name: string) => task(name, { pool: 'warehouse', run: ok });

const OPEN_RUNS = `
  select count(*) filter (where state = 'queued') as queued, count(*) filter (where state = 'running') as running
  from dag_run`;

const INSTANCE_LIMITS = `
  select count(*) as instances, sum(slots) as slots, count(*) filter (where after_previous) as waiting,
    count(distinct window_start) as starts
  from task_instance
  where run_id = $1 and map_index >= 0`;

/** Counts what is held at once, over all workers of this process. */
class Gauge {
  now = 0;
  most = 0;
  readonly hold = async (slots: number): Promise<void> => {
    this.now += slots;
    this.most = Math.max(this.most, this.now);
    await new Promise((resolve) => setTimeout(resolve, 4));
    this.now -= slots;
  };
}

describe.each(BACKENDS)('pools on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('never run more slots than they have, with 200 tasks and the workers of three processes', async () => {
    const gauge = new Gauge();
    const weighted = (slots: number) =>
      task('weighted', { pool: 'warehouse', slots, run: async () => gauge.hold(slots) });
    const wide = dag('wide', {}, (d) => {
      for (let at = 0; at < 200; at += 1) d.use(`t${at}`, weighted(at % 10 === 0 ? 3 : 1));
    });
    const options = { backend, dags: [wide], pools: { warehouse: { slots: 4 } } };
    const engine = await bench.engine(options);
    for (const other of [await bench.beside(engine, options), await bench.beside(engine, options)])
      bench.schedule(other);
    const run = await bench.start(engine, 'wide');
    expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    expect(gauge.now).toBe(0);
    expect(gauge.most).toBeGreaterThanOrEqual(3);
    expect(gauge.most).toBeLessThanOrEqual(4);
    expect(await listPools(engine.store.database)).toMatchObject([{ name: 'warehouse', used: 0, held: 0 }]);
  });

  it('give a heavy task at the front its turn before light ones behind it', async () => {
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    const heavy = dag('heavy', {}, (d) => {
      d.use('a_light', task('a_light', { pool: 'warehouse', run: () => gate.promise }));
      const work = (name: string, slots: number) =>
        d.use(name, task(name, { pool: 'warehouse', slots, run: async () => void order.push(name) }));
      work('b_heavy', 2);
      work('c_light', 1);
    });
    const engine = await bench.engine({ backend, dags: [heavy], pools: { warehouse: { slots: 2 } } });
    const run = await bench.start(engine, 'heavy');
    await bench.until(engine, run, { a_light: 'running', b_heavy: 'scheduled', c_light: 'scheduled' });
    gate.resolve();
    expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    expect(order).toEqual(['b_heavy', 'c_light']);
  });

  it('lend no slot to a task that waits for its retry or is deferred, and give it one when it is due', async () => {
    const clock = new TestClock('2026-01-20T12:00Z');
    const tries = { a_fails: 0, b_waits: 0 };
    const idle = dag('idle', {}, (d) => {
      const fails = async () => {
        tries.a_fails += 1;
        if (tries.a_fails === 1) throw new RemoteFailure('E_TEST', 'later', { retryAfterMs: 60_000 });
      };
      const waits = async () => {
        tries.b_waits += 1;
        return tries.b_waits === 1 ? defer('2026-01-20T12:01Z', 'not yet') : 'done';
      };
      d.use('a_fails', task('a_fails', { pool: 'warehouse', run: fails }));
      d.use('b_waits', task('b_waits', { pool: 'warehouse', run: waits }));
      d.use('c_free', inPool('c_free'));
    });
    const engine = await bench.engine({ backend, dags: [idle], pools: { warehouse: { slots: 1 } }, clock });
    bench.schedule(engine);
    const run = await bench.start(engine, 'idle');
    await bench.until(engine, run, { a_fails: 'up_for_retry', b_waits: 'deferred', c_free: 'success' });
    clock.set('2026-01-20T12:01:01Z');
    expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    expect(await row(engine, `select attempt from task_instance where task_id = 'a_fails'`)).toEqual({ attempt: 2 });
    expect(await row(engine, `select attempt from task_instance where task_id = 'b_waits'`)).toEqual({ attempt: 1 });
  });

  it('start no more than their rate allows', async () => {
    const starts: number[] = [];
    const called = dag('called', {}, (d) => {
      const call = task('call', { pool: 'api', run: async () => void starts.push(performance.now()) });
      for (let at = 0; at < 20; at += 1) d.use(`t${at}`, call);
    });
    const pools = { api: { slots: 100, rate: { starts: 5, per: '500ms' } } };
    const engine = await bench.engine({ backend, dags: [called], pools });
    const begun = performance.now();
    const run = await bench.start(engine, 'called');
    expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    // Five at once, then one every 100 ms; without a scheduler, so that only the pool's own timer admits.
    const early = starts.filter((at, index) => at - begun < (index - 4) * 100 - 1);
    expect(early).toEqual([]);
    expect(starts).toHaveLength(20);
  });

  it('hold the instances of a mapped task, each with its slots, and not the task that waits for them', async () => {
    const gauge = new Gauge();
    const tries: number[] = [];
    const load = task('load', {
      pool: 'warehouse',
      slots: 2,
      retry: { retries: 1, delayMs: milliseconds(20) },
      run: async ({ input }: TaskContext<{ item: number }>) => {
        await gauge.hold(2);
        tries.push(input.item);
        if (input.item === 7 && tries.filter((item) => item === 7).length === 1)
          throw new RemoteFailure('E_TEST', 'no');
        return input.item;
      },
    });
    const items = Array.from({ length: 20 }, (_, at) => at);
    const mapped = dag('mapped', {}, (d) => void d.use('load', load.map({ item: items })));
    const options = { backend, dags: [mapped], pools: { warehouse: { slots: 3 } } };
    const engine = await bench.engine(options);
    bench.schedule(engine);
    bench.schedule(await bench.beside(engine, options));
    const run = await bench.start(engine, 'mapped');
    expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    expect(tries.toSorted((a, b) => a - b)).toEqual([...items, 7].toSorted((a, b) => a - b));
    expect(gauge.most).toBe(2);
    expect(await listPools(engine.store.database)).toMatchObject([{ used: 0, held: 0 }]);
  });

  it('hold back runs beyond max_active_runs, whoever activates them', async () => {
    const gauge = new Gauge();
    const gate = Promise.withResolvers<void>();
    const few = dag('few', { maxActiveRuns: 3 }, (d) => {
      d.use('work', task('work', { run: async () => (await gauge.hold(1), gate.promise) }));
    });
    const engine = await bench.engine({ backend, dags: [few] });
    const engines = [engine, await bench.beside(engine, { dags: [few] }), await bench.beside(engine, { dags: [few] })];
    const runs: RunId[] = [];
    for (let at = 0; at < 12; at += 1) runs.push(await create(engine, { dagId: 'few', kind: 'manual' }));
    await Promise.all([...engines, ...engines].map((one) => one.advance('few')));
    expect(await row(engine, OPEN_RUNS)).toEqual({ queued: 9, running: 3 });
    gate.resolve();
    for (const run of runs) expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    expect(gauge.now).toBe(0);
    expect(gauge.most).toBeLessThanOrEqual(3);
  });
});

describe('limits on tasks', () => {
  const bench = new Bench();
  afterEach(() => bench.close());
  const single = dag('single', {}, (d) => void d.use('work', inPool('work')));
  const one = { warehouse: { slots: 1 } };

  it('hold nothing where the project names no pool, and nothing in a test of a dag', async () => {
    const engine = await bench.engine({ dags: [single], workers: 0 });
    const free = await bench.start(engine, 'single');
    const limited = await bench.beside(engine, { dags: [single], pools: one, workers: 0 });
    await setPool(engine.store.database, 'warehouse', { slots: 0 });
    const test = await create(limited, { dagId: 'single', kind: 'test' });
    const held = await bench.start(limited, 'single');
    expect(await stateOf(engine, free)).toBe('queued');
    expect(await stateOf(engine, test)).toBe('queued');
    expect(await stateOf(engine, held)).toBe('scheduled');
  });

  it('are heeded as an operator set them, over a restart, until they are reset', async () => {
    const engine = await bench.engine({ dags: [single], pools: one, workers: 0 });
    const set = { slots: 7, rate: { starts: 5, perMs: seconds(1) } };
    await setPool(engine.store.database, 'warehouse', set);
    const again = await bench.beside(engine, { dags: [single], pools: one, workers: 0 });
    expect(await listPools(again.store.database)).toMatchObject([{ ...set, setBy: 'operator', code: { slots: 1 } }]);
    await resetPool(again.store.database, 'warehouse');
    const [pool] = await listPools(again.store.database);
    expect(pool).toEqual({
      name: 'warehouse',
      slots: 1,
      setBy: 'code',
      code: { slots: 1 },
      used: 0,
      held: 0,
      removedAt: null,
    });
  });

  it('stay while a worker takes their tasks, or an operator set them, though another process lacks the pool', async () => {
    const options = { dags: [single], workers: 0 };
    const engine = await bench.engine({ ...options, pools: one });
    const names = async () => (await listPools(engine.store.database)).map(({ name }) => name);
    const worker = bench.work(engine);
    await eventually('a worker', async () => await row(engine, 'select 1 from worker'));
    await bench.beside(engine, options);
    expect(await names()).toEqual(['warehouse']);
    await worker.close();
    await setPool(engine.store.database, 'warehouse', { slots: 0 });
    await bench.beside(engine, options);
    expect(await names()).toEqual(['warehouse']);
    await resetPool(engine.store.database, 'warehouse');
    await bench.beside(engine, options);
    expect(await names()).toEqual([]);
  });

  it('admit live windows first, then re-runs, then backfills', async () => {
    const order: RunId[] = [];
    const noting = dag('noting', {}, (d) => {
      d.use('work', task('work', { pool: 'warehouse', run: async ({ runId }) => void order.push(runId) }));
    });
    const engine = await bench.engine({ dags: [noting], pools: one });
    await setPool(engine.store.database, 'warehouse', { slots: 0 });
    const runs = new Map<string, RunId>();
    for (const kind of ['backfill', 'rerun', 'scheduled', 'manual'] as const)
      runs.set(kind, await create(engine, { dagId: 'noting', kind }));
    await engine.advance('noting');
    await resetPool(engine.store.database, 'warehouse');
    bench.schedule(engine);
    for (const run of runs.values()) await endOf(engine, run);
    expect(order).toEqual(['scheduled', 'manual', 'rerun', 'backfill'].map((kind) => runs.get(kind)));
  });

  it('give the slot of a cancelled task to the next one', async () => {
    const engine = await bench.engine({ dags: [single], pools: one, workers: 0 });
    const first = await bench.start(engine, 'single');
    const second = await bench.start(engine, 'single');
    expect([await stateOf(engine, first), await stateOf(engine, second)]).toEqual(['queued', 'scheduled']);
    await operations(engine).cancelRun(first);
    expect([await stateOf(engine, first), await stateOf(engine, second)]).toEqual(['cancelled', 'queued']);
  });

  it.each(['plain', 'mapped'] as const)('hold no task of a cancelled run any more: %s', async (kind) => {
    const load = task('load', {
      pool: 'warehouse',
      run: ({ signal }: TaskContext<{ item?: number }>) =>
        new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(new Error('told to stop')))),
    });
    const stopped = dag('stopped', {}, (d) => {
      if (kind === 'mapped') d.use('load', load.map({ item: [0, 1, 2] }));
      else for (const at of [0, 1, 2]) d.use(`load_${at}`, load);
    });
    const name = (at: number): string => (kind === 'mapped' ? `load[${at}]` : `load_${at}`);
    const engine = await bench.engine({ dags: [stopped, single], pools: one });
    bench.schedule(engine);
    const run = await bench.start(engine, 'stopped');
    await bench.until(engine, run, { [name(0)]: 'running', [name(1)]: 'scheduled', [name(2)]: 'scheduled' });
    await operations(engine).cancelRun(run);
    expect(await taskStates(engine, run)).toMatchObject({ [name(1)]: 'cancelled', [name(2)]: 'cancelled' });
    expect(await endOf(engine, run)).toMatchObject({ state: 'cancelled', tasks: { [name(0)]: 'cancelled' } });
    expect(await listPools(engine.store.database)).toMatchObject([{ used: 0, held: 0 }]);
    expect(await endOf(engine, await bench.start(engine, 'single'))).toMatchObject({ state: 'success' });
  });

  it('let a task run alone that is heavier than its pool, which an operator made smaller', async () => {
    const heavy = dag('heavy', {}, (d) => {
      for (const name of ['a', 'b']) d.use(name, task(name, { pool: 'warehouse', slots: 3, run: ok }));
    });
    const engine = await bench.engine({ dags: [heavy], pools: { warehouse: { slots: 6 } }, workers: 0 });
    await setPool(engine.store.database, 'warehouse', { slots: 2 });
    const run = await bench.start(engine, 'heavy');
    expect(await taskStates(engine, run)).toEqual({ a: 'queued', b: 'scheduled' });
  });

  it('admit nothing twice when several processes look at once', async () => {
    const wide = dag('wide', {}, (d) => {
      for (let at = 0; at < 40; at += 1) d.use(`t${at}`, inPool('t'));
    });
    const options = { dags: [wide], pools: { warehouse: { slots: 30 } }, workers: 0 };
    const engine = await bench.engine(options);
    const engines = [engine, await bench.beside(engine, options), await bench.beside(engine, options)];
    await setPool(engine.store.database, 'warehouse', { slots: 0 });
    await bench.start(engine, 'wide');
    await resetPool(engine.store.database, 'warehouse');
    const counts = await Promise.all(
      [...engines, ...engines].map(({ delivery, clock }) => delivery.admitHeld(clock.now().toString(), 500)),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(30);
    expect(await listPools(engine.store.database)).toMatchObject([{ used: 30, held: 10 }]);
  });
});

describe('a task that depends on the previous window', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('starts when that one ended well, not when it failed, and after it was run again', async () => {
    const outcomes = new Map<string, () => Promise<unknown>>();
    const chain = dag('chain', {}, (d) => {
      const run = async ({ window }: { readonly window?: { readonly start: Temporal.Instant } }) => {
        await outcomes.get(String(window?.start))?.();
      };
      d.use('load', task('load', { dependsOnPrevious: true, retry: 0, run }));
    });
    const engine = await bench.engine({ dags: [chain] });
    const [first, second, third] = [window('00'), window('01'), window('02')];
    const gate = Promise.withResolvers<void>();
    outcomes.set(String(first.start), () => gate.promise);
    const third1 = await create(engine, { dagId: 'chain', kind: 'manual', window: third });
    const first1 = await create(engine, { dagId: 'chain', kind: 'manual', window: first });
    const second1 = await create(engine, { dagId: 'chain', kind: 'manual', window: second });
    await engine.advance('chain');
    await bench.until(engine, first1, { load: 'running' });
    expect([await stateOf(engine, second1), await stateOf(engine, third1)]).toEqual(['scheduled', 'scheduled']);
    gate.reject(new DataFailure('E_TEST', 'no'));
    await endOf(engine, first1);
    expect(await engine.delivery.admitHeld(engine.clock.now().toString(), 500)).toBe(0);
    expect(await stateOf(engine, second1)).toBe('scheduled');
    outcomes.clear();
    const again = await create(engine, { dagId: 'chain', kind: 'rerun', window: first });
    await engine.advance('chain');
    for (const run of [again, second1, third1]) expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    const ends = await engine.store.database.run({ text: 'select run_id from task_attempt order by id' });
    expect(ends.map((attempt) => attempt['run_id'])).toEqual([first1, again, second1, third1]);
  });

  it('and is mapped expands, and holds its instances until all of that window ended well', async () => {
    const [first, second] = [window('00'), window('01')];
    const gate = Promise.withResolvers<void>();
    const load = task('load', {
      pool: 'warehouse',
      slots: 2,
      dependsOnPrevious: true,
      run: async (context: TaskContext<{ item: number }>) => {
        if (context.mapIndex === 1 && String(context.window?.start) === String(first.start)) await gate.promise;
      },
    });
    const chain = dag('chain', {}, (d) => void d.use('load', load.map({ item: [1, 2] })));
    const engine = await bench.engine({ dags: [chain], pools: { warehouse: { slots: 9 } } });
    const first1 = await create(engine, { dagId: 'chain', kind: 'manual', window: first });
    const second1 = await create(engine, { dagId: 'chain', kind: 'manual', window: second });
    await engine.advance('chain');
    await bench.until(engine, first1, { load: 'running', 'load[0]': 'success', 'load[1]': 'running' });
    await bench.until(engine, second1, { load: 'running', 'load[0]': 'scheduled', 'load[1]': 'scheduled' });
    expect(await engine.delivery.admitHeld(engine.clock.now().toString(), 500)).toBe(0);
    expect(await listPools(engine.store.database)).toMatchObject([{ used: 2, held: 2 }]);
    expect(await row(engine, INSTANCE_LIMITS, [second1])).toEqual({ instances: 2, slots: 4, waiting: 2, starts: 1 });
    gate.resolve();
    for (const run of [first1, second1]) expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
  });

  it('of a pipeline waits for the record before its own', async () => {
    const windows = dag('windows', { pipeline: {} }, (d) => {
      d.use('load', task('load', { dependsOnPrevious: true, run: ok }));
    });
    const engine = await bench.engine({ dags: [windows], workers: 0 });
    // Paused, so that it makes no runs of its own.
    await operations(engine).pauseDag('windows');
    const [first, second] = [await record(engine, '00'), await record(engine, '01')];
    const held = await create(engine, { dagId: 'windows', kind: 'manual', window: window('01'), recordId: second });
    await engine.advance('windows');
    expect(await stateOf(engine, held)).toBe('scheduled');
    await row(engine, `update pipeline_records set pipeline_status = 'COMPLETED' where id = $1`, [first]);
    expect(await engine.delivery.admitHeld(engine.clock.now().toString(), 500)).toBe(1);
    expect(await stateOf(engine, held)).toBe('queued');
  });
});

async function record(engine: Windrow, hour: string): Promise<number> {
  const { start, end } = window(hour);
  const text = `
    insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval)
    values ('windows', '2026-01-20', $1, $2, 'UTC', '1h') returning id`;
  return Number((await row(engine, text, [start.toString(), end.toString()]))?.['id']);
}
