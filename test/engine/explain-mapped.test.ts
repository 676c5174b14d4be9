import {
  type Closable,
  DataFailure,
  type RunId,
  type TaskContext,
  Temporal,
  dag,
  defer,
  milliseconds,
  task,
} from '#framework';
import { type Explanation, type Windrow, createRun, explainRun, explainTask, setPool } from '#framework/operate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { countInstances } from '../../framework/process/explain.ts';
import { endOf } from '../support/engine.ts';
import { Bench } from './bench.ts';

describe('explain of a mapped task', () => {
  const bench = new Bench();
  let gate: PromiseWithResolvers<void>;
  beforeEach(() => (gate = Promise.withResolvers()));
  afterEach(() => bench.close());

  /** `load[1]` fails, the others wait for the gate; two of them may run at once. */
  async function half(): Promise<{ readonly engine: Windrow; readonly run: RunId; readonly scheduler: Closable }> {
    const load = task('load', {
      pool: 'warehouse',
      retry: 0,
      run: async ({ input }: TaskContext<{ item: number }>) => {
        if (input.item === 1) throw new DataFailure('E_SOUR', 'The milk is sour.');
        await gate.promise;
      },
    });
    const wide = dag('wide', {}, (d) => void d.use('load', load.map({ item: [0, 1, 2, 3, 4] })));
    const engine = await bench.engine({ dags: [wide], pools: { warehouse: { slots: 2 } }, backend: 'postgres' });
    const scheduler = bench.schedule(engine);
    const run = await bench.start(engine, 'wide');
    await bench.until(engine, run, {
      'load[0]': 'running',
      'load[1]': 'failed',
      'load[2]': 'running',
      'load[3]': 'scheduled',
      'load[4]': 'scheduled',
    });
    return { engine, run, scheduler };
  }

  it('counts its instances by state, and goes on with the reasons of one of each', async () => {
    const { engine, run } = await half();
    const { database } = engine.store;
    expect(await explainTask(database, { runId: run, taskId: 'load' })).toMatchObject({
      state: 'running',
      reasons: [
        {
          code: 'instances_open',
          text: expect.stringMatching(/1 of 5 have ended \(0 succeeded, 1 failed, 0 skipped\); open are 2 scheduled/),
          facts: {
            total: 5,
            failed: 1,
            open: [
              { state: 'scheduled', count: 2, nearest: 3 },
              { state: 'running', count: 2, nearest: 0 },
            ],
          },
        },
        { code: 'pool_full', text: expect.stringMatching(/"load\[3\]".* held by "load\[0\]".* "load\[2\]"/) },
        { code: 'running', text: expect.stringContaining('Task "load[0]"') },
      ],
    });
    expect(codes(await explainRun(database, run))).toEqual(['tasks_open', 'instances_open', 'pool_full']);
    gate.resolve();
    await endOf(engine, run);
    expect((await explainRun(database, run))?.reasons[0]?.text).toContain('first because of task "load[1]": E_SOUR');
    expect(codes(await explainTask(database, { runId: run, taskId: 'load' }))).toEqual(['failed']);
  });

  it('answers for one instance, and knows none that is not there', async () => {
    const { engine, run } = await half();
    const { database } = engine.store;
    const ofInstance = (instance: number) => explainTask(database, { runId: run, taskId: 'load', instance });
    expect(await ofInstance(1)).toMatchObject({ state: 'failed', reasons: [{ code: 'failed' }] });
    expect(await ofInstance(2)).toMatchObject({ state: 'running', reasons: [{ code: 'running' }] });
    expect(await ofInstance(4)).toMatchObject({ state: 'scheduled', reasons: [{ code: 'pool_full' }] });
    expect(await ofInstance(5)).toBeUndefined();
    expect(await countInstances(database, { runId: run, taskId: 'load' })).toBe(5);
    gate.resolve();
  });

  it('says of an instance how many go before it, the instances before it among them, and when the rate lets one start', async () => {
    const { engine, run, scheduler } = await half();
    const { database } = engine.store;
    const ofInstance = (instance: number) => explainTask(database, { runId: run, taskId: 'load', instance });
    await scheduler.close();
    await setPool(database, 'warehouse', { slots: 9 });
    expect(await ofInstance(3)).toMatchObject({ reasons: [{ code: 'held', facts: { ahead: 0 } }, {}] });
    expect(await ofInstance(4)).toMatchObject({ reasons: [{ code: 'held', facts: { ahead: 1 } }, {}] });
    await setPool(database, 'warehouse', { slots: 9, rate: { starts: 1, perMs: milliseconds(3_600_000) } });
    expect(await ofInstance(4)).toMatchObject({
      reasons: [{ code: 'rate_limited', text: expect.stringContaining('Task "load[4]"') }, { code: 'no_scheduler' }],
    });
    gate.resolve();
  });

  it('says of an instance that its list was not counted yet, and finds none of a task that is not mapped', async () => {
    const plain = task('plain', { run: () => [1, 2] });
    const load = task('load', { run: ({ input }: TaskContext<{ item: number }>) => input.item });
    const late = dag('late', { maxActiveRuns: 1 }, (d) => {
      d.use('load', load.map({ item: d.use('plain', plain) }));
    });
    const engine = await bench.engine({ dags: [late], backend: 'postgres', workers: 0 });
    const { database } = engine.store;
    const run = await bench.start(engine, 'late');
    expect(await explainTask(database, { runId: run, taskId: 'load', instance: 1 })).toMatchObject({
      state: 'none',
      reasons: [{ code: 'not_expanded' }, { code: 'waits_for_upstream' }],
    });
    expect(await explainTask(database, { runId: run, taskId: 'plain', instance: 0 })).toBeUndefined();
    expect(await countInstances(database, { runId: run, taskId: 'plain' })).toBeUndefined();
    const queued = await createRun(database, { dagId: 'late', kind: 'manual' });
    if (queued.kind !== 'created') throw new Error('not created');
    const waiting = await explainTask(database, { runId: queued.runId, taskId: 'load', instance: 1 });
    expect(codes(waiting)).toEqual(['not_started', 'max_active_runs', 'no_scheduler']);
  });

  it('names of those that wait for a moment the one that waits for the latest', async () => {
    const minutes = [30, 90, 60];
    const load = task('load', {
      run: ({ input, clock }: TaskContext<{ item: number }>) =>
        defer(clock.now().add({ minutes: input.item }), 'early'),
    });
    const late = dag('late', {}, (d) => void d.use('load', load.map({ item: minutes })));
    const engine = await bench.engine({ dags: [late], backend: 'postgres' });
    const run = await bench.start(engine, 'late');
    await bench.until(engine, run, { 'load[0]': 'deferred', 'load[1]': 'deferred', 'load[2]': 'deferred' });
    expect(await explainTask(engine.store.database, { runId: run, taskId: 'load' })).toMatchObject({
      reasons: [{ facts: { open: [{ state: 'deferred', count: 3, nearest: 1 }] } }, { code: 'deferred' }, {}],
    });
  });

  it('says of an instance that waits for the window before which run that is', async () => {
    const load = task('load', {
      dependsOnPrevious: true,
      run: ({ input }: TaskContext<{ item: number }>) => gate.promise.then(() => input.item),
    });
    const linked = dag('linked', { maxActiveRuns: 2 }, (d) => void d.use('load', load.map({ item: [0, 1] })));
    const engine = await bench.engine({ dags: [linked], backend: 'postgres' });
    const { database } = engine.store;
    const [first, second] = [await windowRun(engine, 10), await windowRun(engine, 11)];
    await engine.advance('linked');
    await bench.until(engine, second, { 'load[0]': 'scheduled', 'load[1]': 'scheduled' });
    expect(await explainTask(database, { runId: second, taskId: 'load', instance: 1 })).toMatchObject({
      state: 'scheduled',
      reasons: [{ code: 'previous_window', facts: { run: first, state: 'running' } }, { code: 'no_scheduler' }],
    });
    gate.resolve();
  });
});

async function windowRun(engine: Windrow, hour: number): Promise<RunId> {
  const start = Temporal.Instant.from(`2026-01-20T${hour}:00:00Z`);
  const window = { start, end: start.add({ hours: 1 }), zone: 'UTC' };
  const run = await createRun(engine.store.database, { dagId: 'linked', kind: 'scheduled', window });
  if (run.kind !== 'created') throw new Error('not created');
  return run.runId;
}

function codes(explanation: Explanation | undefined): readonly string[] | undefined {
  return explanation?.reasons.map(({ code }) => code);
}
