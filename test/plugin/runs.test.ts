import { Temporal, type PluginRuns, type RequestedRun, dag, definePlugin, minutes, task } from '#framework';
import type { Windrow } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { deliverToPlugins } from '../../framework/process/plugin-delivery.ts';
import { pluginRuns } from '../../framework/process/plugin-runs.ts';
import { Bench, row } from '../engine/bench.ts';
import { endOf, eventually, runDag } from '../support/engine.ts';

const nothing = task('only', { run: () => null });
const first = dag('first', {}, (d) => void d.use('only', nothing));
const second = dag('second', { params: z.object({ of: z.number() }) }, (d) => void d.use('only', nothing));

/** Behind each end of `first` it starts `second`, under the key that `keyOf` gives. */
function chain(answers: RequestedRun[], keyOf: (run: number) => string) {
  return definePlugin({
    name: 'chain',
    version: '1',
    hooks: {
      runFinished: async ({ dagId, runId }, { runs }) => {
        if (dagId !== 'first') return;
        answers.push(await runs.start({ dagId: 'second', params: { of: runId }, key: keyOf(runId) }));
      },
    },
  });
}

describe('runs that a plugin starts', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = (...plugins: Parameters<typeof bench.engine>[0]['plugins'] & object) =>
    bench.engine({ dags: [first, second], backend: 'postgres', plugins });
  const runsOf = async (engine: Windrow) =>
    Number((await row(engine, `select count(*) as n from dag_run where dag_id = 'second'`))?.['n']);
  const runs = (engine: Windrow): PluginRuns => pluginRuns(engine, 'chain');

  it('begin at once, in the name of the plugin', async () => {
    const answers: RequestedRun[] = [];
    const plugin = chain(answers, (run) => `behind ${run}`);
    const engine = await open(plugin);
    bench.keep(deliverToPlugins({ ...engine, id: 'one', hookMs: minutes(1) }));
    const { id } = await runDag(engine, 'first');
    const [answer] = await eventually('the answer', async () => (answers.length > 0 ? answers : undefined));
    if (answer?.kind !== 'created') throw new Error(JSON.stringify(answer));
    expect((await endOf(engine, answer.runId)).state).toBe('success');
    expect(await row(engine, `select params from dag_run where dag_id = 'second'`)).toEqual({ params: { of: id } });
    expect(
      await row(engine, `select details ->> 'by' as by from event where kind = 'run_triggered' and dag_id = 'second'`),
    ).toEqual({ by: 'plugin chain' });
  });

  it('are one run for one key, however often and from however many processes it is asked for', async () => {
    const engine = await open();
    const asked = Array.from({ length: 12 }, () =>
      runs(engine).start({ dagId: 'second', params: { of: 1 }, key: 'one' }),
    );
    const answers = await Promise.all(asked);
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual([
      ...Array.from({ length: 11 }, () => 'already_there'),
      'created',
    ]);
    expect(new Set(answers.map((answer) => ('runId' in answer ? answer.runId : 0))).size).toBe(1);
    expect(await runsOf(engine)).toBe(1);
    await pluginRuns(engine, 'other').start({ dagId: 'second', params: { of: 1 }, key: 'one' });
    expect(await runsOf(engine)).toBe(2);
  });

  it('are as many as asked for without a key', async () => {
    const engine = await open();
    for (const of of [1, 2]) await runs(engine).start({ dagId: 'second', params: { of } });
    expect(await runsOf(engine)).toBe(2);
  });

  it('are refused where a person would be: no such dag, params that it cannot read', async () => {
    const engine = await open();
    expect(await runs(engine).start({ dagId: 'third' })).toEqual({
      kind: 'refused',
      reason: 'There is no dag "third" in the project.',
    });
    const refused = await runs(engine).start({ dagId: 'second', params: { of: 'text' }, key: 'one' });
    expect(refused).toMatchObject({ kind: 'refused', reason: expect.stringContaining('of:') });
    expect(await runsOf(engine)).toBe(0);
  });

  it('have the window that is asked for', async () => {
    const engine = await open();
    const start = Temporal.Instant.from('2026-01-20T13:15Z');
    const window = { start, end: start.add({ minutes: 15 }), zone: 'UTC' };
    await runs(engine).start({ dagId: 'first', window });
    expect(await row(engine, 'select window_start, window_zone from dag_run')).toEqual({
      window_start: start,
      window_zone: 'UTC',
    });
  });
});
