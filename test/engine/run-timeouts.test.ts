import { type RunId, type TaskContext, dag, every, task } from '#framework';
import { type Windrow, explainRecord, explainRun, operations, showRun } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { BACKENDS, endOf, eventually, runDag } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { Bench, row } from './bench.ts';

const ok = task('ok', { run: async () => 1 });
const tear = task('tear', { teardown: true, run: async () => 1 });
const heeds = task('heeds', {
  run: async ({ signal }) => {
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  },
});

describe.each(BACKENDS)('a run that takes longer than its dag allows on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('is failed: what waits is cancelled, what runs is told or left behind, and teardowns still run', async () => {
    const signals: string[] = [];
    const slow = dag('slow', { runTimeout: '1h' }, (d) => {
      const ignores = task('ignores', {
        run: ({ signal }) => {
          signal.addEventListener('abort', () => signals.push('aborted'), { once: true });
          return new Promise<void>(() => {});
        },
      });
      const done = d.use('done', ok);
      const work = d.use('work', heeds, { after: [done] });
      const deaf = d.use('deaf', ignores, { after: [done] });
      d.use('next', ok, { after: [work, deaf] });
      d.use('last', tear, { after: ['next'] });
    });
    const engine = await bench.engine({ backend, dags: [slow] });
    bench.schedule(engine);
    const run = await bench.start(engine, 'slow');
    await bench.until(engine, run, { work: 'running', deaf: 'running' });
    await passHour(engine);
    const ended = await endOf(engine, run);
    expect(ended).toMatchObject({
      state: 'failed',
      tasks: { done: 'success', work: 'cancelled', deaf: 'cancelled', next: 'cancelled', last: 'success' },
    });
    expect(signals).toEqual(['aborted']);
    expect(await timeOuts(engine, ended.id)).toEqual([
      {
        limitMs: 3_600_000,
        unfinished: expect.arrayContaining([
          { task: 'work', state: 'running' },
          { task: 'deaf', state: 'running' },
          { task: 'next', state: 'none' },
        ]),
      },
    ]);
    expect(await showRun(engine.store.database, ended.id)).toMatchObject({
      timedOut: { code: 'E_RUN_TIMED_OUT', message: expect.stringMatching(/longer than 1h.*work \(running\)/) },
      deadlineAt: expect.anything(),
    });
    const reasons = await engine.store.database.run({
      text: `select distinct reason from task_instance where state = 'cancelled' order by reason`,
    });
    expect(reasons).toEqual([{ reason: 'its run took longer than 1h' }, { reason: 'its run took longer than it may' }]);
    expect(await explainRun(engine.store.database, ended.id)).toMatchObject({
      reasons: [{ code: 'failed', text: expect.stringContaining('E_RUN_TIMED_OUT') }],
    });
  });
});

