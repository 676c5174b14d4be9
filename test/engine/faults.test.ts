import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { dag, task } from '#framework';
import type { Windrow } from '#framework/operate';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';

import { BACKENDS, endOf } from '../support/engine.ts';
import { openRedisServer } from '../support/redis-server.ts';
import { Bench, environmentOf, row } from './bench.ts';
import { effectsDag } from './fixtures/effects.ts';
import { hangingWorker } from './fixtures/hanging-worker.ts';

describe('the engine where something breaks', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('ends a run whose Redis was flushed in the middle', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'windrow-redis-'));
    const server = bench.keep(await openRedisServer({ directory }));
    const reached = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const chain = dag('chain', {}, (d) => {
      const gate = task('gate', { run: async () => (reached.resolve(), release.promise) });
      const first = d.use('first', gate);
      d.use('second', task('second', { run: async () => 1 }), { after: [first] });
    });
    const waiting = dag('waiting', {}, (d) => void d.use('only', task('only', { run: async () => 1 })));
    const environment = { REDIS_URL: server.url, WINDROW_CONCURRENCY: '1' };
    const engine = await bench.engine({ dags: [chain, waiting], backend: 'postgres', environment });
    bench.schedule(engine);
    const run = await bench.start(engine, 'chain');
    await reached.promise;
    // Concurrency is one: this job waits in Redis when everything there is lost.
    const behind = await bench.start(engine, 'waiting');
    const client = new Redis(server.url);
    await client.flushall();
    client.disconnect();
    release.resolve();
    expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    expect(await endOf(engine, behind)).toMatchObject({ state: 'success' });
    await rm(directory, { recursive: true, force: true });
  });

  it('does not end a try as lost whose lease was renewed meanwhile', async () => {
    const holds = dag('holds', {}, (d) => void d.use('hold', task('hold', { run: async () => 1 })));
    const engine = await bench.engine({ dags: [holds], workers: 0 });
    const runId = await bench.start(engine, 'holds');
    const lease = (until: string) =>
      row(engine, `update task_instance set state = 'running', fence = 7, lease_until = ${until} where run_id = $1`, [
        runId,
      ]);
    const [taskId] = holds.handlers.keys();
    if (taskId === undefined) throw new Error('no task');
    const lost = { runId, taskId, mapIndex: 0, fence: 7, outcome: { kind: 'lost', reason: 'silence' } } as const;

    await lease(`now() + interval '1 minute'`);
    expect(await engine.settler.report(lost)).toBe(false);
    expect(await row(engine, 'select state, infra_attempt from task_instance')).toEqual({
      state: 'running',
      infra_attempt: 0,
    });
    await lease(`now() - interval '1 ms'`);
    expect(await engine.settler.report(lost)).toBe(true);
    expect(await row(engine, 'select infra_attempt from task_instance')).toEqual({ infra_attempt: 1 });
  });

  it('fails a task whose workers die again and again, and says so', async () => {
    const hangs = dag('hangs', {}, (d) => void d.use('hang', task('hang', { run: async () => 1 })));
    const engine = await bench.engine({ dags: [hangs], workers: 0 });
    const run = await bench.start(engine, 'hangs');
    for (let lost = 1; lost <= 5; lost += 1) {
      await row(
        engine,
        `update task_instance set state = 'running', fence = nextval('fence'), worker = 'w' || $1, lease_until = now()
         where state = 'queued' returning fence`,
        [lost],
      );
      const found = await row(engine, 'select fence, task_id from task_instance');
      const [taskId] = hangs.handlers.keys();
      if (found === undefined || taskId === undefined) throw new Error('no task');
      const outcome = { kind: 'lost', reason: `worker w${lost} stopped renewing its lease` } as const;
      await engine.settler.report({ runId: run, taskId, mapIndex: 0, fence: Number(found['fence']), outcome });
    }
    expect(await endOf(engine, run)).toMatchObject({ state: 'failed' });
    const ended = await row(engine, 'select attempt, infra_attempt, failure from task_instance');
    expect(ended).toMatchObject({
      attempt: 1,
      infra_attempt: 5,
      failure: {
        code: 'E_WORKER_LOST',
        message: expect.stringContaining('5 times while it ran this task (last: worker w5'),
      },
    });
  });
});

describe.each(BACKENDS)('a worker that is gone on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = async (told: (line: string) => void): Promise<Windrow> => {
    const effects = effectsDag(
      () => engine,
      async () => {},
      told,
    );
    const engine: Windrow = await bench.engine({ backend, dags: [effects], workers: 0 });
    await row(engine, 'create table effect (fence bigint not null)');
    return engine;
  };

  it.each(['SIGKILL', 'SIGSTOP'] as const)('has its task redone after %s, with one effect', async (signal) => {
    const lines: string[] = [];
    const engine = await open((line) => void lines.push(line));
    const child = bench.keep(await hangingWorker({ ...environmentOf(engine), WINDROW_LEASE: '2s' }));
    const run = await bench.start(engine, 'effects');
    await child.says('started');
    child.signal(signal);
    bench.work(engine);
    bench.schedule(engine);
    expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    expect(lines.at(-1)).toBe('written');
    if (signal === 'SIGSTOP') {
      for (const next of ['SIGCONT', 'SIGUSR2'] as const) child.signal(next);
      await child.says('refused');
    }
    expect(await row(engine, 'select count(*) from effect')).toEqual({ count: 1 });
    const history = await engine.store.database.run({
      text: 'select outcome, attempt from task_attempt order by id',
    });
    expect(history).toEqual([
      { outcome: 'lost', attempt: 1 },
      { outcome: 'success', attempt: 1 },
    ]);
  });
});

describe.each(BACKENDS)('a job on %s that a worker took', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('is sent anew when that worker does not start its task', async () => {
    let calls = 0;
    const counts = task('counts', { run: async () => (calls += 1) });
    const engine = await bench.engine({
      backend,
      workers: 0,
      dags: [dag('once', {}, (d) => void d.use('counts', counts))],
    });
    const taken = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const dead = engine.dispatcher.consume({
      pool: 'default',
      concurrency: 1,
      handle: async () => {
        taken.resolve();
        await released.promise;
        return { kind: 'completed', note: null };
      },
    });
    const run = await bench.start(engine, 'once');
    await taken.promise;
    bench.work(engine);
    bench.schedule(engine);
    try {
      expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    } finally {
      released.resolve();
      await dead.close();
    }
    expect(calls).toBe(1);
    expect(await row(engine, 'select seq, attempt, infra_attempt from task_instance')).toEqual({
      seq: 2,
      attempt: 1,
      infra_attempt: 0,
    });
  });
});
