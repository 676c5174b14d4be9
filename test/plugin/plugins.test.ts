import { readFileSync } from 'node:fs';

import { type Plugin, Temporal, dag, definePlugin, milliseconds, minutes, skip, silentLog, task } from '#framework';
import { type Windrow, createRun } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { openDatabase } from '../../framework/store/database.ts';
import { deliverToPlugins } from '../../framework/process/plugin-delivery.ts';
import { listPlugins } from '../../framework/store/plugins/list-plugins.ts';
import { registerPlugins } from '../../framework/store/plugins/register-plugins.ts';
import { SettledRows } from '../../framework/store/plugins/settled-rows.ts';
import { Bench } from '../engine/bench.ts';
import { endOf, eventually } from '../support/engine.ts';
import { failureOf, failureOfAsync } from '../support/failure-of.ts';
import { listener } from './listener.ts';
import { rowsOfWindows } from './rows-of-windows/plugin.ts';

const fine = task('fine', { run: () => ({ rows: 7 }) });
const flaky = task('flaky', {
  retry: { delayMs: milliseconds(1) },
  run: ({ attempt }) => (attempt === 1 ? Promise.reject(new Error('busy')) : null),
});
const nothing = task('nothing', { run: () => skip('nothing new') });
const work = dag('work', {}, (d) => {
  d.use('nothing', nothing, { after: [d.use('flaky', flaky, { after: [d.use('fine', fine)] })] });
});

const start = Temporal.Instant.from('2026-01-20T13:15Z');
const window = { start, end: start.add({ minutes: 15 }), zone: 'UTC' };

