import { every } from '#framework';
import { operations } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { Bench, row } from '../engine/bench.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { records } from './records.ts';

const FIRST = '2026-01-20T13:15Z..2026-01-20T13:30Z';

describe('the cancel of a record', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('stops the run that another process does for it, and is refused where no run is open', async () => {
    const doubles = transferDoubles();
    const reached = Promise.withResolvers<void>();
    doubles.source.trouble = ({ signal }) => {
      reached.resolve();
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    };
    const schedule = every('15m', { start: '2026-01-20T13:15Z' });
    const dags = [doublesPipeline('orders', doubles, { schedule })];
    const engine = await bench.engine({ backend: 'postgres', dags, clock: new TestClock('2026-01-20T13:30Z') });
    const other = await bench.beside(engine, { dags, workers: 0 });
    await engine.advance('orders');
    await reached.promise;
    expect(await operations(other).cancelRecord(1)).toEqual({ kind: 'cancelling', runId: 1, running: 1 });
    await records(engine, { [FIRST]: 'CANCELLED' });
    await bench.stopWorkers();
    await row(engine, `update dag_run set state = 'cancelled', ended_at = now()`);
    expect(await operations(other).cancelRecord(1)).toEqual({
      kind: 'refused',
      reason: 'Record 1 is CANCELLED and has no open run: there is nothing to cancel.',
    });
    await row(engine, `update pipeline_records set pipeline_status = 'PENDING'`);
    expect(await operations(other).cancelRecord(1)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('To give its window up: windrow records skip 1 --reason TEXT.'),
    });
    expect(await operations(other).cancelRecord(2)).toEqual({ kind: 'not_found' });
  });
});
