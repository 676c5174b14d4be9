import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  Temporal,
  type Window,
  nextWindow,
  parseWindowKind,
  sameWindow,
  windowContaining,
  windowText,
} from '#framework';

import { windowAside, windowsAcross } from '../../../framework/plugins/assets/mapping/windows-across.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);

/** Zones whose clocks change, by an hour, by half an hour, at midnight, and by a whole day. */
const ZONES = [
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'UTC',
];

const moments = fc
  .integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2030, 0, 1) })
  .map((ms) => Temporal.Instant.fromEpochMilliseconds(ms));
const finer = fc.constantFrom('5m', '15m').map((text) => parseWindowKind(text));
const coarser = fc
  .tuple(fc.constantFrom('1 day', '1 week', '1 month', '6 hours'), fc.constantFrom(...ZONES))
  .map(([length, zone]) => parseWindowKind(`${length} in ${zone}`));

function covers(outer: Window, inner: Window): boolean {
  return Temporal.Instant.compare(outer.start, inner.start) <= 0 && Temporal.Instant.compare(inner.end, outer.end) <= 0;
}

describe('windows across partitionings', () => {
  it.each([
    ['an ordinary day', '2026-01-20T12:00Z', 96],
    ['the day on which clocks go forward', '2026-03-08T12:00Z', 92],
    ['the day on which clocks go back', '2026-11-01T12:00Z', 100],
  ])('%s has the quarters that its clocks show', (_day, moment, quarters) => {
    const day = windowContaining(parseWindowKind('1 day in America/New_York'), at(moment));
    const across = windowsAcross(parseWindowKind('15m'), day);
    expect(across).toHaveLength(quarters);
    expect(across[0]?.start).toEqual(day.start);
    expect(across.at(-1)?.end).toEqual(day.end);
  });

  it('every finer window lies in exactly one coarser window', () => {
    fc.assert(
      fc.property(finer, coarser, moments, (fine, coarse, moment) => {
        const window = windowContaining(fine, moment);
        const across = windowsAcross(coarse, window);
        expect(across.map(windowText)).toHaveLength(1);
        expect(across.every((outer) => covers(outer, window))).toBe(true);
      }),
    );
  });

  it('loses no time and doubles none: the finer windows of a coarser one follow each other from its start to its end', () => {
    fc.assert(
      fc.property(finer, coarser, moments, (fine, coarse, moment) => {
        const outer = windowContaining(coarse, moment);
        const across = windowsAcross(fine, outer);
        const gaps = across.filter(({ start }, index) => !start.equals(across[index - 1]?.end ?? outer.start));
        expect(gaps).toEqual([]);
        expect(across.at(-1)?.end).toEqual(outer.end);
      }),
      { numRuns: 30 },
    );
  });

  it('names the same pairs from both sides, also where the grids do not fit', () => {
    const grids = fc.constantFrom('7h', '45m', '1 day in America/New_York', '1 week in Europe/Berlin');
    fc.assert(
      fc.property(grids, grids, moments, (one, other, moment) => {
        const [from, to] = [parseWindowKind(one), parseWindowKind(other)];
        const window = windowContaining(from, moment);
        for (const across of windowsAcross(to, window).slice(0, 20))
          expect(windowsAcross(from, across).some((back) => sameWindow(back, window))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('gives both coarser windows of a finer one that straddles their boundary', () => {
    const window = { start: at('2026-01-20T20:00Z'), end: at('2026-01-21T03:00Z'), zone: 'UTC' };
    expect(windowsAcross(parseWindowKind('1d'), window).map(windowText)).toEqual([
      '2026-01-20T00:00Z..2026-01-21T00:00Z',
      '2026-01-21T00:00Z..2026-01-22T00:00Z',
    ]);
  });

  it('goes back by as many windows as it went forward, over any change of clocks', () => {
    fc.assert(
      fc.property(fc.oneof(finer, coarser), moments, fc.integer({ min: 0, max: 40 }), (kind, moment, steps) => {
        const window = windowContaining(kind, moment);
        const there = windowAside(kind, window, steps);
        expect(windowAside(kind, there, -steps)).toEqual(window);
        expect(windowAside(kind, window, 1)).toEqual(nextWindow(kind, window.end));
      }),
    );
  });
});
