import { dag, task } from '#framework';
import { type Windrow, readTaskLog } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { endOf, eventually } from '../support/engine.ts';
import { Bench, environmentOf, row } from './bench.ts';
import { effectsDag } from './fixtures/effects.ts';
import { hangingWorker } from './fixtures/hanging-worker.ts';

describe('the log of a try', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const messages = async (engine: Windrow, runId: number, taskId: string): Promise<readonly string[]> =>
    (await readTaskLog(engine.store.database, { runId, taskId })).map(({ message }) => message);

  it('is shown while it runs, each line once and in order, and so is the rest at its end', async () => {
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const talks = dag('talks', {}, (d) => {
      const talk = task('talk', {
        run: async ({ log }) => {
          log.info('one');
          log.child({ part: 'b' }).warn('two');
          await first.promise;
          log.info('three');
          await second.promise;
          for (const last of ['four', 'five']) log.info(last);
        },
      });
      d.use('talk', talk);
    });
    const engine = await bench.engine({ dags: [talks] });
    const run = await bench.start(engine, 'talks');
    const shown = (lines: readonly string[]) =>
      eventually(lines.join(), async () =>
        (await messages(engine, run, 'talk')).join() === lines.join() ? true : undefined,
      );
    await shown(['one', 'two']);
    first.resolve();
    await shown(['one', 'two', 'three']);
    expect(await row(engine, 'select state from task_instance')).toEqual({ state: 'running' });
    second.resolve();
    await endOf(engine, run);
    expect(await messages(engine, run, 'talk')).toEqual(['one', 'two', 'three', 'four', 'five']);
  });

  it('stays where its worker was killed, apart from that of the try behind it', async () => {
    const effects = effectsDag(
      () => engine,
      async () => {},
      () => {},
    );
    const engine: Windrow = await bench.engine({ dags: [effects], workers: 0 });
    await row(engine, 'create table effect (fence bigint not null)');
    const child = bench.keep(await hangingWorker({ ...environmentOf(engine), WINDROW_LEASE: '2s' }));
    const run = await bench.start(engine, 'effects');
    await eventually('a line', async () => ((await messages(engine, run, 'effect')).length > 0 ? true : undefined));
    child.signal('SIGKILL');
    bench.work(engine);
    bench.schedule(engine);
    await endOf(engine, run);
    const lines = await readTaskLog(engine.store.database, { runId: run, taskId: 'effect' });
    const fences = await engine.store.database.run({ text: 'select fence from task_attempt order by id' });
    expect(lines.map(({ attempt, fence, message }) => ({ attempt, fence, message }))).toEqual(
      fences.map(({ fence }) => ({ attempt: 1, fence, message: `started ${String(fence)}` })),
    );
  });

  it('is read by the page, the newest lines first of all', async () => {
    const engine = await bench.engine({ dags: [dag('none', {}, (d) => void d.use('t', task('t', { run: () => 1 })))] });
    await row(
      engine,
      `insert into task_log (run_id, task_id, map_index, attempt, at, level, message)
       select 1, 't', 0, 1, now(), 'info', n::text from generate_series(1, 1005) as n`,
    );
    const read = (page: object) => readTaskLog(engine.store.database, { runId: 1, taskId: 't', ...page });
    const newest = await read({});
    expect([newest.length, newest[0]?.message, newest.at(-1)?.message]).toEqual([1000, '6', '1005']);
    const older = await read({ before: newest[0]?.id });
    expect(older.map(({ message }) => message)).toEqual(['1', '2', '3', '4', '5']);
    const behind = await read({ after: older[2]?.id, limit: 3 });
    expect(behind.map(({ message }) => message)).toEqual(['4', '5', '6']);
  });
});
