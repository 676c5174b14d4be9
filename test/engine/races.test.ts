import { Cancelled, dag, defer, skip, task } from '#framework';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { endOf, eventually, runDag, taskStates } from '../support/engine.ts';
import { Bench, row } from './bench.ts';

describe('the engine where things happen at the same moment', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('keeps the due time of a deferred task that hears of one more upstream', async () => {
    const late = Promise.withResolvers<void>();
    let tries = 0;
    const waits = dag('waits', {}, (d) => {
      const fast = d.use('fast', task('fast', { run: async () => 1 }));
      const slow = d.use('slow', task('slow', { run: () => late.promise }));
      const join = task('join', {
        rule: 'one_success',
        run: async ({ clock }) => {
          tries += 1;
          return tries === 1 ? defer(clock.now().add({ milliseconds: 300 }), 'not yet') : { tries };
        },
      });
      d.use('join', join, { after: [fast, slow] });
    });
    const engine = await bench.engine({ dags: [waits] });
    const run = await bench.start(engine, 'waits');
    await bench.until(engine, run, { join: 'deferred' });
    late.resolve();
    await bench.until(engine, run, { slow: 'success' });
    bench.schedule(engine);
    expect(await endOf(engine, run)).toMatchObject({ state: 'success', tasks: { join: 'success' } });
  });

  it('runs a teardown with the rule always after its upstream, not before', async () => {
    const order: string[] = [];
    const note = (name: string) => async () => void order.push(name);
    const tidy = dag('tidy', {}, (d) => {
      const work = d.use('work', task('work', { run: note('work') }));
      d.use('tear', task('tear', { run: note('tear'), teardown: true, rule: 'always' }), { after: [work] });
    });
    const engine = await bench.engine({ dags: [tidy] });
    await runDag(engine, 'tidy');
    expect(order).toEqual(['work', 'tear']);
  });

  it('stores what a task says even where PostgreSQL cannot hold a character of it', async () => {
    const nul = 'a\u0000b';
    const odd = dag('odd', {}, (d) => {
      d.use('says', task('says', { run: async ({ log }) => log.info(nul, { field: nul, half: '\ud800' }) }));
      d.use('returns', task('returns', { retry: 0, run: async () => ({ text: nul }) }));
      d.use('skips', task('skips', { run: async () => skip(nul) }));
      d.use('throws', task('throws', { retry: 0, run: async () => Promise.reject(new Error(nul)) }));
    });
    const engine = await bench.engine({ dags: [odd] });
    const ended = await runDag(engine, 'odd');
    expect(ended.tasks).toEqual({ says: 'success', returns: 'failed', skips: 'skipped', throws: 'failed' });
    const [returned] = await engine.store.database.run({
      text: `select failure ->> 'code' as code from task_instance where task_id = 'returns'`,
    });
    expect(returned).toEqual({ code: 'E_TASK_OUTPUT_NOT_JSON' });
    const [said] = await engine.store.database.run({ text: `select message from task_log where task_id = 'says'` });
    expect(said).toEqual({ message: 'a\\u0000b' });
  });

  it('counts a try whose run closes while the next window cannot be planned', async () => {
    const one = dag('one', {}, (d) => {
      const breaks = task('breaks', {
        run: async () => void (await row(engine, 'alter table dag rename column paused to unreadable')),
      });
      d.use('breaks', breaks);
    });
    const engine = await bench.engine({ dags: [one] });
    const run = await bench.start(engine, 'one');
    await endOf(engine, run);
    const queue = engine.dispatcher.queue('windrow-default');
    const state = await eventually('the end of the job', async () => {
      const state = await queue.stateOf(`${run}__breaks__0__1`);
      return state === 'completed' || state === 'failed' ? state : undefined;
    });
    expect(state).toBe('completed');
  });

  it('calls a run failed whose last task stopped itself as cancelled', async () => {
    const quits = dag('quits', {}, (d) => {
      d.use('quit', task('quit', { run: async () => Promise.reject(new Cancelled('E_CANCELLED', 'I give up')) }));
    });
    const engine = await bench.engine({ dags: [quits] });
    expect(await runDag(engine, 'quits')).toMatchObject({ state: 'failed', tasks: { quit: 'cancelled' } });
  });

  it('refuses parameters that the schema of the code does not read, without trying again', async () => {
    const strict = dag('strict', { params: z.object({ size: z.coerce.number() }) }, (d) => {
      d.use('reads', task('reads', { run: async () => 1 }));
    });
    const engine = await bench.engine({ dags: [strict] });
    await runDag(engine, 'strict', { size: 'many' });
    const [row] = await engine.store.database.run({
      text: `select attempt, failure ->> 'code' as code, failure ->> 'message' as message from task_instance`,
    });
    expect(row).toMatchObject({ attempt: 1, code: 'E_RUN_PARAMS', message: expect.stringContaining('size') });
  });

  it('hands back a try that starts while the worker is told to hurry', async () => {
    const reached = Promise.withResolvers<void>();
    let calls = 0;
    const stuck = dag('stuck', {}, (d) => {
      d.use(
        'waits',
        task('waits', {
          run: async ({ signal }) => {
            calls += 1;
            reached.resolve();
            await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
          },
        }),
      );
    });
    const engine = await bench.engine({ dags: [stuck] });
    const run = await bench.start(engine, 'stuck');
    await reached.promise;
    await bench.stopWorkers(AbortSignal.abort());
    expect(await taskStates(engine, run)).toEqual({ waits: 'queued' });
    expect(calls).toBe(1);
    const [row] = await engine.store.database.run({
      text: `select t.attempt, t.infra_attempt, t.seq, a.outcome from task_instance t join task_attempt a using (run_id)`,
    });
    expect(row).toEqual({ attempt: 1, infra_attempt: 0, seq: 2, outcome: 'handed_back' });
  });
});
