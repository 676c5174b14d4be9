import {
  type Dag,
  DataFailure,
  type Deferred,
  RemoteFailure,
  type TaskContext,
  dag,
  defer,
  milliseconds,
  skip,
  stop,
  task,
} from '#framework';
import { operations } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { BACKENDS, endOf, runDag } from '../support/engine.ts';
import { Bench, environmentOf, row } from './bench.ts';
import { mappedEffectsDag } from './fixtures/effects.ts';
import { hangingWorker } from './fixtures/hanging-worker.ts';

type Item = TaskContext<{ item: number }>;
type Given = number | Deferred;

/** `list`, then `load` for each element, then `sum`, which tells what it got, whatever happened. */
function mappedDag(list: unknown, run: (context: Item) => Given | Promise<Given>, told: (sum: unknown) => void): Dag {
  return dag('mapped', {}, (d) => {
    const items = d.use('list', task('list', { run: (): number[] => JSON.parse(JSON.stringify(list)) }));
    const load = task('load', { retry: { retries: 2, delayMs: milliseconds(20) }, run });
    const loaded = d.use('load', load.map({ item: items }));
    const sum = task('sum', {
      rule: 'all_done',
      run: ({ input }: TaskContext<{ loaded?: readonly number[] }>) => told(input.loaded),
    });
    d.use('sum', sum, { loaded });
  });
}

