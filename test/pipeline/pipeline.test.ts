import { DataFailure, RemoteFailure, Temporal, every, recordId, runId, seconds } from '#framework';
import { operations } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { Bench, row } from '../engine/bench.ts';
import { BACKENDS, eventually } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { records, rerun, startWindow } from './records.ts';

const FIRST = '2026-01-20T13:15Z..2026-01-20T13:30Z';
const SECOND = '2026-01-20T13:30Z..2026-01-20T13:45Z';
const THIRD = '2026-01-20T13:45Z..2026-01-20T14:00Z';

const EXPIRE = `update task_instance set lease_until = now() - interval '1 s' where run_id = $1 and task_id = $2`;

const schedule = every('15m', { start: '2026-01-20T13:15Z' });

describe.each(BACKENDS)('a pipeline of six tasks on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('moves a window through the six tasks in order and drains a backlog without waiting for ticks', async () => {
    const doubles = transferDoubles();
    const clock = new TestClock('2026-01-20T14:00Z');
    const orders = doublesPipeline('orders', doubles, { schedule });
    const engine = await bench.engine({ backend, dags: [orders], clock });
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED', [THIRD]: 'COMPLETED' });

    expect(doubles.target.log.map(({ window }) => window)).toEqual([FIRST, SECOND, THIRD]);
    expect(doubles.completed).toEqual([FIRST, SECOND, THIRD]);
    expect(doubles.failed).toEqual([]);
    const starts = await engine.store.database.run({
      text: 'select task_id as task from task_instance where run_id = 1 order by fence',
    });
    expect(starts.map(({ task }) => task)).toEqual([
      'store_and_validate',
      'pre_validation',
      'source_to_stage',
      'stage_to_target',
      'audit',
      'cleanup_stale_locks',
    ]);
    expect(await row(engine, 'select * from pipeline_records where id = 1')).toMatchObject({
      phase_completed: 'AUDIT',
      audit_result: 'PASS',
      source_count: 3,
      stage_count: 3,
      target_count: 3,
      count_difference: 0,
      lease_until: null,
    });
  });
});

