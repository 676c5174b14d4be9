import { Temporal } from '#framework';
import { describe, expect, it } from 'vitest';

import {
  type BackfillFacts,
  explainBackfill,
  explainWindow,
} from '../../../../framework/run/explain/explain-backfill.ts';

const start = Temporal.Instant.from('2026-01-19T03:00Z');
const pending = { window: { start, end: start.add({ hours: 1 }), zone: 'UTC' }, ahead: 0, earlier: null };
const facts: BackfillFacts = {
  id: 7,
  dagId: 'daily',
  state: 'running',
  maxActive: 2,
  active: 0,
  activeRuns: [],
  maxActiveRuns: 16,
  open: 0,
  pending,
  schedulers: { all: 1, withDag: 1 },
};

describe('a pending window of a backfill', () => {
  it.each([
    {
      what: 'paused',
      change: { state: 'paused' as const },
      code: 'backfill_paused',
      text: 'Record 5 is a window of backfill 7, which is paused and begins none. Let it go on: windrow backfill resume 7',
    },
    {
      what: 'full',
      change: { active: 2, activeRuns: [11, 12] },
      code: 'backfill_full',
      text: 'Record 5 waits for the end of a window of backfill 7: 2 of at most 2 are active (--max-active), of runs 11, 12.',
    },
    {
      what: 'without a place beside live windows',
      change: { maxActiveRuns: 4, open: 3 },
      code: 'backfill_places',
      text:
        'Record 5 waits for a place: backfills of "daily" have 3 open runs, and may have 3. The dag may have 4 active runs ' +
        '(maxActiveRuns), one of which is kept for windows of the schedule, which go first.',
    },
    {
      what: 'behind others of it',
      change: { pending: { ...pending, ahead: 4 } },
      code: 'windows_ahead',
      text: 'Record 5 waits for its turn: 4 pending windows of backfill 7 go first.',
    },
    {
      what: 'behind a failed window of a strict pipeline',
      change: {
        pending: { ...pending, earlier: { id: 3, status: 'FAILED', code: 'E_SOUR', message: 'Sour.' } as const },
      },
      code: 'earlier_window',
      text:
        'Record 5 waits for record 3, the oldest window that is not complete: it is FAILED with E_SOUR: Sour. Correct the cause, ' +
        'then: windrow records rerun 3 (or give it up: windrow records skip 3 --reason …)',
    },
    {
      what: 'free to go',
      change: {},
      code: 'next_tick',
      text: "Nothing keeps record 5 back: the scheduler's next tick begins it, for backfill 7.",
    },
  ])('says what keeps it back: $what', ({ change, code, text }) => {
    expect(explainWindow({ ...facts, ...change }, 'record 5')).toMatchObject([{ code, text }]);
  });

  it('keeps one place at least for a backfill of a dag with one active run, and keeps none for the schedule then', () => {
    expect(explainWindow({ ...facts, maxActiveRuns: 1 }, 'record 5')).toMatchObject([{ code: 'next_tick' }]);
    const [reason] = explainWindow({ ...facts, maxActiveRuns: 1, open: 1 }, 'record 5');
    expect(reason).toMatchObject({ code: 'backfill_places', facts: { places: 1 } });
    expect(reason?.text).not.toContain('kept for');
  });

  it('names everything that keeps it back, also that no scheduler lives', () => {
    const change = { active: 2, activeRuns: [11, 12], open: 15, schedulers: { all: 0, withDag: 0 } };
    expect(codes(explainWindow({ ...facts, ...change }, 'record 5'))).toEqual([
      'backfill_full',
      'backfill_places',
      'no_scheduler',
    ]);
  });

  it('has nothing to say where its backfill begins none any more', () => {
    expect(explainWindow({ ...facts, state: 'cancelled' }, 'record 5')).toEqual([]);
    expect(explainWindow({ ...facts, pending: null }, 'record 5')).toEqual([]);
  });
});

describe('a backfill', () => {
  it('names its active runs and its next window', () => {
    expect(explainBackfill({ ...facts, active: 1, activeRuns: [11], pending: { ...pending, ahead: 0 } })).toMatchObject(
      [
        { code: 'windows_active', text: 'Backfill 7 of "daily" has 1 active window, of run 11.' },
        { code: 'next_tick', text: expect.stringContaining('window 2026-01-19T03:00Z..2026-01-19T04:00Z') },
      ],
    );
    expect(explainBackfill({ ...facts, state: 'paused' })).toMatchObject([
      { code: 'backfill_paused', text: expect.stringMatching(/^Window 2026-01-19T03:00Z\.\.2026-01-19T04:00Z is/) },
    ]);
  });

  it('waits for nothing but its active windows where none is pending', () => {
    expect(codes(explainBackfill({ ...facts, active: 1, activeRuns: [11], pending: null }))).toEqual([
      'windows_active',
    ]);
  });

  it.each([
    ['completed', ['succeeded'], 'Every window'],
    ['failed', ['failed'], 'windrow backfill resume 7'],
    ['cancelled', ['cancelled', 'windows_active'], 'begins no more windows'],
  ] as const)('that is %s says so, and how to go on', (state, expected, said) => {
    const active = state === 'cancelled' ? { active: 1, activeRuns: [11] } : {};
    const reasons = explainBackfill({ ...facts, ...active, state, pending: null });
    expect(codes(reasons)).toEqual(expected);
    expect(reasons[0]?.text).toContain(said);
  });
});

function codes(reasons: readonly { readonly code: string }[]): readonly string[] {
  return reasons.map(({ code }) => code);
}