describe('the deadline of a run', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('ends a mapped task with its instances: those that run, wait and are held', async () => {
    const told: number[] = [];
    const part = task('part', {
      pool: 'narrow',
      run: ({ input, signal }: TaskContext<{ item: number }>) => {
        if (input.item === 0) return Promise.resolve(0);
        return new Promise<number>((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error(`told ${told.push(input.item)}`)), { once: true }),
        );
      },
    });
    const wide = dag('wide', { runTimeout: '1h' }, (d) => {
      const parts = d.use('part', part.map({ item: [0, 1, 2, 3] }));
      d.use('next', ok, { after: [parts] });
      d.use('last', tear, { after: ['next'] });
    });
    const engine = await bench.engine({ dags: [wide], pools: { narrow: { slots: 2 } } });
    bench.schedule(engine);
    const run = await bench.start(engine, 'wide');
    await bench.until(engine, run, { 'part[1]': 'running', 'part[2]': 'running', 'part[3]': 'scheduled' });
    await passHour(engine);
    const ended = await endOf(engine, run);
    expect(ended.state).toBe('failed');
    expect(ended.tasks).toEqual({
      part: 'cancelled',
      'part[0]': 'success',
      'part[1]': 'cancelled',
      'part[2]': 'cancelled',
      'part[3]': 'cancelled',
      next: 'cancelled',
      last: 'success',
    });
    expect(new Set(told)).toEqual(new Set([1, 2]));
    expect(await timeOuts(engine, ended.id)).toEqual([
      {
        limitMs: 3_600_000,
        unfinished: [
          { task: 'part', state: 'running' },
          { task: 'next', state: 'none' },
        ],
      },
    ]);
  });

  it('begins when the run starts, and leaves alone what ends before it or has none', async () => {
    const quick = dag('quick', { runTimeout: '1h' }, (d) => void d.use('ok', ok));
    const endless = dag('endless', {}, (d) => void d.use('ok', ok));
    const engine = await bench.engine({ dags: [quick, endless] });
    bench.schedule(engine);
    const run = await runDag(engine, 'quick');
    expect(run.state).toBe('success');
    expect(
      await row(engine, 'select deadline_at - started_at = $2::interval as fits from dag_run where id = $1', [
        run.id,
        '1 hour',
      ]),
    ).toEqual({ fits: true });
    const other = await runDag(engine, 'endless');
    expect(await row(engine, 'select deadline_at from dag_run where id = $1', [other.id])).toEqual({
      deadline_at: null,
    });
  });

  it('ends a run once, however many look, and once more changes nothing', async () => {
    const waits = dag('waits', { runTimeout: '1h' }, (d) => {
      d.use('last', tear, { after: [d.use('ok', ok)] });
    });
    const engine = await bench.engine({ dags: [waits], workers: 0 });
    const run = await bench.start(engine, 'waits');
    await row(engine, `update dag_run set deadline_at = now() where id = $1`, [run]);
    for (let count = 0; count < 3; count += 1)
      bench.schedule(await bench.beside(engine, { dags: [waits], workers: 0 }));
    await bench.until(engine, run, { ok: 'cancelled', last: 'queued' });
    bench.work(engine);
    expect(await endOf(engine, run)).toMatchObject({ state: 'failed', tasks: { last: 'success' } });
    expect(await timeOuts(engine, run)).toHaveLength(1);
  });

  it('leaves nothing to re-run where only teardowns were left, and says so as the re-run does', async () => {
    const ends = Promise.withResolvers<void>();
    const slow = task('slow', { teardown: true, run: () => ends.promise });
    const tidied = dag('tidied', { runTimeout: '1h' }, (d) => {
      d.use('last', slow, { after: [d.use('ok', ok)] });
    });
    const engine = await bench.engine({ dags: [tidied] });
    const run = await bench.start(engine, 'tidied');
    await bench.until(engine, run, { last: 'running' });
    await row(engine, `update dag_run set deadline_at = now() where id = $1`, [run]);
    bench.schedule(engine);
    await eventually('the time-out', () => row(engine, 'select id from dag_run where timed_out is not null'));
    ends.resolve();
    expect(await endOf(engine, run)).toMatchObject({ state: 'failed', tasks: { ok: 'success' } });
    const advice = (await explainRun(engine.store.database, run))?.reasons.map(({ text }) => text).join();
    const rerun = await operations(engine).rerunTasks({ run }, { kind: 'failed' }, { dryRun: true });
    expect([advice, rerun.kind]).toEqual([expect.not.stringMatching(/re-run\.|--failed/), 'refused']);
  });

  it('does not call a run failed that somebody cancelled before', async () => {
    const long = dag('long', { runTimeout: '1h' }, (d) => {
      d.use('work', heeds);
    });
    const engine = await bench.engine({ dags: [long] });
    const run = await bench.start(engine, 'long');
    await bench.until(engine, run, { work: 'running' });
    await operations(engine).cancelRun(run);
    await row(engine, `update dag_run set deadline_at = now() where id = $1`, [run]);
    bench.schedule(engine);
    expect(await endOf(engine, run)).toMatchObject({ state: 'cancelled' });
    expect(await timeOuts(engine, run)).toEqual([]);
  });

  it('fails the record with the limit and what was unfinished, and a re-run has its own', async () => {
    const doubles = transferDoubles();
    const reached = Promise.withResolvers<void>();
    let slow = true;
    doubles.source.trouble = async ({ signal }) => {
      reached.resolve();
      if (slow) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const schedule = every('15m', { start: '2026-01-20T13:15Z' });
    const orders = doublesPipeline('orders', doubles, { schedule, runTimeout: '1h' });
    const engine = await bench.engine({ dags: [orders], clock: new TestClock('2026-01-20T13:30Z') });
    bench.schedule(engine);
    await reached.promise;
    await passHour(engine);
    const failed = await eventually('the failed record', async () =>
      row(engine, `select id, error from pipeline_records where pipeline_status = 'FAILED'`),
    );
    expect(failed['error']).toMatchObject({
      kind: 'TimedOut',
      code: 'E_RUN_TIMED_OUT',
      message: expect.stringMatching(/longer than 1h\. Unfinished: .*source_to_stage \(running\).*audit \(none\)/),
    });
    slow = false;
    const again = await operations(engine).rerunRecord(Number(failed['id']));
    if (again.kind !== 'started') throw new Error(`The re-run ended with ${JSON.stringify(again)}.`);
    expect((await endOf(engine, again.runId)).state).toBe('success');
    expect(await showRun(engine.store.database, again.runId)).toMatchObject({ timedOut: null });
    expect(await row(engine, 'select pipeline_status, error from pipeline_records')).toEqual({
      pipeline_status: 'COMPLETED',
      error: null,
    });
  });
});

