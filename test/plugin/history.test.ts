import { Temporal, dag, definePlugin, hours, silentLog, task } from '#framework';
import { type Windrow, createRun } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { deliverToPlugins } from '../../framework/process/plugin-delivery.ts';
import { openDatabase } from '../../framework/store/database.ts';
import { migrate, readMigrations } from '../../framework/store/migrate.ts';
import { cleanUp, limitOf } from '../../framework/store/retention/clean-up.ts';
import { previewCleanUp } from '../../framework/store/retention/preview.ts';
import { Bench } from '../engine/bench.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/engine.ts';

const lone = dag('lone', {}, (d) => void d.use('only', task('only', { run: () => 1 })));
const ears = (heard: string[]) =>
  definePlugin({
    name: 'ears',
    version: '1',
    hooks: {
      runStarted: async ({ kind }) => void heard.push(kind),
      taskFinished: async ({ kind }) => void heard.push(kind),
    },
  });

const OLD = '2030-01-15T12:00:00Z';
const MONTH = hours(30 * 24);

describe('the history that a plugin has not heard', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  /** An installation with a plugin, and an event and a try of an old run. */
  const open = async (heard: string[]): Promise<Windrow> => {
    const engine = await bench.engine({ dags: [lone], backend: 'postgres', plugins: [ears(heard)], workers: 0 });
    await clean(engine, OLD);
    const { database } = engine.store;
    const created = await createRun(database, { dagId: 'lone', kind: 'manual' });
    const id = created.kind === 'created' ? created.runId : 0;
    await database.run({ text: `update dag_run set state = 'success' where id = $1` }, [id]);
    for (const at of [OLD, '2025-06-01T00:00:00Z']) {
      await database.run({ text: `insert into event (at, kind, run_id) values ($1, 'run_running', $2)` }, [at, id]);
    }
    await database.run(
      {
        text: `insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, ended_at)
          values ($2, 'only', 0, 1, 1, 'success', $1)`,
      },
      [OLD, id],
    );
    return engine;
  };
  const clean = ({ store }: Windrow, now: string) =>
    cleanUp(store.database, { retention: MONTH, now: Temporal.Instant.from(now) });
  const weeks = ['event_20300114', 'task_attempt_20300114'];
  const cleaned = { dropped: expect.arrayContaining(weeks), removed: 0, strays: 1 };
  const kept = { kept: weeks, removed: 0, strays: 0 };

  it('is kept, however old, until the plugin has heard it', async () => {
    const heard: string[] = [];
    const engine = await open(heard);
    const now = Temporal.Instant.from('2030-03-13T12:00:00Z');
    expect(await previewCleanUp(engine.store.database, limitOf(MONTH, now))).toMatchObject(kept);
    expect(await clean(engine, now.toString())).toMatchObject(kept);
    bench.keep(deliverToPlugins({ ...engine, id: 'one' }));
    await eventually('the events', async () => (heard.length === 3 ? true : undefined));
    await eventually('the end of what is there', async () => {
      const [row] = await engine.store.database.run({
        text: 'select position, (select last_value from event_row) as newest from plugin',
      });
      return row?.['position'] === row?.['newest'] ? true : undefined;
    });
    expect(await previewCleanUp(engine.store.database, limitOf(MONTH, now))).toMatchObject(cleaned);
    expect(await clean(engine, '2030-03-13T13:00:00Z')).toMatchObject(cleaned);
  });

  it('goes when no process has had the plugin for a week', async () => {
    const engine = await open([]);
    await engine.store.database.run({ text: `update plugin set seen_at = now() - interval '8 days'` });
    expect(await clean(engine, '2030-03-13T12:00:00Z')).toMatchObject(cleaned);
  });

  it('is told after an update from two positions to one, at least once', async () => {
    const database = bench.keep(openDatabase({ url: await freshDatabase(), log: silentLog }));
    const all = readMigrations(new URL('../../framework/store/migrations/', import.meta.url));
    const until = all.findIndex(({ name }) => name.endsWith('plugin-hooks'));
    await migrate(database, all.slice(0, until));
    const run = (text: string) => database.run({ text });
    await run(`insert into event (kind) select 'told' from generate_series(1, 3)`);
    await run(`insert into dag (id, graph_hash) values ('lone', 'h')`);
    await run(`insert into dag_version (hash, dag_id, graph) values ('h', 'lone', '{}')`);
    await run(
      `insert into dag_run (dag_id, graph_hash, kind, state, priority) values ('lone', 'h', 'manual', 'success', 1)`,
    );
    await run(`insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome)
      select 1, 'only', 0, 1, i, 'success' from generate_series(1, 9) i`);
    await run(`insert into plugin (name, version, event_position, attempt_position) values ('ears', '1', 2, 8)`);
    await migrate(database);
    await run(`insert into event (kind) values ('told')`);
    await run(
      `insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome) values (1, 'only', 0, 1, 10, 'success')`,
    );
    expect(await run('select position from plugin')).toEqual([{ position: 2 }]);
    expect(await run('select max(id) as id from event')).toEqual([{ id: 10 }]);
    expect(await run('select max(id) as id from task_attempt')).toEqual([{ id: 11 }]);
  });
});
