import { DataFailure, every, runId } from '#framework';
import { type Windrow, explainRecord, operations } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { Bench, row } from '../engine/bench.ts';
import { endOf } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { type Doubles, doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { records, rerun } from './records.ts';

const FIRST = '2026-01-20T13:15Z..2026-01-20T13:30Z';
const SECOND = '2026-01-20T13:30Z..2026-01-20T13:45Z';

const RECORD = `
select pipeline_status, phase_completed, audit_result, target_count, retry_attempt, error ->> 'code' as code,
  source_to_stage_ingestion_status as staged, stage_to_target_ingestion_status as loaded, audit_status as audited
from pipeline_records where id = 1`;

const DONE = {
  pipeline_status: 'COMPLETED',
  phase_completed: 'AUDIT',
  audit_result: 'PASS',
  target_count: 3,
  code: null,
};

describe('a re-run of tasks of a record', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = async (now: string): Promise<{ readonly engine: Windrow; readonly doubles: Doubles }> => {
    const doubles = transferDoubles();
    const schedule = every('15m', { start: '2026-01-20T13:15Z' });
    const orders = doublesPipeline('orders', doubles, { schedule });
    const engine = await bench.engine({ dags: [orders], clock: new TestClock(now) });
    return { engine, doubles };
  };
  const tearTarget = ({ target }: Doubles): void => {
    target.trouble = () => {
      throw new DataFailure('E_TEST', 'the target is broken');
    };
  };
  const task = (name: string) => ({ kind: 'task', task: name, downstream: false }) as const;

  it('goes on in the run that failed, transfers nothing again, and lets later windows follow', async () => {
    const { engine, doubles } = await open('2026-01-20T13:45Z');
    tearTarget(doubles);
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'FAILED', [SECOND]: 'PENDING' });
    await endOf(engine, runId(1));
    doubles.target.trouble = undefined;
    expect(await operations(engine).rerunTasks({ record: 1 }, { kind: 'failed' })).toMatchObject({
      kind: 'started',
      plan: { runId: 1, record: { id: 1, keeps: ['SOURCE_TO_STAGE'], repeats: ['STAGE_TO_TARGET', 'AUDIT'] } },
    });
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
    expect(doubles.source.transfers).toEqual([FIRST, SECOND]);
    expect(doubles.target.log.map(({ window }) => window)).toEqual([FIRST, SECOND]);
    expect(await row(engine, RECORD)).toMatchObject({ ...DONE, retry_attempt: 1 });
    expect(await row(engine, 'select count(*) from dag_run where record_id = 1')).toEqual({ count: 1 });
    expect(
      await row(engine, `select count(*) from task_attempt where run_id = 1 and task_id = 'stage_to_target'`),
    ).toEqual({ count: 2 });
  });

  it('audits a complete window again, and fails it where the target changed meanwhile', async () => {
    const { engine, doubles } = await open('2026-01-20T13:30Z');
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    await endOf(engine, runId(1));
    doubles.target.missing = 1;
    await operations(engine).rerunTasks({ record: 1 }, task('audit'));
    expect(await endOf(engine, runId(1))).toMatchObject({ state: 'failed', tasks: { stage_to_target: 'success' } });
    expect(await row(engine, RECORD)).toMatchObject({
      pipeline_status: 'FAILED',
      phase_completed: 'STAGE_TO_TARGET',
      code: 'E_AUDIT_DIFFERENCE',
    });
    doubles.target.missing = 0;
    await operations(engine).rerunTasks({ record: 1 }, { kind: 'failed' });
    expect(await endOf(engine, runId(1))).toMatchObject({ state: 'success' });
    expect(await row(engine, RECORD)).toMatchObject({ ...DONE, retry_attempt: 2 });
    expect([doubles.source.transfers, doubles.target.receipts]).toEqual([[FIRST], ['loaded']]);
  });

  it.each([
    ['stage_to_target', { transfers: 1, loads: 2 }],
    ['source_to_stage', { transfers: 2, loads: 1 }],
    ['pre_validation', { transfers: 1, loads: 1 }],
    ['store_and_validate', { transfers: 1, loads: 1 }],
    ['cleanup_stale_locks', { transfers: 1, loads: 1 }],
  ])('does only %s again: later phases keep their result, and the target ends the same', async (name, counts) => {
    const { engine, doubles } = await open('2026-01-20T13:30Z');
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    await endOf(engine, runId(1));
    const tables = new Map(doubles.target.tables);
    expect(await operations(engine).rerunTasks({ record: 1 }, task(name))).toMatchObject({ kind: 'started' });
    expect(await endOf(engine, runId(1))).toMatchObject({ state: 'success' });
    expect(await row(engine, RECORD)).toEqual({
      ...DONE,
      retry_attempt: 1,
      staged: 'COMPLETED',
      loaded: 'COMPLETED',
      audited: 'COMPLETED',
    });
    expect({ transfers: doubles.source.transfers.length, loads: doubles.target.log.length }).toEqual(counts);
    expect(doubles.target.tables).toEqual(tables);
    expect((await explainRecord(engine.store.database, 1, engine.clock.now()))?.reasons).toMatchObject([
      { code: 'completed' },
    ]);
  });

  it('changes nothing in a dry run, which says what resets and what stays', async () => {
    const { engine } = await open('2026-01-20T13:30Z');
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    await endOf(engine, runId(1));
    const before = await row(engine, 'select * from pipeline_records');
    const planned = await operations(engine).rerunTasks({ record: 1 }, task('stage_to_target'), { dryRun: true });
    expect(planned).toMatchObject({
      kind: 'planned',
      plan: {
        record: {
          keeps: ['SOURCE_TO_STAGE', 'AUDIT'],
          repeats: ['STAGE_TO_TARGET'],
          resets: expect.arrayContaining([{ column: 'phase_completed', before: 'AUDIT', after: 'SOURCE_TO_STAGE' }]),
        },
      },
    });
    expect(await row(engine, 'select * from pipeline_records')).toEqual(before);
    expect(await row(engine, 'select state, cleared from dag_run')).toEqual({ state: 'success', cleared: 0 });
  });

  it('is refused while a newer run has the record, and for a run that is not the newest', async () => {
    const { engine, doubles } = await open('2026-01-20T13:30Z');
    tearTarget(doubles);
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'FAILED' });
    const release = Promise.withResolvers<void>();
    doubles.target.trouble = () => release.promise;
    await rerun(engine, FIRST);
    const { rerunTasks } = operations(engine);
    expect(await rerunTasks({ run: 1 }, { kind: 'failed' })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('Run 2 of the same record 1 is newer than run 1.'),
    });
    expect(await rerunTasks({ record: 1 }, { kind: 'failed' })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('Run 2 is open.'),
    });
    release.resolve();
    await records(engine, { [FIRST]: 'COMPLETED' });
    await endOf(engine, runId(2));
    expect(await rerunTasks({ run: 1 }, { kind: 'failed' })).toMatchObject({ kind: 'refused' });
    expect(await row(engine, RECORD)).toMatchObject(DONE);
  });

  it('is one of two where a whole re-run is asked for at the same moment', async () => {
    const { engine, doubles } = await open('2026-01-20T13:30Z');
    tearTarget(doubles);
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'FAILED' });
    await endOf(engine, runId(1));
    doubles.target.trouble = undefined;
    const both = await Promise.all([
      operations(engine).rerunTasks({ record: 1 }, { kind: 'failed' }),
      operations(engine).rerunRecord(1),
    ]);
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['refused', 'started']);
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(doubles.target.receipts).toEqual(['loaded']);
  });

  it('leaves the record failed while a task that stays is failed', async () => {
    const { engine, doubles } = await open('2026-01-20T13:30Z');
    tearTarget(doubles);
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'FAILED' });
    await endOf(engine, runId(1));
    await operations(engine).rerunTasks({ record: 1 }, task('source_to_stage'));
    expect(await endOf(engine, runId(1))).toMatchObject({ state: 'failed' });
    expect(doubles.source.transfers).toEqual([FIRST, FIRST]);
    expect(await row(engine, RECORD)).toMatchObject({ pipeline_status: 'FAILED', code: 'E_TEST', staged: 'COMPLETED' });
    expect(await operations(engine).rerunTasks({ record: 1 }, task('audit'))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('would not run again but be upstream_failed'),
    });
  });
});
