import { Temporal, every, recordId } from '#framework';
import { describe, expect, it } from 'vitest';

import { pendingRecord } from '../../../../framework/record/new-records.ts';
import { type RecordFacts, explainRecord } from '../../../../framework/run/explain/explain-record.ts';

const NOW = Temporal.Instant.from('2026-01-20T13:30:00Z');
const start = Temporal.Instant.from('2026-01-20T12:00:00Z');

const record = pendingRecord(
  {
    id: recordId(5),
    pipelineId: 'orders',
    sourceName: undefined,
    targetName: undefined,
    targetDay: Temporal.PlainDate.from('2026-01-20'),
    window: { start, end: start.add({ hours: 1 }), zone: 'UTC' },
    timeInterval: '1h',
    businessKeys: {},
  },
  NOW,
);

const facts: RecordFacts = {
  record,
  paused: false,
  schedule: undefined,
  order: 'strict',
  run: null,
  earlier: null,
  pendingBefore: 0,
  backfill: null,
  schedulers: { all: 1, withDag: 1 },
  leaseNow: NOW,
};

const earlier = { id: 4, status: 'FAILED', code: 'E_SOUR', message: 'The milk is sour.' } as const;

describe('a pending record of a pipeline without a schedule', () => {
  it('is run at the next tick, as one with a schedule, and waits for no lag', () => {
    expect(explain(facts)).toMatchObject([{ code: 'next_tick', text: expect.stringContaining('record 5') }]);
  });

  it('waits for every earlier one', () => {
    expect(explain({ ...facts, earlier, pendingBefore: 3 })).toMatchObject([
      {
        code: 'earlier_window',
        text:
          'Record 5 waits for record 4, the oldest window that is not complete: it is FAILED with E_SOUR: The milk is sour. ' +
          'Correct the cause, then: windrow records rerun 4 (or give it up: windrow records skip 4 --reason …)',
      },
    ]);
  });
});

describe('a pending record of a schedule', () => {
  it('waits for its end and the lag', () => {
    const schedule = every('1h', { lag: '45m' });
    expect(explain({ ...facts, schedule })).toMatchObject([
      { code: 'not_due', facts: { dueAt: '2026-01-20T13:45:00Z', lagMs: 2_700_000 } },
    ]);
  });

  it('waits for its turn, not for failed ones, where the order is free', () => {
    const schedule = every('1h', { order: 'free' });
    expect(explain({ ...facts, schedule, order: 'free', earlier, pendingBefore: 3 })).toMatchObject([
      { code: 'windows_ahead', facts: { pendingBefore: 3 } },
    ]);
  });

  it('says everything that keeps it back', () => {
    const reasons = explain({ ...facts, paused: true, earlier, schedulers: { all: 2, withDag: 0 } });
    expect(reasons.map(({ code }) => code)).toEqual(['dag_paused', 'earlier_window', 'no_scheduler_has_dag']);
  });
});

it('says by which run a record is held, and that a run that ended does not hold it for long', () => {
  const held = { ...record, pipelineStatus: 'IN_PROGRESS' as const };
  expect(explain({ ...facts, record: held, run: { id: 9, state: 'running' } }).map(({ code }) => code)).toEqual([
    'held_by_run',
    'has_run',
  ]);
  expect(explain({ ...facts, record: held, run: { id: 9, state: 'failed' } })).toMatchObject([{ code: 'stale_lock' }]);
});

function explain(of: RecordFacts): ReturnType<typeof explainRecord> {
  return explainRecord(of, NOW);
}
