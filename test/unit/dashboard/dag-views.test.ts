import { describe, expect, it } from 'vitest';

import { monthsOf, toneOfDay } from '../../../dashboard/web/src/pages/dag/calendar/days-of.ts';
import { joinedGrid, placeBehind } from '../../../dashboard/web/src/pages/dag/grid/joined-grid.ts';
import { dayOf } from '../../../dashboard/web/src/pages/home/day-of.ts';

const LEGEND = { s: 'success', f: 'failed', '-': 'absent' };

describe('the pages of a grid', () => {
  it('join into one, with tasks that only older runs had behind the others', () => {
    const newer = { tasks: [{ id: 'load' }, { id: 'audit' }], legend: LEGEND, items: [{ cells: 'sf' }] };
    const older = { tasks: [{ id: 'load' }, { id: 'copy' }], legend: LEGEND, items: [{ cells: 'fs' }] };
    const { tasks, columns } = joinedGrid([newer, older]);

    expect(tasks).toEqual(['load', 'audit', 'copy']);
    expect(columns.map(({ states }) => states)).toEqual([
      ['success', 'failed', 'absent'],
      ['failed', 'absent', 'success'],
    ]);
  });

  it('have no tasks and no columns before the first is there', () => {
    expect(joinedGrid([])).toEqual({ tasks: [], columns: [] });
  });
});

describe('a key in the grid', () => {
  const size = { row: 3, column: 50 };

  it.each([
    ['ArrowRight', { row: 1, column: 5 }, { row: 1, column: 6 }],
    ['ArrowDown', { row: 1, column: 5 }, { row: 2, column: 5 }],
    ['ArrowUp', { row: 0, column: 5 }, undefined],
    ['PageDown', { row: 1, column: 40 }, { row: 1, column: 49 }],
    ['Home', { row: 1, column: 40 }, { row: 1, column: 0 }],
    ['End', { row: 1, column: 0 }, { row: 1, column: 49 }],
    ['x', { row: 1, column: 0 }, undefined],
  ])('%s leads from %o to %o', (key, at, to) => {
    expect(placeBehind(key, at, size)).toEqual(to);
  });
});

describe('the calendar', () => {
  const windows = [
    { at: Date.parse('2026-01-31T23:45Z'), state: 'COMPLETED' },
    { at: Date.parse('2026-01-31T10:00Z'), state: 'FAILED' },
    { at: Date.parse('2026-02-01T00:00Z'), state: 'COMPLETED' },
  ];

  it('counts windows by the days on which they begin, the newest month first', () => {
    const [february, january] = monthsOf(windows, 'UTC');

    expect([february?.month, january?.month]).toEqual(['2026-02', '2026-01']);
    expect(february?.days).toHaveLength(28);
    expect(january?.days.at(-1)).toMatchObject({ day: '2026-01-31', total: 2, counts: { good: 1, bad: 1 } });
    // The first of January 2026 was a Thursday, and weeks begin on Monday.
    expect(january?.lead).toBe(3);
  });

  it('says of no day that its windows are all there while older ones are not read yet', () => {
    const [february, january] = monthsOf(windows, 'UTC', Date.parse('2026-01-31T10:00Z'));
    const [whole] = monthsOf(windows, 'UTC').toReversed();

    expect(new Set(january?.days.map(({ isWhole }) => isWhole))).toEqual(new Set([false]));
    expect(february?.days[0]?.isWhole).toBe(true);
    expect(whole?.days[0]?.isWhole).toBe(true);
  });

  it('takes the days of the zone in which times are shown', () => {
    const [february] = monthsOf(windows, 'Europe/Berlin');

    expect(february?.days[0]?.total).toBe(2);
  });

  it('marks a day by what needs a person first, and one without windows not at all', () => {
    const [, january] = monthsOf(windows, 'UTC');
    const marks = january?.days.map(toneOfDay);

    expect(marks?.at(-1)).toBe('bad');
    expect(marks?.[0]).toBeUndefined();
  });
});

describe('the last day', () => {
  it('has 24 hours up to the one that runs, those without a run included', () => {
    const busy = { hour: '2026-01-20T13:00:00Z', queued: 0, running: 1, success: 2, failed: 3, cancelled: 0 };
    const day = dayOf([busy], Date.parse('2026-01-20T14:20Z'));

    expect(day).toHaveLength(24);
    expect(day.slice(-2).map(({ total }) => total)).toEqual([6, 0]);
  });
});
