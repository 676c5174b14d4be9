import { readFileSync } from 'node:fs';

import {
  type Json,
  type Plugin,
  type TaskContext,
  type TaskFinished,
  dag,
  definePlugin,
  runId,
  seconds,
  task,
  taskId,
} from '#framework';
import type { Windrow } from '#framework/operate';
import { testRun } from '#framework/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { deliverToPlugins } from '../../framework/process/plugin-delivery.ts';
import { Bench, row } from '../engine/bench.ts';
import { eventually, runDag } from '../support/engine.ts';
import { load, makings as exampleMakings } from './makings.ts';

/** Notes what tasks say that they made, and hears of it when it counts. */
function makings(heard: TaskFinished[] = []) {
  return definePlugin({
    name: 'makings',
    version: '1',
    context: ({ note, taskId: by, attempt, database }) => ({
      made: (what: Json) => note({ by, attempt, what }),
      schema: async () => database.run('select current_schema() as name'),
    }),
    hooks: { taskFinished: async (event) => void heard.push(event) },
  });
}

it('is documented by an example, which is tested here', async () => {
  const example = readFileSync(new URL('makings.ts', import.meta.url), 'utf8');
  const readme = readFileSync(new URL('../../framework/plugin/README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
  const loads = dag('loads', {}, (d) => void d.use('load', load));
  const run = await testRun(loads, { now: '2026-01-21T00:00Z', plugins: [exampleMakings] });
  expect(run.tasks['load']?.notes).toEqual([{ plugin: 'makings', facts: { table: 'orders', rows: 3 } }]);
});

describe('what a plugin adds to the context', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = (only: (context: TaskContext) => unknown, ...plugins: readonly Plugin[]): Promise<Windrow> => {
    const retry = { retries: 1, delayMs: seconds(0), maxDelayMs: seconds(0) };
    const one = task('only', { retry, run: async (context: TaskContext) => void (await only(context)) });
    const dags = [dag('lone', {}, (d) => void d.use('only', one))];
    return bench.engine({ dags, backend: 'postgres', plugins });
  };
  const failure = (engine: Windrow) =>
    row(engine, `select failure ->> 'code' as code, failure ->> 'message' as message from task_instance`);

  it('notes facts that come with the end of the try, to this plugin alone', async () => {
    const heard: TaskFinished[] = [];
    const others: TaskFinished[] = [];
    const plugin = makings(heard);
    const other = { ...makings(others), name: 'other' };
    const engine = await open(
      ({ extensions, attempt }) => {
        const { made } = extensions.get(plugin);
        made(['orders', { rows: 3 }]);
        if (attempt === 1) throw new Error('busy');
        made('invoices');
        extensions.get(other).made('theirs');
      },
      plugin,
      other,
    );
    expect((await runDag(engine, 'lone')).state).toBe('success');
    bench.keep(deliverToPlugins({ ...engine, id: 'one' }));
    await eventually('four ends', async () => (heard.length + others.length === 4 ? true : undefined));
    expect(heard.map(({ outcome, notes }) => ({ outcome, notes }))).toEqual([
      { outcome: 'fail', notes: [{ by: 'only', attempt: 1, what: ['orders', { rows: 3 }] }] },
      {
        outcome: 'success',
        notes: [
          { by: 'only', attempt: 2, what: ['orders', { rows: 3 }] },
          { by: 'only', attempt: 2, what: 'invoices' },
        ],
      },
    ]);
    expect(others.map(({ notes }) => notes)).toEqual([[], [{ by: 'only', attempt: 2, what: 'theirs' }]]);
  });

  it('leaves nothing of a try that is fenced out', async () => {
    const gate = Promise.withResolvers<void>();
    const plugin = makings();
    const engine = await open(async ({ extensions }) => {
      extensions.get(plugin).made('right');
      await gate.promise;
    }, plugin);
    const run = await bench.start(engine, 'lone');
    await bench.until(engine, run, { only: 'running' });
    const fence = Number((await row(engine, 'select fence from task_instance'))?.['fence']);
    const late = {
      runId: runId(run),
      taskId: taskId('only'),
      mapIndex: 0,
      fence: fence - 1,
      outcome: { kind: 'success', output: null },
      notes: [{ plugin: 'makings', facts: 'wrong' }],
    } as const;
    expect(await engine.settler.report(late)).toBe(false);
    gate.resolve();
    await bench.until(engine, run, { only: 'success' });
    const kept = await engine.store.database.run({ text: 'select notes from task_attempt' });
    expect(kept).toEqual([{ notes: [{ plugin: 'makings', facts: { by: 'only', attempt: 1, what: 'right' } }] }]);
  });

  it('is found by the name of the plugin, so that task code needs no part of the project', async () => {
    const heard: TaskFinished[] = [];
    const { context, ...installed } = makings(heard);
    const engine = await open(({ extensions }) => extensions.get(makings()).made('orders'), { ...installed, context });
    expect((await runDag(engine, 'lone')).state).toBe('success');
    bench.keep(deliverToPlugins({ ...engine, id: 'one' }));
    await eventually('the end', async () => (heard.length > 0 ? true : undefined));
    expect(heard[0]?.notes).toEqual([{ by: 'only', attempt: 1, what: 'orders' }]);
  });

  it('reads the tables of the plugin', async () => {
    const plugin = { ...makings(), migrations: new URL('rows-of-windows/migrations/', import.meta.url) };
    let schema: unknown;
    const engine = await open(async ({ extensions }) => {
      [schema] = await extensions.get(plugin).schema();
    }, plugin);
    await runDag(engine, 'lone');
    expect(schema).toEqual({ name: 'plugin_makings' });
  });

  it('that throws fails the task that asks for it, and no other', async () => {
    const broken = definePlugin({
      name: 'broken',
      version: '1',
      context: (): { readonly use: () => void } => {
        throw new Error('no room');
      },
    });
    const asks = await open(({ extensions }) => extensions.get(broken).use(), broken);
    expect((await runDag(asks, 'lone')).state).toBe('failed');
    expect((await failure(asks))?.['message']).toContain('no room');
    const asksNot = await open(() => 1, broken);
    expect((await runDag(asksNot, 'lone')).state).toBe('success');
  });

  it('is refused where the project does not list the plugin, and where a note is too large or no JSON', async () => {
    const plugin = makings();
    const absent = await open(({ extensions }) => extensions.get(plugin).made(1));
    await runDag(absent, 'lone');
    expect(await failure(absent)).toMatchObject({ code: 'E_PLUGIN_NOT_INSTALLED' });
    const large = await open(({ extensions }) => extensions.get(plugin).made('x'.repeat(1_048_577)), plugin);
    await runDag(large, 'lone');
    expect(await failure(large)).toMatchObject({ code: 'E_PLUGIN_NOTES_TOO_LARGE' });
    const odd = await open(({ extensions }) => extensions.get(plugin).made('\u0000'), plugin);
    await runDag(odd, 'lone');
    expect(await failure(odd)).toMatchObject({ code: 'E_PLUGIN_NOTE_NOT_JSON' });
  });
});
