import { DataFailure, dag, every, minutes, task } from '#framework';
import { type Windrow, operations } from '#framework/operate';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';

import { failureRecord } from '../../framework/core/failures.ts';
import { taskId } from '../../framework/core/ids.ts';
import { startTasks } from '../../framework/store/runs/start-tasks.ts';
import { startWindow } from '../pipeline/records.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
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

  it('of a finish is the task first and then its record, as that of a renewal is', async () => {
    const dags = [
      doublesPipeline('orders', transferDoubles(), { schedule: every('15m', { start: '2026-01-20T13:15Z' }) }),
    ];
    const engine = await bench.engine({ dags, workers: 0, clock: new TestClock('2026-01-20T13:45Z') });
    const run = await startWindow(engine, 'orders', '2026-01-20T13:15Z..2026-01-20T13:30Z');
    const first = await row(engine, `select task_id, seq from task_instance where state = 'queued'`);
    const claim = { runId: run, taskId: taskId(String(first?.['task_id'])), mapIndex: 0, seq: Number(first?.['seq']) };
    const by = { worker: 'one', leaseMs: minutes(1), tells: [] };
    const [started] = await startTasks(engine.store.database, [claim], by);
    if (started === undefined) throw new Error('The task was not queued.');
    const renewal = await connect(engine);
    await renewal.query('begin');
    await renewal.query(HOLD, [run, claim.taskId]);
    const failure = failureRecord(new DataFailure('E_AS_ASKED', 'as asked'));
    const reported = engine.settler.report({ ...started, outcome: { kind: 'fail', failure } });
    await waitsForLock(engine);
    expect(await renewal.query(HOLD_RECORD, [run])).toMatchObject({ rowCount: 1 });
    await renewal.query('rollback');
    expect(await reported).toBe(true);
  });

  const HOLD = 'select from task_instance where run_id = $1 and task_id = $2 for update nowait';

  const HOLD_RECORD = `
select from pipeline_records where id = (select record_id from dag_run where id = $1) for update nowait`;

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
