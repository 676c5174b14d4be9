import { type RunId, dag, seconds, task } from '#framework';
import type { Windrow } from '#framework/operate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findLiveProcesses } from '../../framework/store/workers.ts';
import { collectingLog } from '../support/collecting-log.ts';
import { BACKENDS, endOf, eventually, runDag } from '../support/engine.ts';
import { freshRedis } from '../support/redis.ts';
import { openSilentProxy } from '../support/silent-proxy.ts';
import { Bench } from './bench.ts';

/** Looks far enough apart for a slow machine: what was made anew must take a job within four of them, and what runs keep its lease. */
const CALM = { WINDROW_LEASE: '3s' };

const MADE_ANEW = /its consumer is made anew/;

const quick = dag('quick', { maxActiveRuns: 5 }, (d) => void d.use('only', task('only', { run: async () => 1 })));

describe.each(BACKENDS)('a watchdog over the consumers of a worker, on %s', (backend) => {
  const bench = new Bench();
  const lines: string[] = [];
  let opened: PromiseWithResolvers<void>;

  beforeEach(() => {
    lines.length = 0;
    opened = Promise.withResolvers();
  });

  afterEach(async () => {
    opened.resolve();
    await bench.close();
  });

  const elsewhere = dag(
    'elsewhere',
    { maxActiveRuns: 5 },
    (d) => void d.use('only', task('only', { run: async () => 1 })),
  );
  const gated = dag(
    'gated',
    { maxActiveRuns: 5 },
    (d) => void d.use('only', task('only', { pool: 'narrow', run: async () => opened.promise })),
  );
  const again = dag('again', {}, (d) => {
    const retry = { retries: 1, delay: '30s', jitter: false };
    d.use('only', task('only', { retry, run: async () => Promise.reject(new Error('not yet')) }));
  });

  const installation = async (
    environment: Readonly<Record<string, string>> = {},
    { dags = [quick, gated, again], slots = 2 } = {},
  ): Promise<{ readonly engine: Windrow; readonly looks: () => number; readonly consumers: Pausable[] }> => {
    const engine = await bench.engine({
      dags,
      backend,
      workers: 0,
      pools: { narrow: { slots } },
      log: collectingLog(lines),
      environment: { WINDROW_LEASE: '1s', ...environment },
    });
    const watched = watch(engine);
    await bench.work(engine).ready();
    bench.schedule(engine);
    return { engine, ...watched };
  };

  /** A consumer that is paused while it waits for a job may still take one. */
  const startTwo = async (engine: Windrow, dagId: string): Promise<readonly RunId[]> => [
    await bench.start(engine, dagId),
    await bench.start(engine, dagId),
  ];

  const renewals = (): readonly string[] => lines.filter((line) => MADE_ANEW.test(line));

  /** Longer than it takes to notice a consumer that hangs. */
  const afterManyLooks = async (looks: () => number): Promise<void> => {
    const before = looks();
    await eventually('many looks of the watchdog', async () => (looks() > before + 16 ? true : undefined));
  };

  it('makes one anew that takes nothing, so that the task runs, and says which task waited', async () => {
    const { engine, consumers } = await installation(CALM);
    for (const consumer of consumers) await consumer.pause();
    const runs = await startTwo(engine, 'quick');
    for (const run of runs) expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    const named = { level: 'warn', pool: 'default', dag: 'quick', task: 'only', since: expect.any(String) };
    expect(renewals().map((line): unknown => JSON.parse(line))).toEqual([expect.objectContaining(named)]);
    const shown = await eventually('the note of it in the list of processes', async () =>
      (await findLiveProcesses(engine.store.database, seconds(10))).find(({ renewedAt }) => renewedAt !== null),
    );
    expect(shown).toMatchObject({
      kind: 'worker',
      pid: process.pid,
      renewals: 1,
      running: 0,
      pools: expect.arrayContaining(['default']),
    });
  });

  it('lets the tasks go on that the consumer has in hand', async () => {
    const { engine, consumers } = await installation(CALM, { slots: 3 });
    const long = await bench.start(engine, 'gated');
    await bench.until(engine, long, { only: 'running' });
    for (const consumer of consumers) await consumer.pause();
    const others = await startTwo(engine, 'gated');
    for (const run of others) await bench.until(engine, run, { only: 'running' });
    opened.resolve();
    for (const run of [long, ...others]) {
      expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
      expect(await tries(engine, run)).toEqual(['success']);
    }
    expect(renewals()).toHaveLength(1);
  });

  it('leaves a worker alone that is idle and healthy, also between tasks', async () => {
    const { engine, looks } = await installation();
    await afterManyLooks(looks);
    expect(await endOf(engine, await bench.start(engine, 'quick'))).toMatchObject({ state: 'success' });
    await afterManyLooks(looks);
    expect(renewals()).toEqual([]);
  });

  it('leaves it alone while tasks wait for slots, for a place of the worker, or for their next try', async () => {
    const { engine, looks } = await installation({ WINDROW_CONCURRENCY: '1' });
    const runs: RunId[] = [];
    for (let count = 0; count < 3; count += 1) runs.push(await bench.start(engine, 'gated'));
    const [first, second, third] = runs as [RunId, RunId, RunId];
    await bench.until(engine, first, { only: 'running' });
    await bench.until(engine, second, { only: 'queued' });
    await bench.until(engine, third, { only: 'scheduled' });
    const retried = await bench.start(engine, 'again');
    await bench.until(engine, retried, { only: 'up_for_retry' });
    await afterManyLooks(looks);
    expect(renewals()).toEqual([]);
  });

  it('leaves it alone while the queue is paused, and while only tasks of dags wait that the worker does not have', async () => {
    const { engine, looks, consumers } = await installation({}, { dags: [quick] });
    const other = await bench.beside(engine, { dags: [quick, elsewhere], workers: 0 });
    for (const consumer of consumers) await consumer.pause();
    await startTwo(other, 'elsewhere');
    await afterManyLooks(looks);
    const { inner } = engine.dispatcher.poolQueue('default');
    const queue = inner as { readonly pause: () => Promise<void> };
    await queue.pause();
    await bench.start(engine, 'quick');
    await afterManyLooks(looks);
    expect(renewals()).toEqual([]);
  });
});