describe('a window that is completed after the deadline of its run', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('stays complete and says that its run took too long, as the run says that the window is complete', async () => {
    const doubles = transferDoubles();
    const reached = Promise.withResolvers<void>();
    const late = Promise.withResolvers<void>();
    const { audit } = doubles.target;
    Object.assign(doubles.target, {
      audit: async (...given: Parameters<typeof audit>) => {
        reached.resolve();
        await late.promise;
        return audit(...given);
      },
    });
    const schedule = every('15m', { start: '2026-01-20T13:15Z' });
    const orders = doublesPipeline('orders', doubles, { schedule, runTimeout: '1h' });
    const engine = await bench.engine({ dags: [orders], clock: new TestClock('2026-01-20T13:45Z') });
    bench.schedule(engine);
    await reached.promise;
    // As if a backfill had begun the window.
    await row(
      engine,
      `with run as (update dag_run set deadline_at = now() where state = 'running' returning *),
        made as (
          insert into backfill (dag_id, from_time, to_time, selection, max_active, reverse)
          select dag_id, window_start, window_end, 'all', 1, false from run returning id
        )
      insert into backfill_window (backfill_id, position, window_start, window_end, window_zone, state, run_id, record_id)
      select made.id, 0, window_start, window_end, 'UTC', 'active', run.id, record_id from run, made`,
    );
    await eventually('the time-out', () => row(engine, 'select id from dag_run where timed_out is not null'));
    late.resolve();

    const bothSay = {
      code: 'E_RUN_TIMED_OUT',
      message: expect.stringMatching(/audit \(running\).* completed after that/),
    };
    const first = await eventually('the end of the first run', () =>
      row(engine, `select id, record_id, state, timed_out from dag_run where ended_at is not null order by id limit 1`),
    );
    expect(first).toMatchObject({ state: 'failed', timed_out: bothSay });
    const { database } = engine.store;
    const advice = await explainRun(database, Number(first['id']));
    expect(advice?.reasons.map(({ text }) => text)).toEqual([expect.not.stringContaining('--failed')]);
    const record = Number(first['record_id']);
    expect(
      await row(engine, 'select pipeline_status, audit_result, error from pipeline_records where id = $1', [record]),
    ).toEqual({ pipeline_status: 'COMPLETED', audit_result: 'PASS', error: expect.objectContaining(bothSay) });
    expect(await explainRecord(database, record, engine.clock.now())).toMatchObject({
      reasons: [
        { code: 'completed', text: expect.stringMatching(/was completed.*its run is failed.*E_RUN_TIMED_OUT/i) },
      ],
    });
    await eventually('the end of the backfill', () => row(engine, `select id from backfill where state = 'completed'`));
    await eventually('the next window', () =>
      row(engine, `select id from pipeline_records where id > $1 and pipeline_status = 'COMPLETED' and error is null`, [
        record,
      ]),
    );
  });
});

/** As if everything had started an hour earlier: how long a machine takes to start tasks must not decide what is unfinished. */
async function passHour(engine: Windrow): Promise<void> {
  await row(
    engine,
    `update dag_run set started_at = started_at - interval '1 hour', deadline_at = deadline_at - interval '1 hour'`,
  );
}

async function timeOuts(engine: Windrow, run: RunId): Promise<unknown[]> {
  const rows = await engine.store.database.run(
    { text: `select details from event where run_id = $1 and kind = 'run_timed_out'` },
    [run],
  );
  return rows.map(({ details }) => details);
}
