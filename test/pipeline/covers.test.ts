import { DataFailure, defineProject, every } from '#framework';
import type { Windrow } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { Bench, row } from '../engine/bench.ts';
import { eventually } from '../support/engine.ts';
import { failureOf } from '../support/failure-of.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { startWindow } from './records.ts';

const FIRST = '2026-01-20T13:15Z';
const SECOND = '2026-01-20T13:30Z';
const THIRD = '2026-01-20T13:45Z';
const schedule = every('15m', { start: FIRST });

describe('a pipeline that covers another', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  /** The first window of `changes` can never be had, and `whole` brings everything. */
  const open = async () => {
    const [changes, whole] = [transferDoubles(), transferDoubles()];
    changes.source.trouble = ({ window }) => {
      if (window.start.toString() === '2026-01-20T13:15:00Z') throw new DataFailure('E_GONE', 'The file is gone.');
    };
    const dags = [
      doublesPipeline('changes', changes, { schedule }),
      doublesPipeline('whole', whole, { covers: ['changes'] }),
    ];
    const engine = await bench.engine({ dags, clock: new TestClock('2026-01-20T14:00Z') });
    await engine.advance('changes');
    await statuses(engine, ['FAILED', 'PENDING', 'PENDING']);
    return { engine, changes, whole };
  };

  it('ends the windows that its own holds, says so on them, and lets the later ones go on by themselves', async () => {
    const { engine, changes } = await open();
    await startWindow(engine, 'whole', `2026-01-01T00:00Z..${THIRD}`);
    await statuses(engine, ['COMPLETED', 'COMPLETED', 'COMPLETED']);

    expect(changes.target.log.map(({ window }) => window)).toEqual([`${THIRD}..2026-01-20T14:00Z`]);
    const by = await row(engine, `select id from pipeline_records where pipeline_id = 'whole'`);
    const events = await engine.store.database.run({
      text: `select record_id, dag_id, details from event where kind = 'record_covered' order by record_id`,
    });
    const reason = `covered by record ${String(by?.['id'])} of whole`;
    expect(events).toEqual([
      { record_id: 1, dag_id: 'changes', details: { reason, was: 'FAILED', error: 'E_GONE' } },
      { record_id: 2, dag_id: 'changes', details: { reason, was: 'PENDING' } },
    ]);
    expect(
      await row(engine, 'select audit_details, error, phase_completed from pipeline_records where id = 1'),
    ).toEqual({ audit_details: { completed: reason }, error: null, phase_completed: null });
  });

  it('leaves windows alone that end later, and all of them when its audit fails', async () => {
    const { engine, whole } = await open();
    whole.target.missing = 1;
    await startWindow(engine, 'whole', `2026-01-01T00:00Z..${THIRD}`);
    await eventually('the failed audit', async () =>
      row(engine, `select 1 from pipeline_records where pipeline_id = 'whole' and pipeline_status = 'FAILED'`),
    );
    expect(await found(engine)).toEqual(['FAILED', 'PENDING', 'PENDING']);

    whole.target.missing = 0;
    await startWindow(engine, 'whole', '2026-01-01T00:00Z..2026-01-20T13:29Z');
    await eventually('the end of the whole', async () =>
      row(engine, `select 1 from pipeline_records where pipeline_id = 'whole' and pipeline_status = 'COMPLETED'`),
    );
    expect(await found(engine)).toEqual(['FAILED', 'PENDING', 'PENDING']);
  });

  it('leaves a window alone that a run has in hand', async () => {
    const { engine } = await open();
    // In one statement: a pending record without a run would get one from whoever looks in between.
    await row(
      engine,
      `with held as (
         insert into dag_run (dag_id, graph_hash, kind, state, priority, record_id)
         select id, graph_hash, 'manual', 'running', 1, 1 from dag where id = 'changes'
         returning record_id)
       update pipeline_records set pipeline_status = 'PENDING' from held where id = held.record_id`,
    );
    await startWindow(engine, 'whole', `2026-01-01T00:00Z..${SECOND}`);
    await eventually('the end of the whole', async () =>
      row(engine, `select 1 from pipeline_records where pipeline_id = 'whole' and pipeline_status = 'COMPLETED'`),
    );
    expect(await found(engine)).toEqual(['PENDING', 'PENDING', 'PENDING']);
  });

  it('also where source and target agree already', async () => {
    const { engine, whole } = await open();
    const window = `2026-01-01T00:00Z..${SECOND}`;
    whole.target.log.push({ loadId: 'earlier', recordId: 1, window, fence: 0, rows: 3 });
    await startWindow(engine, 'whole', window);
    await statuses(engine, ['COMPLETED', 'COMPLETED', 'COMPLETED']);
    expect(whole.source.transfers).toEqual([]);
  });

  it.each([
    ['itself', 'whole', /covers itself/],
    ['a dag that is not there', 'chnages', /covers "chnages"/],
  ])('cannot name %s', (_name, covered, message) => {
    const define = () => defineProject({ dags: [doublesPipeline('whole', transferDoubles(), { covers: [covered] })] });
    expect(failureOf(define)).toMatchObject({
      code: 'E_PIPELINE_COVERS',
      message: expect.stringMatching(message),
    });
  });
});

/** Waits until the records of `changes` are in these states, by window. */
async function statuses(engine: Windrow, wanted: readonly string[]): Promise<void> {
  await eventually(`the records ${wanted.join()}`, async () =>
    (await found(engine)).join() === wanted.join() ? true : undefined,
  );
}

async function found(engine: Windrow): Promise<readonly unknown[]> {
  const rows = await engine.store.database.run({
    text: `select pipeline_status as s from pipeline_records where pipeline_id = 'changes' order by window_start_time`,
  });
  return rows.map(({ s }) => s);
}
