import { dag, task } from '#framework';
import { type Windrow, operations } from '#framework/operate';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';

import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/engine.ts';
import { Bench, environmentOf, row } from './bench.ts';

// Sorts `load_a` before `load1`; code does the other way round.
const PEOPLES_ORDER = `locale_provider icu icu_locale 'en-US' encoding 'UTF8'`;

describe('the order of locks', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('of tasks is that of the code, whatever the order of the database is', async () => {
    const two = dag('two', {}, (d) => {
      for (const id of ['load_a', 'load1']) d.use(id, task(id, { run: async () => 1 }));
    });
    const environment = { DATABASE_URL: await freshDatabase(PEOPLES_ORDER) };
    const engine = await bench.engine({ dags: [two], workers: 0, backend: 'postgres', environment });
    const run = await bench.start(engine, 'two');
    const worker = await connect(engine);
    await worker.query('begin');
    await worker.query(HOLD, [run, 'load1']);
    const cancelled = operations(engine).cancelRun(run);
    await waitsForLock(engine);
    expect(await worker.query(HOLD, [run, 'load_a'])).toMatchObject({ rowCount: 1 });
    await worker.query('rollback');
    expect(await cancelled).toMatchObject({ kind: 'cancelling' });
  });

  const HOLD = 'select from task_instance where run_id = $1 and task_id = $2 for update nowait';

  async function connect(engine: Windrow): Promise<pg.Client> {
    const connectionString = environmentOf(engine)['DATABASE_URL'];
    const client = new pg.Client({ connectionString, options: '-c search_path=windrow' });
    await client.connect();
    bench.keep({ close: () => client.end() });
    return client;
  }

  async function waitsForLock(engine: Windrow): Promise<void> {
    await eventually('a statement that waits for a lock', () => row(engine, WAITING));
  }

  const WAITING = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
});
