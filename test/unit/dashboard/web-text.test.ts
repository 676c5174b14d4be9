import { describe, expect, it } from 'vitest';

import { changeOf, isTouched } from '../../../dashboard/web/src/api/changes.ts';
import { nextSorting, sorted } from '../../../dashboard/web/src/components/data/sorting.ts';
import { distanceText, lengthText, spanText } from '../../../dashboard/web/src/format/length-text.ts';
import { timeText, windowText } from '../../../dashboard/web/src/format/time-text.ts';
import { stateWords, toneOf } from '../../../dashboard/web/src/format/tone.ts';

const AT = Date.parse('2026-01-20T23:15:02.5Z');

describe('a length of time', () => {
  it.each([
    [-1000, '0 ms'],
    [84, '84 ms'],
    [1840, '1.8 s'],
    [59_900, '59 s'],
    [185_000, '3 min 05 s'],
    [7_260_000, '2 h 01 min'],
    [270_000_000, '3 d 03 h'],
  ])('of %d ms reads %s', (ms, text) => {
    expect(lengthText(ms)).toBe(text);
  });
});

describe('a length that somebody chose', () => {
  it.each([
    [5000, '5 s'],
    [600_000, '10 min'],
    [90_000, '1 min 30 s'],
    [7_200_000, '2 h'],
  ])('of %d ms reads %s', (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });
});

describe('a distance in time', () => {
  it.each([
    [-2, 'just now'],
    [-42, '42 s ago'],
    [-240, '4 min ago'],
    [10_800, 'in 3 h'],
    [-172_800, '2 d ago'],
  ])('of %d s reads %s', (seconds, text) => {
    expect(distanceText(AT + seconds * 1000, AT)).toBe(text);
  });
});

describe('a moment', () => {
  it.each([
    ['UTC', '2026-01-20 23:15:02'],
    ['Pacific/Kiritimati', '2026-01-21 13:15:02'],
    [undefined, '2026-01-21 13:15:02'],
  ])('in the zone %s reads %s', (zone, text) => {
    expect(timeText(AT, zone, 'second')).toBe(text);
  });
});

describe('a window', () => {
  it.each([
    ['2026-01-20T13:15Z', '2026-01-20T13:30Z', '2026-01-20 13:15 – 13:30'],
    ['2026-01-20T23:45Z', '2026-01-21T00:00Z', '2026-01-20 23:45 – 2026-01-21 00:00'],
    ['2026-01-20T13:15:01Z', '2026-01-20T13:30Z', '2026-01-20 13:15:01 – 13:30:00'],
  ])('from %s to %s reads %s', (start, end, text) => {
    expect(windowText(Date.parse(start), Date.parse(end), 'UTC')).toBe(text);
  });
});

describe('a state', () => {
  it('that nobody described is quiet, and reads as it is written', () => {
    expect(toneOf('on_the_moon')).toBe('off');
    expect(stateWords('on_the_moon')).toBe('on the moon');
  });
});

describe('sorting', () => {
  const rows = [{ name: 'b10' }, { name: null }, { name: 'b9' }];
  const byName = ({ name }: { readonly name: string | null }): string | null => name;

  it('compares numbers inside names as numbers, and has rows without a value last in both directions', () => {
    expect(sorted(rows, byName).map(byName)).toEqual(['b9', 'b10', null]);
    expect(sorted(rows, byName, 'descending').map(byName)).toEqual(['b10', 'b9', null]);
    expect(sorted(rows)).toBe(rows);
  });

  it('goes from ascending to descending to the order that the rows came in', () => {
    const first = nextSorting(undefined, 'name');
    const second = nextSorting(first, 'name');
    expect([first?.direction, second?.direction]).toEqual(['ascending', 'descending']);
    expect(nextSorting(second, 'name')).toBeUndefined();
    expect(nextSorting(second, 'other')?.direction).toBe('ascending');
  });
});

describe('a live message', () => {
  const change = { kind: 'run_ended', dagId: 'orders', runId: 7 };

  it.each([
    ['/home', true],
    ['/runs?limit=50', true],
    ['/runs/7', true],
    ['/runs/7/tasks/send/log', true],
    ['/runs/8', false],
    // It may wait for that run.
    ['/runs/8/explain', true],
    ['/runs/8/tasks/send/explain?instance=1', true],
    ['/session', false],
    ['/dags/orders/grid?limit=40', true],
    ['/dags/shipments', false],
    // It names no record, so it may be any.
    ['/records/3', true],
  ])('about run 7 of orders touches %s: %s', (address, touched) => {
    expect(isTouched(address, [change])).toBe(touched);
  });

  it.each([
    ['/assets/raw%2Forders', true],
    ['/asset-graph?select=', true],
    ['/plugins/sections', true],
    ['/home', false],
    ['/dags/orders/grid?limit=40', false],
  ])('that plugins have heard touches %s: %s', (address, touched) => {
    expect(isTouched(address, [{ kind: 'plugin_heard' }])).toBe(touched);
  });

  it('touches assets only once plugins have heard of it, or where anything may have changed', () => {
    expect(isTouched('/assets', [change])).toBe(false);
    expect(isTouched('/assets', [change, { kind: 'plugin_heard' }])).toBe(true);
    expect(isTouched('/assets/raw%2Forders', [{ kind: 'much' }])).toBe(true);
  });

  it('that cannot be read changes nothing', () => {
    expect([changeOf('{'), changeOf('7'), changeOf('{}')]).toEqual([undefined, undefined, undefined]);
    expect(changeOf(JSON.stringify(change))).toEqual(change);
  });
});
