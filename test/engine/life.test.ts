import { DataFailure, RemoteFailure, type RetryReactions, dag, defer, milliseconds, skip, task } from '#framework';
import { type Windrow, operations } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { BACKENDS, endOf, eventually, runDag } from '../support/engine.ts';
import { runningTime } from '../support/running-time.ts';
import { Bench, row } from './bench.ts';

const SOON = { retries: 2, delayMs: milliseconds(20) };
const ok = task('ok', { run: async () => 1 });

describe.each(BACKENDS)('the life of a task on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('tries again what may help, never what cannot, and waits as long as the failure asks', async () => {
    const tries: Record<string, number[]> = { remote: [], data: [], patient: [] };
    const failing = (name: string, failure: () => Error) =>
      task(name, {
        retry: SOON,
        run: async () => {
          const times = tries[name] ?? [];
          times.push(performance.now());
          if (times.length < 3) throw failure();
          return times.length;
        },
      });
    const retries = dag('retries', {}, (d) => {
      d.use(
        'remote',
        failing('remote', () => new RemoteFailure('E_TEST', 'try again')),
      );
      d.use(
        'data',
        failing('data', () => new DataFailure('E_TEST', 'wrong')),
      );
      d.use(
        'patient',
        failing('patient', () => new RemoteFailure('E_TEST', 'later', { retryAfterMs: 300 })),
      );
    });
    const engine = await bench.engine({ backend, dags: [retries] });
    const ended = await runDag(engine, 'retries');
    expect(ended).toMatchObject({ state: 'failed', tasks: { remote: 'success', data: 'failed', patient: 'success' } });
    expect(tries['remote']).toHaveLength(3);
    expect(tries['data']).toHaveLength(1);
    const [first = 0, second = 0] = tries['patient'] ?? [];
    expect(second - first).toBeGreaterThan(290);
    const history = await engine.store.database.run({
      text: `select attempt, outcome from task_attempt where task_id = 'remote' order by id`,
    });
    expect(history).toEqual([
      { attempt: 1, outcome: 'fail' },
      { attempt: 2, outcome: 'fail' },
      { attempt: 3, outcome: 'success' },
    ]);
    expect(await row(engine, `select failure from task_instance where task_id = 'remote'`)).toEqual({ failure: null });
  });

  it('reacts to a failure as the policy of its task says of its class or code', async () => {
    const tries: string[] = [];
    const failing = (name: string, on: RetryReactions, failure: () => Error) =>
      task(name, {
        retry: { ...SOON, on },
        run: async () => {
          tries.push(name);
          await Promise.reject(failure());
        },
      });
    const reacts = dag('reacts', {}, (d) => {
      const quits = failing('quits', { RemoteFailure: 'fail' }, () => new RemoteFailure('E_TEST', 'no'));
      const gives = failing('gives_up', { E_EMPTY: 'skip' }, () => new DataFailure('E_EMPTY', 'nothing there'));
      const insists = failing('insists', { DataFailure: 'retry' }, () => new DataFailure('E_TEST', 'no'));
      d.use('quits', quits);
      d.use('insists', insists);
      d.use('after', ok, { after: [d.use('gives_up', gives)] });
    });
    const engine = await bench.engine({ backend, dags: [reacts] });
    expect(await runDag(engine, 'reacts')).toMatchObject({
      state: 'failed',
      tasks: { quits: 'failed', gives_up: 'skipped', after: 'skipped', insists: 'failed' },
    });
    expect(tries.toSorted()).toEqual(['gives_up', 'insists', 'insists', 'insists', 'quits']);
    expect(await row(engine, `select reason, failure from task_instance where task_id = 'gives_up'`)).toEqual({
      reason: 'nothing there',
      failure: null,
    });
    // History keeps what was thrown.
    expect(await row(engine, `select failure ->> 'code' as code from task_attempt where task_id = 'gives_up'`)).toEqual(
      { code: 'E_EMPTY' },
    );
  });

  it('skips and fails downstream by the rules, and tears down whatever happened', async () => {
    const done: string[] = [];
    const breaks = task('breaks', { retry: 0, run: async () => Promise.reject(new DataFailure('E_TEST', 'no')) });
    const rules = dag('rules', {}, (d) => {
      const bad = d.use('bad', breaks);
      const skipped = d.use('skipped', task('skipped', { run: async () => skip('nothing to do') }));
      const good = d.use('good', ok);
      d.use('after_skip', ok, { after: [skipped] });
      d.use('deep', ok, { after: ['after_skip'] });
      d.use('after_bad', ok, { after: [bad, good] });
      d.use('any', task('any', { rule: 'all_done', run: async () => 1 }), { after: [bad, skipped, good] });
      d.use('unbroken', task('unbroken', { rule: 'none_failed', run: async () => 1 }), { after: [skipped, good] });
      d.use('tear', task('tear', { teardown: true, run: async () => void done.push('tear') }), {
        after: ['after_bad'],
      });
    });
    const engine = await bench.engine({ backend, dags: [rules] });
    expect(await runDag(engine, 'rules')).toMatchObject({
      state: 'failed',
      tasks: {
        bad: 'failed',
        skipped: 'skipped',
        after_skip: 'skipped',
        deep: 'skipped',
        after_bad: 'upstream_failed',
        any: 'success',
        unbroken: 'success',
        tear: 'success',
      },
    });
    expect(done).toEqual(['tear']);
  });

  it('does not let a failed teardown decide the run', async () => {
    const teardown = dag('teardown', {}, (d) => {
      const work = d.use('work', ok);
      const breaks = task('tear', { teardown: true, retry: 0, run: async () => Promise.reject(new Error('no')) });
      d.use('tear', breaks, { after: [work] });
    });
    const engine = await bench.engine({ backend, dags: [teardown] });
    expect(await runDag(engine, 'teardown')).toMatchObject({ state: 'success', tasks: { tear: 'failed' } });
  });

  it('starts a deferred task again when it is due, without counting an attempt', async () => {
    const attempts: number[] = [];
    const waits = dag('waits', {}, (d) => {
      const wait = task('wait', {
        run: async ({ clock, attempt }) => {
          attempts.push(attempt);
          return attempts.length < 3 ? defer(clock.now().add({ milliseconds: 50 }), 'not yet') : 'done';
        },
      });
      d.use('wait', wait);
    });
    const engine = await bench.engine({ backend, dags: [waits] });
    bench.schedule(engine);
    expect(await runDag(engine, 'waits')).toMatchObject({ state: 'success' });
    expect(attempts).toEqual([1, 1, 1]);
  });

  it('ends what takes too long, aborts its signal, and refuses what code that ignores it says later', async () => {
    const signals: string[] = [];
    const slow = dag('slow', {}, (d) => {
      const heeds = async ({ signal }: { signal: AbortSignal }) => {
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
      };
      const ignores = ({ signal }: { signal: AbortSignal }) => {
        signal.addEventListener('abort', () => signals.push('aborted'), { once: true });
        return new Promise<void>(() => {});
      };
      d.use('heeds', task('heeds', { timeout: '100ms', retry: 0, run: heeds }));
      d.use('ignores', task('ignores', { timeout: '100ms', retry: 0, run: ignores }));
    });
    const engine = await bench.engine({ backend, dags: [slow] });
    const ended = await runDag(engine, 'slow');
    expect(ended).toMatchObject({ state: 'failed', tasks: { heeds: 'failed', ignores: 'failed' } });
    expect(signals).toEqual(['aborted']);
    const codes = await engine.store.database.run({ text: `select failure ->> 'code' as code from task_instance` });
    expect(codes).toEqual([{ code: 'E_TASK_TIMED_OUT' }, { code: 'E_TASK_TIMED_OUT' }]);
  });

  it('cancels a run within 2 s whose task runs in another process, and still tears down', async () => {
    const reached = Promise.withResolvers<void>();
    const long = dag('long', {}, (d) => {
      const work = task('work', {
        run: async ({ signal }) => {
          reached.resolve();
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      });
      d.use('work', work);
      d.use('next', ok, { after: ['work'] });
      d.use('tear', task('tear', { teardown: true, run: async () => 1 }), { after: ['next'] });
    });
    const engine = await bench.engine({ backend, dags: [long], environment: { WINDROW_LEASE: '2s' } });
    const operator = await bench.beside(engine, { dags: [long], workers: 0 });
    const run = await bench.start(engine, 'long');
    await reached.promise;
    const took = await runningTime(async () => {
      expect(await operations(operator).cancelRun(run)).toEqual({ kind: 'cancelling', running: 1 });
      expect(await endOf(engine, run)).toMatchObject({
        state: 'cancelled',
        tasks: { work: 'cancelled', next: 'cancelled', tear: 'success' },
      });
    });
    expect(took).toBeLessThan(2000);
  });

  it('runs a task once whose job is delivered twice, and refuses a job of an old dispatch', async () => {
    let calls = 0;
    const release = Promise.withResolvers<void>();
    const once = dag('once', {}, (d) => {
      const counts = task('counts', {
        run: async () => {
          calls += 1;
          await release.promise;
        },
      });
      d.use('counts', counts);
    });
    const engine = await bench.engine({ backend, dags: [once] });
    const run = await bench.start(engine, 'once');
    const [sent] = await eventually('the start', async () => {
      const rows = await engine.store.database.run({ text: `select * from task_instance where state = 'running'` });
      return rows.length > 0 ? rows : undefined;
    });
    const dispatch = { id: 0, pool: 'default', runId: run, mapIndex: 0, label: 'again', attempt: 1, priority: 1 };
    const taskId = once.graph.tasks[0]?.id;
    if (taskId === undefined || sent === undefined) throw new Error('no task');
    await engine.dispatcher.send([
      { ...dispatch, taskId, seq: 1, jobId: 'the-same-claim-again' },
      { ...dispatch, taskId, seq: 0, jobId: 'an-old-claim' },
    ]);
    const queue = engine.dispatcher.queue('windrow-default');
    for (const job of ['the-same-claim-again', 'an-old-claim']) {
      await eventually(job, async () => ((await queue.stateOf(job)) === 'completed' ? true : undefined));
    }
    release.resolve();
    expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    expect(calls).toBe(1);
  });

  it('sends what its process decided and did not send', async () => {
    const lost = dag('lost', {}, (d) => void d.use('ok', ok));
    const engine = await bench.engine({ backend, dags: [lost] });
    const dead = await bench.beside(engine, { dags: [lost], workers: 0 });
    Object.assign(dead.delivery, { deliver: async () => {} });
    const run = await bench.start(dead, 'lost');
    expect(await row(engine, 'select count(*) from outbox')).toEqual({ count: 1 });
    bench.schedule(engine);
    expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    await eventually('an empty outbox', async () =>
      (await row(engine, 'select count(*) from outbox'))?.['count'] === 0 ? true : undefined,
    );
  });

  it('gives a run its parameters as the schema reads them', async () => {
    const seen: unknown[] = [];
    const sized = dag('sized', { params: z.object({ size: z.coerce.number() }) }, (d) => {
      d.use('reads', task('reads', { run: async ({ params }) => void seen.push(params) }));
    });
    const engine = await bench.engine({ backend, dags: [sized] });
    await runDag(engine, 'sized', { size: '3' });
    expect(seen).toEqual([{ size: 3 }]);
  });

  it('decides each of 50 joins of 8 parents that end together exactly once', async () => {
    const joins: number[] = [];
    const storm = dag('storm', { maxActiveRuns: 50 }, (d) => {
      const parents = Array.from({ length: 8 }, (_, index) => d.use(`parent_${index}`, ok));
      d.use('join', task('join', { run: async ({ runId }) => void joins.push(runId) }), { after: parents });
    });
    const engine = await bench.engine({ backend, dags: [storm], workers: 2 });
    await many(engine, 'storm', 50);
    expect(joins.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it('joins a fan of 12 by 12 without a deadlock', async () => {
    let calls = 0;
    const count = task('count', { run: async () => void (calls += 1) });
    const fan = dag('fan', {}, (d) => {
      const first = Array.from({ length: 12 }, (_, index) => d.use(`first_${index}`, count));
      for (let index = 0; index < 12; index += 1) d.use(`second_${index}`, count, { after: first });
    });
    const engine = await bench.engine({ backend, dags: [fan], workers: 2 });
    await many(engine, 'fan', 5);
    expect(calls).toBe(5 * 24);
  });

  it('hands back what it cannot end in time, uncounted, and another worker takes it', async () => {
    const reached = Promise.withResolvers<void>();
    let calls = 0;
    const heeds = dag('heeds', {}, (d) => {
      const work = task('work', {
        run: async ({ signal }) => {
          calls += 1;
          if (calls > 1) return calls;
          reached.resolve();
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
          return calls;
        },
      });
      d.use('work', work);
    });
    const engine = await bench.engine({ backend, dags: [heeds] });
    const run = await bench.start(engine, 'heeds');
    await reached.promise;
    await bench.stopWorkers(AbortSignal.abort());
    bench.work(engine);
    expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    expect(await row(engine, 'select attempt, infra_attempt, seq from task_instance')).toEqual({
      attempt: 1,
      infra_attempt: 0,
      seq: 2,
    });
  });
});

async function many(engine: Windrow, dagId: string, count: number): Promise<void> {
  await engine.store.database.run(
    {
      text: `insert into dag_run (dag_id, graph_hash, kind, priority)
             select id, graph_hash, 'manual', 1 from dag, generate_series(1, $2::integer) where id = $1`,
    },
    [dagId, count],
  );
  await engine.advance(dagId);
  await eventually(`${count} runs of ${dagId}`, async () => {
    const found = await row(engine, `select count(*) from dag_run where state = 'success'`);
    return found?.['count'] === count ? true : undefined;
  });
}