describe('a worker whose connections to Redis died without a word', () => {
  const bench = new Bench();

  afterEach(() => bench.close());

  it('takes tasks again soon, over connections of a new consumer', async () => {
    const lines: string[] = [];
    const proxy = bench.keep(await openSilentProxy(Number(new URL(freshRedis().url).port)));
    const engine = await bench.engine({
      dags: [quick],
      backend: 'postgres',
      workers: 0,
      log: collectingLog(lines),
      environment: { REDIS_URL: `redis://127.0.0.1:${proxy.port}`, ...CALM },
    });
    await engine.dispatcher.takeable('default', 1);
    proxy.spareOpened();
    await bench.work(engine).ready();
    expect(await runDag(engine, 'quick')).toMatchObject({ state: 'success' });
    proxy.silenceOpened();
    expect(await runDag(engine, 'quick')).toMatchObject({ state: 'success' });
    expect(lines.filter((line) => MADE_ANEW.test(line))).toHaveLength(1);
  });
});

interface Pausable {
  readonly pause: () => Promise<void>;
}

/** The consumers that are made from now on, and how often the watchdog has looked at any. */
function watch({ dispatcher }: Windrow): { readonly consumers: Pausable[]; readonly looks: () => number } {
  const consumers: Pausable[] = [];
  const { consume, takeable } = dispatcher;
  let looks = 0;
  Object.assign(dispatcher, {
    consume: (options: Parameters<typeof consume>[0]) => {
      const consumer = consume(options);
      consumers.push(consumer);
      return consumer;
    },
    takeable: async (...asked: Parameters<typeof takeable>) => {
      const found = await takeable(...asked);
      looks += 1;
      return found;
    },
  });
  return { consumers, looks: () => looks };
}

async function tries({ store }: Windrow, run: RunId): Promise<readonly unknown[]> {
  const rows = await store.database.run({ text: 'select outcome from task_attempt where run_id = $1' }, [run]);
  return rows.map((row) => row['outcome']);
}