describe.each(BACKENDS)('a mapped task on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('runs once for each element, and hands on what its instances returned, in order', async () => {
    const got: unknown[] = [];
    const indexes: (number | undefined)[] = [];
    const doubles = mappedDag(
      [5, 6, 7, 8],
      async ({ input, mapIndex = 0 }) => {
        indexes.push(mapIndex);
        // The last one ends first.
        await new Promise((resolve) => setTimeout(resolve, 80 - 20 * mapIndex));
        return input.item * 2;
      },
      (sum) => got.push(sum),
    );
    const ended = await runDag(await bench.engine({ backend, dags: [doubles] }), 'mapped');
    expect(ended).toMatchObject({ state: 'success', tasks: { load: 'success', 'load[3]': 'success', sum: 'success' } });
    expect(indexes).toHaveLength(4);
    expect(new Set(indexes)).toEqual(new Set([0, 1, 2, 3]));
    expect(got).toEqual([[10, 12, 14, 16]]);
  });

  it('maps over a list from code and over what another mapped task gathered, beside other wires', async () => {
    const got: unknown[] = [];
    const chained = dag('chained', {}, (d) => {
      const place = d.use('place', task('place', { run: () => 'eu' }));
      const first = task('first', { run: ({ input }: Item) => (input.item === 2 ? skip('even') : input.item) });
      const numbers = d.use('first', first.map({ item: [1, 2, 3] }));
      const second = task('second', {
        run: ({ input }: TaskContext<{ item: number; place: string; all: readonly number[] }>) =>
          `${input.place} ${input.item} of ${input.all.length}`,
      });
      const texts = d.use('second', second.map({ item: numbers }), { place, all: numbers });
      const last = task('last', {
        run: ({ input }: TaskContext<{ texts: readonly string[] }>) => got.push(input.texts),
      });
      d.use('last', last, { texts });
    });
    const ended = await runDag(await bench.engine({ backend, dags: [chained] }), 'chained');
    expect(ended).toMatchObject({ state: 'success', tasks: { 'first[1]': 'skipped', 'second[1]': 'success' } });
    expect(got).toEqual([['eu 1 of 2', 'eu 3 of 2']]);
  });

  it('is skipped over an empty list', async () => {
    const got: unknown[] = [];
    const empty = mappedDag(
      [],
      () => 1,
      (sum) => got.push(sum),
    );
    const engine = await bench.engine({ backend, dags: [empty] });
    expect(await runDag(engine, 'mapped')).toMatchObject({
      state: 'success',
      tasks: { load: 'skipped', sum: 'success' },
    });
    expect(got).toEqual([undefined]);
    expect(await row(engine, `select reason from task_instance where task_id = 'load'`)).toEqual({
      reason: 'the list it is mapped over is empty',
    });
  });

  it.each([
    [{ items: [1] }, 'must be a list, but found an object'],
    [Array.from({ length: 10_001 }, () => 1), 'with 10001 elements; at most 10000 are run'],
  ])('fails without a try of its own code over what it cannot be run over: %.20j', async (list, message) => {
    const wrong = mappedDag(
      list,
      () => 1,
      () => undefined,
    );
    const engine = await bench.engine({ backend, dags: [wrong] });
    expect(await runDag(engine, 'mapped')).toMatchObject({
      state: 'failed',
      tasks: { load: 'failed', sum: 'success' },
    });
    const failed = await row(
      engine,
      `select failure ->> 'message' as message from task_instance where task_id = 'load'`,
    );
    expect(failed?.['message']).toContain(`Task "load" is mapped over its input "item"`);
    expect(failed?.['message']).toContain(message);
  });

  it('goes on with the others when one instance fails, and fails after the last', async () => {
    const got: unknown[] = [];
    const breaks = mappedDag(
      [0, 1, 2],
      ({ input }) => {
        if (input.item === 1) throw new DataFailure('E_TEST', 'the second');
        return input.item;
      },
      (sum) => got.push(sum),
    );
    const engine = await bench.engine({ backend, dags: [breaks] });
    const ended = await runDag(engine, 'mapped');
    expect(ended).toMatchObject({
      state: 'failed',
      tasks: { load: 'failed', 'load[0]': 'success', 'load[1]': 'failed', 'load[2]': 'success', sum: 'success' },
    });
    expect(got).toEqual([[0, 2]]);
    expect(await row(engine, `select failure ->> 'code' as code from task_instance where map_index = -1`)).toEqual({
      code: 'E_INSTANCES_FAILED',
    });
    expect(await row(engine, 'select open_tasks, failed_tasks from dag_run')).toEqual({
      open_tasks: 0,
      failed_tasks: 1,
    });
  });

  it('fails an instance that chooses what follows', async () => {
    const chooses = dag('chooses', {}, (d) => {
      const each = task('each', { run: ({ input }: Item) => (input.item === 1 ? stop('enough') : input.item) });
      d.use('after', task('after', { run: () => 1 }), { after: [d.use('each', each.map({ item: [0, 1] }))] });
    });
    const engine = await bench.engine({ backend, dags: [chooses] });
    const ended = await runDag(engine, 'chooses');
    expect(ended).toMatchObject({ tasks: { 'each[0]': 'success', 'each[1]': 'failed', after: 'upstream_failed' } });
    expect(await row(engine, `select failure ->> 'code' as code from task_instance where map_index = 1`)).toEqual({
      code: 'E_CHOICE_OF_INSTANCE',
    });
  });

  it('tries each instance again and defers it by itself', async () => {
    const calls = [0, 0, 0];
    const retries = mappedDag(
      [0, 1, 2],
      ({ mapIndex = 0 }) => {
        const tries = (calls[mapIndex] = (calls[mapIndex] ?? 0) + 1);
        if (mapIndex === 1 && tries < 3) throw new RemoteFailure('E_TEST', 'again');
        if (mapIndex === 2 && tries < 2) return defer('2026-01-01T00:00Z', 'not yet');
        return mapIndex;
      },
      () => undefined,
    );
    const engine = await bench.engine({ backend, dags: [retries] });
    bench.schedule(engine);
    expect(await runDag(engine, 'mapped')).toMatchObject({ state: 'success', tasks: { 'load[1]': 'success' } });
    expect(calls).toEqual([1, 3, 2]);
    const tries = await engine.store.database.run({
      text: `select map_index, attempt, outcome from task_attempt where task_id = 'load' order by map_index, id`,
    });
    expect(tries).toEqual([
      { map_index: -1, attempt: 1, outcome: 'map' },
      { map_index: 0, attempt: 1, outcome: 'success' },
      { map_index: 1, attempt: 1, outcome: 'fail' },
      { map_index: 1, attempt: 2, outcome: 'fail' },
      { map_index: 1, attempt: 3, outcome: 'success' },
      { map_index: 2, attempt: 1, outcome: 'defer' },
      { map_index: 2, attempt: 1, outcome: 'success' },
    ]);
  });

  it('has the instances of a killed worker redone, each with one effect', async () => {
    const effects = mappedEffectsDag(
      () => engine,
      async () => {},
      () => {},
    );
    const engine = await bench.engine({ backend, dags: [effects], workers: 0 });
    await row(engine, 'create table effect (fence bigint not null)');
    const child = bench.keep(await hangingWorker(environmentOf(engine)));
    const run = await bench.start(engine, 'mapped_effects');
    await child.says('started');
    child.signal('SIGKILL');
    bench.work(engine);
    bench.schedule(engine);
    expect(await endOf(engine, run)).toMatchObject({ state: 'success', tasks: { effect: 'success' } });
    expect(await row(engine, 'select count(*) from effect')).toEqual({ count: 3 });
    const lost = await row(engine, `select count(*) from task_attempt where outcome = 'lost' and map_index >= 0`);
    expect(Number(lost?.['count'])).toBeGreaterThan(0);
  });

  it('ends its waiting instances at once when the run is cancelled, and itself with the last that runs', async () => {
    const started = Promise.withResolvers<void>();
    const holds = mappedDag(
      Array.from({ length: 60 }, (_, item) => item),
      async ({ signal, input }) => {
        if (input.item === 0) return 0;
        started.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        throw signal.reason;
      },
      () => undefined,
    );
    const engine = await bench.engine({ backend, dags: [holds] });
    const run = await bench.start(engine, 'mapped');
    await started.promise;
    expect(await operations(engine).cancelRun(run)).toMatchObject({ kind: 'cancelling' });
    const ended = await endOf(engine, run);
    expect(ended).toMatchObject({
      state: 'cancelled',
      tasks: { load: 'cancelled', 'load[59]': 'cancelled', sum: 'cancelled' },
    });
    const open = await row(engine, `select count(*) from task_instance where state in ('queued', 'running')`);
    expect(open).toEqual({ count: 0 });
  });

  it('runs 1,000 instances and the task behind them once', async () => {
    const got: unknown[] = [];
    const wide = mappedDag(
      Array.from({ length: 1000 }, (_, item) => item),
      ({ input }) => input.item,
      (sum) => got.push(sum),
    );
    const engine = await bench.engine({ backend, dags: [wide] });
    bench.schedule(engine);
    const ended = await runDag(engine, 'mapped');
    expect(ended).toMatchObject({ state: 'success', tasks: { load: 'success', sum: 'success' } });
    expect(got).toEqual([Array.from({ length: 1000 }, (_, item) => item)]);
    expect(await row(engine, `select map_total, map_success from task_instance where map_index = -1`)).toEqual({
      map_total: 1000,
      map_success: 1000,
    });
    expect(await row(engine, `select count(*) from task_attempt where task_id = 'load' and map_index >= 0`)).toEqual({
      count: 1000,
    });
  });
});