it('is documented by an example of at most 40 lines, which is tested here', () => {
  const example = readFileSync(new URL('rows-of-windows/plugin.ts', import.meta.url), 'utf8');
  const readme = readFileSync(new URL('../../framework/plugin/README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
  expect(example.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
});

it('has a name that can be a schema', () => {
  expect(failureOf(() => definePlugin({ name: 'My-Plugin', version: '1' }))).toMatchObject({ code: 'E_PLUGIN_NAME' });
});

describe('a plugin', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = (...plugins: readonly Plugin[]): Promise<Windrow> =>
    bench.engine({ dags: [work], backend: 'postgres', plugins });

  const deliver = (engine: Windrow, plugins: readonly Plugin[], { id = 'one', hookMs = minutes(1) } = {}) =>
    bench.keep(deliverToPlugins({ ...engine, plugins, id, hookMs }));

  const run = async (engine: Windrow) => {
    const created = await createRun(engine.store.database, { dagId: 'work', kind: 'manual', window });
    if (created.kind !== 'created') throw new Error('not created');
    await engine.advance('work');
    return endOf(engine, created.runId);
  };

  const all = [
    'runStarted',
    'taskStarted fine',
    'taskFinished fine',
    'taskStarted flaky',
    'taskFinished flaky',
    'taskRetried flaky',
    'taskStarted flaky',
    'taskFinished flaky',
    'taskStarted nothing',
    'taskFinished nothing',
    'taskSkipped nothing',
    'runFinished',
  ];
  const until = (heard: readonly string[], count: number) =>
    eventually(`${count} events`, async () => (heard.length >= count ? true : undefined));
  const views = (engine: Windrow) => listPlugins(engine.store.database);

  it('keeps what the example says in its own tables', async () => {
    const engine = await open(rowsOfWindows);
    await run(engine);
    deliver(engine, [rowsOfWindows]);
    const rows = await eventually('the rows of the window', async () => {
      const found = await engine.store.database.run({ text: 'select * from plugin_rows_of_windows.window_rows' });
      return found.length === 0 ? undefined : found;
    });
    expect(rows).toEqual([{ dag_id: 'work', window_start: start, rows: 7 }]);
  });

  it('is told by the scheduler what happened, in the order in which it happened', async () => {
    const heard: string[] = [];
    const engine = await open(listener('ears', heard));
    bench.schedule(engine);
    await run(engine);
    await until(heard, all.length);
    expect(heard).toEqual(all);
  });

  it('is told of runs side by side, each from its start to its end', async () => {
    const stories = new Map<number, string[]>();
    const hear = async (event: { readonly kind: string; readonly runId: number; readonly fence?: number }) => {
      const told = event.fence === undefined ? event.kind : `${event.kind} ${event.fence}`;
      stories.set(event.runId, [...(stories.get(event.runId) ?? []), told]);
    };
    const hooks = { runStarted: hear, runFinished: hear, taskStarted: hear, taskFinished: hear };
    const ears = definePlugin({ name: 'ears', version: '1', hooks });
    const side = dag('side', { maxActiveRuns: 20 }, (d) => {
      const first = d.use('first', fine);
      for (const id of ['left', 'right']) d.use(id, fine, { after: [first] });
    });
    const engine = await bench.engine({ dags: [side], backend: 'postgres', plugins: [ears], workers: 2 });
    bench.schedule(engine);
    const runs = await Promise.all(Array.from({ length: 20 }, () => bench.start(engine, 'side')));
    await eventually('all stories', async () =>
      runs.every((id) => stories.get(id)?.at(-1) === 'runFinished') ? true : undefined,
    );
    for (const story of stories.values()) {
      expect(story).toHaveLength(8);
      expect(story[0]).toBe('runStarted');
      for (const end of story.filter((told) => told.startsWith('taskFinished'))) {
        expect(story.indexOf(end.replace('Finished', 'Started'))).toBeLessThan(story.indexOf(end));
        expect(story).toContain(end.replace('Finished', 'Started'));
      }
    }
  });

  it('that throws or hangs is counted, holds nobody up, and hears the next event', async () => {
    const [broken, hanging, healthy]: [string[], string[], string[]] = [[], [], []];
    const plugins = [
      listener('broken', broken, () => Promise.reject(new Error('no room'))),
      listener('hanging', hanging, () => new Promise(() => {})),
      listener('healthy', healthy),
    ];
    const engine = await open(...plugins);
    deliver(engine, plugins, { hookMs: milliseconds(100) });
    expect((await run(engine)).state).toBe('success');
    for (const heard of [broken, hanging, healthy]) await until(heard, all.length);
    const found = await eventually('the counts', async () => {
      const now = await views(engine);
      return now.every(({ delivered }) => delivered === all.length) ? now : undefined;
    });
    expect(found.map(({ name, failures }) => ({ name, failures }))).toEqual([
      { name: 'broken', failures: all.length },
      { name: 'hanging', failures: all.length },
      { name: 'healthy', failures: 0 },
    ]);
    expect(found[0]?.lastError).toContain('no room');
    expect(found[1]?.lastError).toContain('took longer than 100ms');
  });

  it('hears later what happened while nobody delivered, and from one process at a time', async () => {
    const [first, second]: [string[], string[]] = [[], []];
    const engine = await open(listener('ears', first));
    await run(engine);
    const one = deliver(engine, [listener('ears', first)]);
    await until(first, all.length);
    const other = deliver(engine, [listener('ears', second)], { id: 'two' });
    await run(engine);
    await until(first, 2 * all.length);
    expect(second).toEqual([]);
    await one.close();
    await run(engine);
    await until(second, all.length);
    await other.close();
    expect(first.length + second.length).toBe(3 * all.length);
  });

  it('hears the rest from another process when the one that told it has died, the last event perhaps twice', async () => {
    const heard: string[] = [];
    const plugins = [listener('ears', heard)];
    const engine = await open(...plugins);
    const { database } = engine.store;
    await run(engine);
    // As a process leaves it that dies after its first event was heard and before that was noted.
    await database.run({ text: `update plugin set holder = 'dead', held_until = now() + interval '1.5 s'` });
    deliver(engine, plugins);
    await until(heard, all.length);
    const [late] = await database.run({
      text: `select holder, held_until > now() + interval '20 s' as held from plugin`,
    });
    expect(late).toEqual({ holder: 'one', held: true });
    expect(heard).toEqual(all);
  });

  it('misses no event that commits behind one with a higher id', async () => {
    const engine = await open();
    const other = bench.keep(openDatabase({ url: engine.settings.databaseUrl?.reveal() ?? '', log: silentLog }));
    const settled = new SettledRows();
    const insert = `insert into event (kind) values ('test') returning id`;
    const early = Promise.withResolvers<number>();
    const commit = Promise.withResolvers<void>();
    const slow = other.transaction(async (transaction) => {
      await transaction.run({ text: 'select pg_current_xact_id()' });
      early.resolve(Number((await transaction.run({ text: insert }))[0]?.['id']));
      await commit.promise;
    });
    const lower = await early.promise;
    const higher = Number((await engine.store.database.run({ text: insert }))[0]?.['id']);
    expect(await settled.upTo(engine.store.database)).toBeLessThan(lower);
    expect(await settled.upTo(engine.store.database)).toBeLessThan(lower);
    commit.resolve();
    await slow;
    await eventually('the higher id', async () =>
      (await settled.upTo(engine.store.database)) >= higher ? true : undefined,
    );
  });

  it('is refused when its tables are newer than its code', async () => {
    const engine = await open(rowsOfWindows);
    const { database } = engine.store;
    await database.run({ text: `insert into plugin_rows_of_windows.migration (number, name) values (9, 'future')` });
    const failure = await failureOfAsync(() => registerPlugins(database, [rowsOfWindows]));
    expect(failure).toMatchObject({ code: 'E_DATABASE_NEWER' });
    expect(failure.message).toContain('plugin rows_of_windows');
  });
});
