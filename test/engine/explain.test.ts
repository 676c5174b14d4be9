import {
  DataFailure,
  type OpenPorts,
  RemoteFailure,
  Temporal,
  dag,
  defer,
  every,
  pipeline,
  skip,
  task,
} from '#framework';
import {
  type Explanation,
  type Windrow,
  createRun,
  explainRecord,
  explainRun,
  explainTask,
  operations,
} from '#framework/operate';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { endOf, eventually, openTestEngine } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { Bench } from './bench.ts';

const NOW = '2026-01-20T13:30:00Z';

const begun = Promise.withResolvers<void>();
const chain = dag('chain', {}, (d) => {
  const first = d.use(
    'first',
    task('first', {
      run: ({ signal }) =>
        new Promise<number>((_, reject) => {
          begun.resolve();
          signal.addEventListener('abort', () => reject(new Error('stopped')));
        }),
    }),
  );
  d.use('second', task('second', { run: () => 2 }), { after: [first] });
});

const quick = dag('quick', { maxActiveRuns: 1 }, (d) => void d.use('only', task('only', { run: () => 1 })));
const timed = dag('timed', { schedule: every('1h') }, (d) => void d.use('only', task('only', { run: () => 1 })));

const ends = dag('ends', {}, (d) => {
  const bad = task('bad', {
    run: () => {
      throw new DataFailure('E_SOUR', 'The milk is sour.');
    },
  });
  const after = [d.use('bad', bad)];
  d.use('behind', task('behind', { run: () => 1 }), { after });
  const passed = d.use('passed', task('passed', { run: () => skip('nothing new') }));
  d.use('passed_by_rule', task('passed_by_rule', { run: () => 1 }), { after: [passed] });
  d.use('fine', task('fine', { run: () => 1 }));
});

const waits = dag('waits', {}, (d) => {
  const later = () => defer(Temporal.Instant.from('2099-01-01T00:00:00Z'), 'the shop opens later');
  d.use('later', task('later', { run: later }));
  const lost = task('again', {
    retry: { retries: 3 },
    run: () => {
      throw new RemoteFailure('E_BUSY', 'The line is busy.', { retryAfterMs: 3_600_000 });
    },
  });
  d.use('again', lost);
});

const ports: OpenPorts = () => Promise.reject(new Error('No port is opened in these tests.'));
const strict = pipeline('strict', { schedule: every('1h', { lag: '10m' }), connections: [], ports });
const free = pipeline('free', { schedule: every('1h', { order: 'free' }), connections: [], ports });

/** Seen so late that it lives however long a test takes. */
const LIVE_PROCESS = `
insert into worker (id, host, pid, kind, pools, dags, seen_at) values ($1, 'h', 1, $1, $2, $3, now() + interval '1 hour')`;

const DAGS = [chain, quick, timed, ends, waits, strict, free];