describe('a pipeline of six tasks', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = async (options: Parameters<typeof doublesPipeline>[2] = {}, now = '2026-01-20T14:00Z', workers = 1) => {
    const doubles = transferDoubles();
    const clock = new TestClock(now);
    const orders = doublesPipeline('orders', doubles, { schedule, ...options });
    const engine = await bench.engine({ dags: [orders], clock, workers });
    return { engine, doubles, clock };
  };

  it('resumes behind SOURCE_TO_STAGE and does not transfer again while the stage is intact', async () => {
    const { engine, doubles } = await open({}, '2026-01-20T13:30Z');
    doubles.target.trouble = () => {
      throw new DataFailure('E_TEST', 'the target is broken');
    };
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'FAILED' });
    doubles.target.trouble = undefined;
    await rerun(engine, FIRST);
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(doubles.source.transfers).toEqual([FIRST]);
    expect(doubles.target.receipts).toEqual(['loaded']);
  });

  it('transfers again where the stage is not intact any more', async () => {
    const { engine, doubles } = await open({}, '2026-01-20T13:30Z');
    doubles.target.trouble = ({ window }) => {
      doubles.stage.damage(window);
      throw new DataFailure('E_TEST', 'the target is broken');
    };
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'FAILED' });
    doubles.target.trouble = undefined;
    await rerun(engine, FIRST);
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(doubles.source.transfers).toEqual([FIRST, FIRST]);
  });

  it.each([
    ['SOURCE_TO_STAGE', { transfers: 2, loads: 2, audits: 2 }],
    ['STAGE_TO_TARGET', { transfers: 1, loads: 2, audits: 2 }],
    ['AUDIT', { transfers: 1, loads: 1, audits: 2 }],
  ] as const)('repeats a completed window from %s and no earlier phase', async (from, expected) => {
    const { engine, doubles } = await open({}, '2026-01-20T13:30Z');
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    await rerun(engine, FIRST, from);
    await records(engine, { [FIRST]: 'COMPLETED' });
    const figures = { transfers: doubles.source.transfers.length, loads: doubles.target.log.length };
    expect({ ...figures, audits: doubles.completed.length }).toEqual(expected);
    expect(doubles.target.tables).toEqual(new Map([[FIRST, 3]]));
  });

  it('skips a window that source and target agree on, but not on a re-run', async () => {
    const { engine, doubles } = await open({}, '2026-01-20T13:30Z');
    doubles.target.log.push({ loadId: 'earlier', recordId: 1, window: FIRST, fence: 0, rows: 3 });
    doubles.target.tables.set(FIRST, 3);
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(doubles.source.transfers).toEqual([]);
    await bench.until(engine, runId(1), { pre_validation: 'skipped', cleanup_stale_locks: 'success' });
    await rerun(engine, FIRST);
    await eventually('the transfer of the re-run', async () =>
      doubles.source.transfers.length === 1 ? true : undefined,
    );
    await records(engine, { [FIRST]: 'COMPLETED' });
  });

  it('waits for a window that is not published, and later windows wait behind it', async () => {
    const { engine, doubles, clock } = await open();
    const until = Temporal.Instant.from('2026-01-20T14:05Z');
    doubles.source.unpublished.set(FIRST, { until, reason: 'the file is an error item' });
    await engine.advance('orders');
    await eventually('the deferral', async () => {
      const found = await row(engine, `select state, reason from task_instance where task_id = 'pre_validation'`);
      return found?.['state'] === 'deferred' ? found : undefined;
    }).then((found) => expect(found).toEqual({ state: 'deferred', reason: 'the file is an error item' }));
    bench.schedule(engine);
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'IN_PROGRESS', [SECOND]: 'PENDING', [THIRD]: 'PENDING' });

    doubles.source.unpublished.clear();
    clock.set('2026-01-20T14:05Z');
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED', [THIRD]: 'COMPLETED' });
  });

  it('fails the audit with the tables that differ, tells people once, and holds back later windows', async () => {
    const { engine, doubles } = await open({}, '2026-01-20T13:45Z');
    doubles.target.missing = 1;
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'FAILED', [SECOND]: 'PENDING' });
    await bench.until(engine, runId(1), { cleanup_stale_locks: 'success' });
    const found = await row(
      engine,
      'select id, error, audit_result, count_difference from pipeline_records where id = 1',
    );
    expect(found).toMatchObject({
      audit_result: 'FAIL',
      count_difference: 1,
      error: { code: 'E_AUDIT_DIFFERENCE', task: 'audit' },
    });
    expect(JSON.stringify(found)).toContain('orders (expected 3, found 2: 1 missing, 0 too many)');
    expect(doubles.failed).toEqual([
      {
        task: 'audit',
        code: 'E_AUDIT_DIFFERENCE',
        message: expect.stringContaining('orders (expected 3, found 2: 1 missing, 0 too many)'),
        command: 'windrow records rerun 1',
      },
    ]);
    expect(doubles.completed).toEqual([]);

    doubles.target.missing = 0;
    await rerun(engine, FIRST);
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
  });

  it('says COMPLETED only after the completed hook', async () => {
    const { engine, doubles } = await open({}, '2026-01-20T13:30Z');
    const seen: unknown[] = [];
    const { completed } = doubles.ports;
    Object.assign(doubles.ports, {
      completed: async (...call: Parameters<NonNullable<typeof completed>>) => {
        seen.push(await row(engine, 'select pipeline_status from pipeline_records'));
        await completed?.(...call);
      },
    });
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(seen).toEqual([{ pipeline_status: 'IN_PROGRESS' }]);
  });

  it('applies a load once whose answer was lost', async () => {
    const { engine, doubles } = await open({}, '2026-01-20T13:30Z');
    doubles.target.afterCommit = () => {
      doubles.target.afterCommit = undefined;
      throw new RemoteFailure('E_TEST', 'the answer was lost');
    };
    await engine.advance('orders');
    bench.schedule(engine);
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(doubles.target.log).toHaveLength(1);
    expect(doubles.target.receipts).toEqual(['already_loaded']);
  });

  it('refuses a record that lacks a field, by name', async () => {
    const { engine } = await open(
      { businessKeys: { region: () => undefined }, checkFields: ['region'] },
      '2026-01-20T13:30Z',
    );
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'FAILED' });
    const found = await row(engine, 'select error from pipeline_records');
    expect(found).toMatchObject({
      error: { code: 'E_RECORD_INCOMPLETE', message: expect.stringContaining('lacks region') },
    });
  });

  it('computes the business keys anew for a re-run, with the function as it is then', async () => {
    const keys: { region?: string } = {};
    const { engine } = await open(
      { businessKeys: { region: () => keys.region }, checkFields: ['region'] },
      '2026-01-20T13:30Z',
    );
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'FAILED' });
    const failed = await row(engine, 'select id, error from pipeline_records');
    expect(failed).toMatchObject({
      error: { message: expect.stringContaining(`windrow records rerun ${String(failed?.['id'])}`) },
    });
    keys.region = 'emea';
    expect(await operations(engine).previewRerun(Number(failed?.['id']))).toMatchObject({
      plan: { resets: expect.arrayContaining([{ column: 'business_keys', before: {}, after: { region: 'emea' } }]) },
    });
    await rerun(engine, FIRST);
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(await row(engine, 'select business_keys from pipeline_records')).toEqual({
      business_keys: { region: 'emea' },
    });
  });

  it('refuses a re-run while a business key function throws, and says which', async () => {
    let broken = false;
    const region = (): string => {
      if (broken) throw new Error('no such region');
      return 'emea';
    };
    const { engine } = await open({ businessKeys: { region } }, '2026-01-20T13:30Z');
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    await bench.until(engine, runId(1), { cleanup_stale_locks: 'success' });
    broken = true;
    expect(await operations(engine).previewRerun(1)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('the business key "region" cannot be computed'),
    });
  });

  it('skips a window whose data may still change', async () => {
    const { engine, doubles, clock } = await open({}, '2026-01-20T13:30Z');
    clock.set('2026-01-20T13:29Z');
    const run = await startWindow(engine, 'orders', FIRST);
    await bench.until(engine, run, { store_and_validate: 'skipped', cleanup_stale_locks: 'success' });
    expect(doubles.source.transfers).toEqual([]);
    await records(engine, { [FIRST]: 'PENDING' });
  });

  it('releases a stale lock whose run is gone, and goes on with that window', async () => {
    const { engine, doubles } = await open();
    await row(
      engine,
      `insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval,
         pipeline_status, dag_run_id, pipeline_locked_at, lease_until)
       values ('orders', '2026-01-20', '2026-01-20T13:15Z', '2026-01-20T13:30Z', 'UTC', '15m',
         'IN_PROGRESS', 999, now() - interval '3 hours', now() - interval '3 hours')`,
    );
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED', [THIRD]: 'COMPLETED' });
    expect(doubles.target.log.map(({ window }) => window)).toEqual([FIRST, SECOND, THIRD]);
  });

  it.each([
    ['30m', [FIRST, SECOND, THIRD], { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED', [THIRD]: 'COMPLETED' }],
    ['2h', [], { [FIRST]: 'IN_PROGRESS', [SECOND]: 'PENDING', [THIRD]: 'PENDING' }],
  ])('behind a lock of an hour without a lease a staleLock of %s lets it load %j', async (staleLock, loads, wanted) => {
    const { engine, doubles } = await open({ staleLock });
    await row(
      engine,
      `insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval,
         pipeline_status, pipeline_locked_at)
       values ('orders', '2026-01-20', '2026-01-20T13:15Z', '2026-01-20T13:30Z', 'UTC', '15m', 'IN_PROGRESS', now() - interval '1 hour')`,
    );
    await engine.advance('orders');
    await records(engine, wanted);
    expect(doubles.target.log.map(({ window }) => window)).toEqual(loads);
  });

  it('gives a window to one run, however many processes and workers want it', async () => {
    const { engine, doubles } = await open({}, '2026-01-20T13:30Z', 2);
    await Promise.all(Array.from({ length: 8 }, () => engine.advance('orders')));
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(doubles.source.transfers).toEqual([FIRST]);
    expect(await row(engine, 'select count(*) from dag_run')).toEqual({ count: 1 });
  });

  it('lets one of two claims of a record win', async () => {
    const { engine } = await open({}, '2026-01-20T13:30Z', 0);
    await engine.advance('orders');
    const claim = (run: number) =>
      engine.store.desk.claim({ recordId: recordId(1), runId: runId(run), fence: run }, seconds(60));
    const kinds = (await Promise.all([claim(11), claim(12)])).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['claimed', 'unavailable']);
  });

  it.each([
    ['audit', 'COMPLETED'],
    ['pre_validation', 'COMPLETED'],
  ])('ends well where %s completed the record and its worker died before it could say so', async (task, status) => {
    const { engine, doubles } = await open({}, '2026-01-20T13:30Z');
    if (task === 'pre_validation') {
      doubles.target.log.push({ loadId: 'earlier', recordId: 1, window: FIRST, fence: 0, rows: 3 });
      doubles.target.tables.set(FIRST, 3);
    }
    const report = engine.settler.report.bind(engine.settler);
    let lost = false;
    engine.settler.report = async (told) => {
      if (lost || told.taskId !== task) return report(told);
      lost = true;
      const dead = { ...told, outcome: { kind: 'lost', reason: 'the worker died' } } as const;
      // Its heart still beats, so the lease may be renewed in between.
      do await row(engine, EXPIRE, [told.runId, told.taskId]);
      while (!(await report(dead)));
      return true;
    };
    await engine.advance('orders');
    await bench.until(engine, runId(1), { cleanup_stale_locks: 'success' });
    await records(engine, { [FIRST]: status });
    expect(lost).toBe(true);
    expect(doubles.failed).toEqual([]);
    expect(await row(engine, 'select state from dag_run where id = 1')).toEqual({ state: 'success' });
  });
});
