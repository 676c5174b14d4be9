import { Temporal, type Window, every, windowText } from '#framework';
import { describe, expect, it } from 'vitest';

import { WINDOW_STANDINGS, expandWindows, selectWindows } from '../../framework/record/backfill-plan.ts';

const NOW = Temporal.Instant.from('2026-03-30T00:00Z');

describe('the windows of a backfill', () => {
  it('follow the calendar of the schedule over a change of the clocks', () => {
    const [from, to] = [Temporal.PlainDate.from('2026-03-28'), Temporal.PlainDate.from('2026-03-30')];
    const expanded = expandWindows(every('1 day in Europe/Berlin'), { from, to }, NOW);
    expect(expanded.kind === 'expanded' && expanded.windows.map(windowText)).toEqual([
      '2026-03-27T23:00Z..2026-03-28T23:00Z',
      '2026-03-28T23:00Z..2026-03-29T22:00Z',
    ]);
  });

  it('end where the lag of the schedule begins, and the refusal names the last moment that is possible', () => {
    const stretch = { from: NOW.subtract({ hours: 3 }), to: NOW };
    expect(expandWindows(every('1h', { lag: '1m' }), stretch, NOW)).toEqual({
      kind: 'refused',
      reason: expect.stringContaining('End with --to 2026-03-29T23:00:00Z'),
    });
    expect(expandWindows(every('1h'), stretch, NOW)).toMatchObject({ kind: 'expanded', windows: { length: 3 } });
  });

  it.each([
    ['missing', ['absent run', 'pending run', 'open follow', 'failed rerun', 'cancelled rerun']],
    ['failed', ['failed rerun']],
    ['all', ['absent run', 'pending run', 'open follow', 'success rerun', 'failed rerun', 'cancelled rerun']],
  ] as const)('that are %s are taken, each with what is done to it', (only, taken) => {
    const windows = WINDOW_STANDINGS.map((_, at): Window => {
      const start = NOW.subtract({ hours: 24 - at });
      return { start, end: start.add({ hours: 1 }), zone: 'UTC' };
    });
    const found = (window: Window) => {
      const standing = WINDOW_STANDINGS[windows.indexOf(window)] ?? 'absent';
      return { standing, recordId: null, runId: null };
    };
    expect(selectWindows(windows, found, only).map(({ standing, deed }) => `${standing} ${deed}`)).toEqual(taken);
  });
});