describe('explain', () => {
  const bench = new Bench();
  let engine: Windrow;

  beforeAll(async () => {
    engine = bench.keep(await openTestEngine({ dags: DAGS, backend: 'postgres', clock: new TestClock(NOW) }));
  });
  afterEach(() => sql('delete from worker'));
  afterAll(() => bench.close());

  const sql = (text: string, values: readonly unknown[] = []) => engine.store.database.run({ text }, values);
  const lives = (kind: string, pools: readonly string[], dags: readonly string[]) =>
    sql(LIVE_PROCESS, [kind, pools, dags]);
  const ofTask = (runId: number, taskId: string) => explainTask(engine.store.database, { runId, taskId });
  const ofRun = (runId: number) => explainRun(engine.store.database, runId);
  const ofRecord = (id: number, now = NOW) => explainRecord(engine.store.database, id, Temporal.Instant.from(now));

  async function created(dagId: string, kind: 'manual' | 'scheduled' = 'manual'): Promise<number> {
    const run = await createRun(engine.store.database, { dagId, kind });
    if (run.kind !== 'created') throw new Error(`There is a run of ${dagId} already.`);
    return run.runId;
  }

  async function record(pipelineId: string, hour: number, columns = "pipeline_status = 'PENDING'"): Promise<number> {
    const [made] = await sql(
      `insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval)
       values ($1, '2026-01-20', $2, $2::timestamptz + interval '1 hour', 'UTC', '1h') returning id`,
      [pipelineId, `2026-01-20T${String(hour).padStart(2, '0')}:00:00Z`],
    );
    const id = Number(made?.['id']);
    await sql(`update pipeline_records set ${columns} where id = $1`, [id]);
    return id;
  }

  it('knows no run, task or record that is not there', async () => {
    const run = await created('quick');
    expect(await ofRun(999_999)).toBeUndefined();
    expect(await ofRecord(999_999)).toBeUndefined();
    expect(await ofTask(run, 'nonsense')).toBeUndefined();
    expect(await ofTask(999_999, 'only')).toBeUndefined();
    await sql(`update dag_run set state = 'cancelled', ended_at = now() where id = $1`, [run]);
  });

  describe('of a task', () => {
    it('names the pool and who is missing while it is queued', async () => {
      const run = await bench.start(engine, 'chain');
      expect(await ofTask(run, 'first')).toMatchObject({
        state: 'queued',
        reasons: [{ code: 'no_worker', text: expect.stringContaining('windrow worker'), facts: { pool: 'default' } }],
      });
      await lives('worker', ['small'], ['chain']);
      expect(codes(await ofTask(run, 'first'))).toEqual(['no_worker_for_pool']);
      await sql('delete from worker');
      await lives('worker', ['default'], ['other']);
      expect(codes(await ofTask(run, 'first'))).toEqual(['no_worker_has_dag']);
      await sql(`update worker set dags = '{chain}'`);
      const behind = await bench.start(engine, 'chain');
      expect(await ofTask(behind, 'first')).toMatchObject({
        reasons: [{ code: 'waits_for_worker', facts: { ahead: 1, running: 0, workers: ['worker'] } }],
      });
      await sql(`update worker set seen_at = now() - interval '1 minute'`);
      expect(codes(await ofTask(behind, 'first'))).toEqual(['no_worker']);
      for (const id of [run, behind]) await operations(engine).cancelRun(id);
      expect(await ofTask(run, 'first')).toMatchObject({ state: 'cancelled', reasons: [{ code: 'cancelled' }] });
      expect((await ofRun(run))?.reasons).toMatchObject([{ code: 'cancelled' }]);
    });

    it('names upstream tasks with their states, the rule and its counters; and who runs what runs', async () => {
      const worker = bench.work(engine);
      const run = await bench.start(engine, 'chain');
      await begun.promise;
      expect(await ofTask(run, 'second')).toMatchObject({
        state: 'none',
        reasons: [
          {
            code: 'waits_for_upstream',
            text: expect.stringContaining('"first" (running). Its rule all_success has heard 0 of 1'),
            facts: { rule: 'all_success', total: 1, success: 0, upstream: [{ task: 'first', state: 'running' }] },
          },
        ],
      });
      const found = await ofTask(run, 'first');
      expect(found).toMatchObject({ state: 'running', reasons: [{ code: 'running', facts: { attempt: 1 } }] });
      expect(found?.reasons[0]?.facts['worker']).toEqual(expect.stringContaining(String(process.pid)));
      expect(codes(await ofRun(run))).toEqual(['tasks_open', 'running']);
      // Not committed before it is looked at: as soon as the worker sees it, it ends the task.
      await engine.store.database.transaction(async (transaction) => {
        await transaction.run({ text: 'update dag_run set cancel_requested = true where id = $1' }, [run]);
        expect(codes(await explainTask(transaction, { runId: run, taskId: 'first' }))).toContain('cancel_requested');
      });
      await endOf(engine, run);
      await worker.close();
    });

    it('says when a deferred task and one up for retry go on, and why they wait', async () => {
      const worker = bench.work(engine);
      const run = await bench.start(engine, 'waits');
      await bench.until(engine, run, { later: 'deferred', again: 'up_for_retry' });
      await lives('scheduler', [], []);
      expect(await ofTask(run, 'later')).toMatchObject({
        reasons: [
          {
            code: 'deferred',
            text: expect.stringContaining('the shop opens later'),
            facts: { until: '2099-01-01T00:00:00Z' },
          },
        ],
      });
      expect(await ofTask(run, 'again')).toMatchObject({
        reasons: [{ code: 'up_for_retry', text: expect.stringContaining('E_BUSY'), facts: { attempt: 2 } }],
      });
      await worker.close();
      await sql('delete from worker');
      expect(codes(await ofTask(run, 'later'))).toEqual(['deferred', 'no_scheduler']);
      expect(codes(await ofTask(run, 'again'))).toEqual(['up_for_retry', 'no_worker']);
      await operations(engine).cancelRun(run);
    });

    it('says how each way of ending came about', async () => {
      const worker = bench.work(engine);
      const run = await bench.start(engine, 'ends');
      await endOf(engine, run);
      await worker.close();
      expect((await ofTask(run, 'bad'))?.reasons).toMatchObject([
        { code: 'failed', text: expect.stringContaining('The milk is sour.'), facts: { code: 'E_SOUR' } },
      ]);
      expect((await ofTask(run, 'behind'))?.reasons).toMatchObject([
        { code: 'upstream_failed', facts: { upstream: [{ task: 'bad', state: 'failed' }] } },
      ]);
      expect((await ofTask(run, 'passed'))?.reasons).toMatchObject([
        { code: 'skipped', facts: { reason: 'nothing new' } },
      ]);
      expect((await ofTask(run, 'passed_by_rule'))?.reasons).toMatchObject([
        { code: 'skipped', text: expect.stringContaining('"passed" (skipped)') },
      ]);
      expect(codes(await ofTask(run, 'fine'))).toEqual(['succeeded']);
      expect((await ofRun(run))?.reasons).toMatchObject([{ code: 'failed', facts: { task: 'bad', code: 'E_SOUR' } }]);
    });

    it('tells a lost worker and a removed task', async () => {
      const run = await bench.start(engine, 'chain');
      const set = (columns: string) =>
        sql(`update task_instance set ${columns} where run_id = $1 and task_id = 'first'`, [run]);
      await set(`state = 'running', worker = 'gone', started_at = now(), lease_until = now() - interval '1 minute'`);
      expect(codes(await ofTask(run, 'first'))).toEqual(['lease_expired', 'no_scheduler']);
      await set(`state = 'removed'`);
      expect(codes(await ofTask(run, 'first'))).toEqual(['removed']);
      await set(`state = 'queued'`);
      await operations(engine).cancelRun(run);
    });
  });

  describe('of a run', () => {
    it('names the runs that fill the limit, those that go first, and what else is missing', async () => {
      const [first, second] = [await bench.start(engine, 'quick'), await created('quick')];
      await lives('scheduler', [], ['quick']);
      expect((await ofRun(second))?.reasons).toMatchObject([
        { code: 'max_active_runs', text: expect.stringContaining(`run ${first}`), facts: { active: [first] } },
      ]);
      expect(codes(await ofTask(second, 'only'))).toEqual(['not_started', 'max_active_runs']);
      const third = await created('quick');
      await sql(`update dag_run set state = 'success', ended_at = now() where id = $1`, [first]);
      expect(codes(await ofRun(first))).toEqual(['succeeded']);
      expect(codes(await ofRun(second))).toEqual(['next_tick']);
      expect((await ofRun(third))?.reasons).toMatchObject([{ code: 'runs_ahead', facts: { ahead: [second] } }]);
      await sql(`update worker set dags = '{other}'`);
      expect(codes(await ofRun(second))).toEqual(['no_scheduler_has_dag']);
      await sql('delete from worker');
      expect(codes(await ofRun(second))).toEqual(['no_scheduler']);
    });

    it('names the earlier item that a run of a sensor waits for', async () => {
      const made = async () => {
        const run = await createRun(engine.store.database, { dagId: 'waits', kind: 'sensor' });
        return run.kind === 'created' ? run.runId : 0;
      };
      const [first, second] = [await made(), await made()];
      await sql(`insert into sensor (id, dag_id, every_ms, item_order) values ('arrivals', 'waits', 1000, 'strict')`);
      await sql(
        `insert into sensor_item (sensor_id, key, run_id) values ('arrivals', 'monday', $1), ('arrivals', 'tuesday', $2)`,
        [first, second],
      );
      await sql(`update dag_run set state = 'failed' where id = $1`, [first]);
      await lives('scheduler', [], ['waits']);
      expect((await ofRun(second))?.reasons).toMatchObject([
        { code: 'earlier_item', facts: { sensor: 'arrivals', key: 'monday', run: first, state: 'failed' } },
      ]);
      await operations(engine).pauseDag('waits');
      expect(codes(await ofRun(second))).toEqual(['dag_paused', 'earlier_item']);
      await sql(`update sensor_item set skipped_reason = 'given up' where key = 'monday'`);
      await operations(engine).unpauseDag('waits');
      expect(codes(await ofRun(second))).toEqual(['next_tick']);
    });

    it('says that the dag is paused, and that its windows do not overlap', async () => {
      const first = await bench.start(engine, 'timed');
      const second = await created('timed', 'scheduled');
      await lives('scheduler', [], ['timed']);
      expect((await ofRun(second))?.reasons).toMatchObject([{ code: 'overlap', facts: { active: [first] } }]);
      await operations(engine).pauseDag('timed');
      expect(codes(await ofRun(second))).toEqual(['dag_paused', 'overlap']);
    });
  });

  describe('of a record', () => {
    afterEach(async () => {
      await sql('delete from dag_run where record_id is not null');
      await sql('delete from pipeline_records');
      await operations(engine).unpauseDag('strict');
    });

    it('says when a window is due, with its lag', async () => {
      await lives('scheduler', [], ['strict']);
      const id = await record('strict', 13);
      expect((await ofRecord(id))?.reasons).toMatchObject([
        { code: 'not_due', facts: { dueAt: '2026-01-20T14:10:00Z', lagMs: 600_000 } },
      ]);
      expect(codes(await ofRecord(id, '2026-01-20T14:10:00Z'))).toEqual(['next_tick']);
    });

    it('names the earlier window that holds it back, with state and error', async () => {
      await lives('scheduler', [], ['strict']);
      const failed = await record(
        'strict',
        10,
        `pipeline_status = 'FAILED', error = '{"code":"E_SOUR","message":"Sour."}'`,
      );
      const open = await record('strict', 11);
      const id = await record('strict', 12);
      for (const waiting of [open, id])
        expect((await ofRecord(waiting))?.reasons.find(({ code }) => code === 'earlier_window')).toMatchObject({
          text: expect.stringMatching(new RegExp(`E_SOUR: Sour\\..*records rerun ${failed}`)),
          facts: { record: failed, status: 'FAILED', code: 'E_SOUR' },
        });
      expect((await ofRecord(failed))?.reasons).toMatchObject([{ code: 'failed', facts: { code: 'E_SOUR' } }]);
      await sql(`update pipeline_records set pipeline_status = 'CANCELLED', error = null where id = $1`, [failed]);
      expect(codes(await ofRecord(failed))).toEqual(['cancelled']);
    });

    it('counts the older windows where the order is free', async () => {
      await lives('scheduler', [], ['free']);
      await record('free', 9, `pipeline_status = 'FAILED'`);
      await record('free', 10);
      const id = await record('free', 11);
      expect((await ofRecord(id))?.reasons).toMatchObject([{ code: 'windows_ahead', facts: { pendingBefore: 1 } }]);
    });

    it('says that the pipeline is paused and that no scheduler lives or has it', async () => {
      await operations(engine).pauseDag('strict');
      const id = await record('strict', 10);
      expect(codes(await ofRecord(id))).toEqual(['dag_paused', 'no_scheduler']);
      await lives('scheduler', [], ['free']);
      expect(codes(await ofRecord(id))).toEqual(['dag_paused', 'no_scheduler_has_dag']);
    });

    it('names the run that is bound to it or holds it, and goes on with the reasons of the run', async () => {
      const id = await record('strict', 10);
      const run = await createRun(engine.store.database, { dagId: 'strict', kind: 'scheduled', recordId: id });
      const runId = run.kind === 'created' ? run.runId : 0;
      expect(await ofRecord(id)).toMatchObject({
        state: 'PENDING',
        reasons: [{ code: 'has_run', facts: { run: runId } }, { code: 'no_scheduler' }],
      });
      const hold = `pipeline_status = 'IN_PROGRESS', dag_run_id = ${runId}, pipeline_locked_at = now(), lease_until = now() + interval '1 hour'`;
      await sql(`update pipeline_records set ${hold} where id = $1`, [id]);
      expect((await ofRecord(id))?.reasons).toMatchObject([
        { code: 'held_by_run', text: expect.stringContaining('lease until'), facts: { run: runId } },
        { code: 'has_run' },
        { code: 'no_scheduler' },
      ]);
      await sql(`update dag_run set state = 'failed', ended_at = now() where id = $1`, [runId]);
      expect(codes(await ofRecord(id))).toEqual(['stale_lock']);
      const skipped = `pipeline_status = 'COMPLETED', audit_details = '{"completed":"skipped by hand"}'`;
      await sql(`update pipeline_records set ${skipped} where id = $1`, [id]);
      expect((await ofRecord(id))?.reasons).toMatchObject([
        { code: 'completed', text: expect.stringContaining('skipped by hand') },
      ]);
    });
  });

  it('sees a scheduler from its start to its end', async () => {
    const scheduler = engine.startScheduler();
    const schedulers = () => sql(`select dags from worker where kind = 'scheduler'`);
    const found = await eventually('the scheduler', async () => (await schedulers())[0]);
    expect(found['dags']).toContain('chain');
    await scheduler.close();
    expect(await schedulers()).toEqual([]);
  });
});

function codes(explanation: Explanation | undefined): readonly string[] | undefined {
  return explanation?.reasons.map(({ code }) => code);
}
