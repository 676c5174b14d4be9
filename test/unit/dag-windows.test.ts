import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  Temporal,
  type WindowKind,
  nextWindow,
  parseWindowKind,
  previousWindow,
  windowContaining,
  windowKindText,
  windowText,
  windowsBetween,
} from '#framework';

import { intervalText } from '../../framework/dag/schedule/window-kind.ts';
import { failureOf } from '../support/failure-of.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);

/** Starts in the zone's own clock, with the length in hours: what people would write on paper. */
function onPaper(kind: string, from: string, until: string): string[] {
  return [...windowsBetween(parseWindowKind(kind), at(from), at(until))].map((window) => {
    const start = window.start.toZonedDateTimeISO(window.zone);
    const hours = (window.end.epochMilliseconds - window.start.epochMilliseconds) / 3_600_000;
    return `${start.toPlainDateTime().toString({ smallestUnit: 'minute' })}${start.offset} ${hours}h`;
  });
}

describe('a window kind', () => {
  it.each([
    ['15m', '15m', '15m'],
    ['1d', '1d', '1d'],
    ['60m', '1h', '1h'],
    ['1 day in America/New_York', '1 day in America/New_York', '1 day'],
    ['6 hours in Europe/Berlin', '6 hours in Europe/Berlin', '6 hours'],
    ['2 week in UTC', '2 weeks in UTC', '2 weeks'],
  ])('%s is read and written', (text, written, interval) => {
    const kind = parseWindowKind(text);
    expect(windowKindText(kind)).toBe(written);
    expect(intervalText(kind)).toBe(interval);
    expect(parseWindowKind(windowKindText(kind))).toEqual(kind);
  });

  it.each([
    ['15', 'E_DURATION_UNREADABLE', /"15"/],
    ['0m', 'E_DURATION_UNREADABLE', /above zero/],
    ['1 day', 'E_WINDOW_UNREADABLE', /1 day in America\/New_York/],
    ['1 fortnight in UTC', 'E_WINDOW_UNREADABLE', /hour, day, week, month/],
    ['0 days in UTC', 'E_WINDOW_UNREADABLE', /"0 days in UTC"/],
    ['5 hours in UTC', 'E_WINDOW_UNREADABLE', /divide a day/],
    ['1 day in Mars/Olympus', 'E_ZONE_UNKNOWN', /"Mars\/Olympus"/],
  ])('%s is refused', (text, code, message) => {
    const failure = failureOf(() => parseWindowKind(text));
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
  });

  it('refuses an anchor or a second zone for wall-clock windows', () => {
    expect(failureOf(() => parseWindowKind('1 day in UTC', { zone: 'UTC' }))).toMatchObject({
      code: 'E_WINDOW_UNREADABLE',
    });
    expect(failureOf(() => parseWindowKind('1h', { anchor: 'noon' }))).toMatchObject({ code: 'E_INSTANT_UNREADABLE' });
  });
});

describe('fixed windows', () => {
  it('fall on UTC quarters', () => {
    expect(windowText(windowContaining(parseWindowKind('15m'), at('2026-01-20T13:29:59.999Z')))).toBe(
      '2026-01-20T13:15Z..2026-01-20T13:30Z',
    );
  });

  it('begin at their anchor, before it too', () => {
    const kind = parseWindowKind('6h', { anchor: '2026-01-20T05:30Z', zone: 'Asia/Kolkata' });
    expect(windowContaining(kind, at('2026-01-20T05:29Z'))).toMatchObject({
      start: at('2026-01-19T23:30Z'),
      end: at('2026-01-20T05:30Z'),
      zone: 'Asia/Kolkata',
    });
  });

  it('do not notice a change of clocks', () => {
    const starts = [
      ...windowsBetween(
        parseWindowKind('1d', { zone: 'Europe/Berlin' }),
        at('2026-03-28T00:00Z'),
        at('2026-03-31T00:00Z'),
      ),
    ];
    expect(starts.map(windowText)).toEqual([
      '2026-03-28T00:00Z..2026-03-29T00:00Z',
      '2026-03-29T00:00Z..2026-03-30T00:00Z',
      '2026-03-30T00:00Z..2026-03-31T00:00Z',
    ]);
  });
});

describe('wall-clock windows', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'days in Berlin in spring',
      '1 day in Europe/Berlin',
      '2026-03-27T23:00Z',
      '2026-03-30T22:00Z',
      ['2026-03-28T00:00+01:00 24h', '2026-03-29T00:00+01:00 23h', '2026-03-30T00:00+02:00 24h'],
    ],
    [
      'days in Berlin in autumn',
      '1 day in Europe/Berlin',
      '2026-10-23T22:00Z',
      '2026-10-26T23:00Z',
      ['2026-10-24T00:00+02:00 24h', '2026-10-25T00:00+02:00 25h', '2026-10-26T00:00+01:00 24h'],
    ],
    [
      'days in New York in spring',
      '1 day in America/New_York',
      '2026-03-07T05:00Z',
      '2026-03-10T04:00Z',
      ['2026-03-07T00:00-05:00 24h', '2026-03-08T00:00-05:00 23h', '2026-03-09T00:00-04:00 24h'],
    ],
    [
      'days in New York in autumn',
      '1 day in America/New_York',
      '2026-10-31T04:00Z',
      '2026-11-03T05:00Z',
      ['2026-10-31T00:00-04:00 24h', '2026-11-01T00:00-04:00 25h', '2026-11-02T00:00-05:00 24h'],
    ],
    [
      'days on Lord Howe Island, where clocks change by half an hour, in its autumn',
      '1 day in Australia/Lord_Howe',
      '2026-04-03T13:00Z',
      '2026-04-06T13:30Z',
      ['2026-04-04T00:00+11:00 24h', '2026-04-05T00:00+11:00 24.5h', '2026-04-06T00:00+10:30 24h'],
    ],
    [
      'days on Lord Howe Island in its spring',
      '1 day in Australia/Lord_Howe',
      '2026-10-02T13:30Z',
      '2026-10-05T13:00Z',
      ['2026-10-03T00:00+10:30 24h', '2026-10-04T00:00+10:30 23.5h', '2026-10-05T00:00+11:00 24h'],
    ],
    [
      'days in Kolkata, where clocks never change, in March',
      '1 day in Asia/Kolkata',
      '2026-03-27T18:30Z',
      '2026-03-29T18:30Z',
      ['2026-03-28T00:00+05:30 24h', '2026-03-29T00:00+05:30 24h'],
    ],
    [
      'days in Kolkata in October',
      '1 day in Asia/Kolkata',
      '2026-10-23T18:30Z',
      '2026-10-25T18:30Z',
      ['2026-10-24T00:00+05:30 24h', '2026-10-25T00:00+05:30 24h'],
    ],
    [
      'hours in Berlin in spring: the hour that does not exist has no window',
      '1 hour in Europe/Berlin',
      '2026-03-29T00:00Z',
      '2026-03-29T03:00Z',
      ['2026-03-29T01:00+01:00 1h', '2026-03-29T03:00+02:00 1h', '2026-03-29T04:00+02:00 1h'],
    ],
    [
      'hours in Berlin in autumn: the hour that comes twice is one window',
      '1 hour in Europe/Berlin',
      '2026-10-24T23:00Z',
      '2026-10-25T03:00Z',
      ['2026-10-25T01:00+02:00 1h', '2026-10-25T02:00+02:00 2h', '2026-10-25T03:00+01:00 1h'],
    ],
    [
      'hours on Lord Howe Island, where half an hour comes twice',
      '1 hour in Australia/Lord_Howe',
      '2026-04-04T13:00Z',
      '2026-04-04T16:30Z',
      ['2026-04-05T00:00+11:00 1h', '2026-04-05T01:00+11:00 1.5h', '2026-04-05T02:00+10:30 1h'],
    ],
    [
      'hours on Lord Howe Island, where half an hour does not exist',
      '1 hour in Australia/Lord_Howe',
      '2026-10-03T14:30Z',
      '2026-10-03T17:00Z',
      ['2026-10-04T01:00+10:30 1h', '2026-10-04T02:30+11:00 0.5h', '2026-10-04T03:00+11:00 1h'],
    ],
    [
      'six hours in New York in autumn',
      '6 hours in America/New_York',
      '2026-11-01T04:00Z',
      '2026-11-01T17:00Z',
      ['2026-11-01T00:00-04:00 7h', '2026-11-01T06:00-05:00 6h'],
    ],
    [
      'weeks, which begin on Monday',
      '1 week in Europe/Berlin',
      '2026-03-16T00:00Z',
      '2026-04-05T22:00Z',
      ['2026-03-23T00:00+01:00 167h', '2026-03-30T00:00+02:00 168h'],
    ],
    [
      'months in New York',
      '1 month in America/New_York',
      '2026-02-01T05:00Z',
      '2026-04-01T04:00Z',
      ['2026-02-01T00:00-05:00 672h', '2026-03-01T00:00-05:00 743h'],
    ],
    [
      'quarters, which begin in January',
      '3 months in UTC',
      '2025-11-01T00:00Z',
      '2026-07-01T00:00Z',
      ['2026-01-01T00:00+00:00 2160h', '2026-04-01T00:00+00:00 2184h'],
    ],
    [
      'days in Apia, which skipped the 30th of December 2011',
      '1 day in Pacific/Apia',
      '2011-12-29T10:00Z',
      '2011-12-31T10:00Z',
      ['2011-12-29T00:00-10:00 24h', '2011-12-31T00:00+14:00 24h'],
    ],
    [
      'hours in Apia, where a whole day of them is missing',
      '1 hour in Pacific/Apia',
      '2011-12-30T08:00Z',
      '2011-12-30T12:00Z',
      [
        '2011-12-29T22:00-10:00 1h',
        '2011-12-29T23:00-10:00 1h',
        '2011-12-31T00:00+14:00 1h',
        '2011-12-31T01:00+14:00 1h',
      ],
    ],
    [
      'days in Newfoundland, where clocks fell back over midnight in 2010',
      '1 day in America/St_Johns',
      '2010-11-05T02:30Z',
      '2010-11-08T03:30Z',
      ['2010-11-05T00:00-02:30 24h', '2010-11-06T00:00-02:30 24h', '2010-11-07T00:00-02:30 25h'],
    ],
  ])('%s', (_, ...[kind, from, until, expected]) => {
    expect(onPaper(kind, from, until)).toEqual(expected);
  });

  it('contain both passes of an hour that comes twice', () => {
    const kind = parseWindowKind('1 day in America/St_Johns');
    const secondPass = windowContaining(kind, at('2010-11-07T03:00Z'));
    expect(secondPass.start.toString()).toBe('2010-11-07T02:30:00Z');
  });
});

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Pacific/Apia',
  'America/St_Johns',
  'Africa/Cairo',
];
const kinds: fc.Arbitrary<WindowKind> = fc.oneof(
  fc.integer({ min: 1, max: 3000 }).map((count) => parseWindowKind(`${count}m`, { anchor: '2020-02-29T00:07Z' })),
  fc
    .tuple(
      fc.constantFrom('1 hour', '6 hours', '24 hours', '1 day', '3 days', '1 week', '1 month', '5 months'),
      fc.constantFrom(...ZONES),
    )
    .map(([length, zone]) => parseWindowKind(`${length} in ${zone}`)),
);
const moments = fc
  .integer({ min: Date.parse('2005-01-01T00:00Z'), max: Date.parse('2030-01-01T00:00Z') })
  .map((ms) => Temporal.Instant.fromEpochMilliseconds(ms));

describe('windows of any kind', () => {
  it('contain the instant they were asked for, and are never empty', () => {
    fc.assert(
      fc.property(kinds, moments, (kind, moment) => {
        const { start, end } = windowContaining(kind, moment);
        expect(Temporal.Instant.compare(start, moment)).toBeLessThanOrEqual(0);
        expect(Temporal.Instant.compare(moment, end)).toBe(-1);
      }),
    );
  });

  it('tile time without gap or overlap, forwards and backwards', () => {
    fc.assert(
      fc.property(kinds, moments, (kind, moment) => {
        const here = windowContaining(kind, moment);
        const next = nextWindow(kind, here.end);
        expect(next.start.equals(here.end)).toBe(true);
        expect(previousWindow(kind, next.start)).toEqual(here);
        expect(windowContaining(kind, here.start)).toEqual(here);
      }),
    );
  });

  it('are found one by one as they are found in a row, across any change of clocks', () => {
    fc.assert(
      fc.property(kinds, moments, (kind, moment) => {
        let end = windowContaining(kind, moment).start;
        const until = end.add({ hours: 24 * 40 });
        let count = 0;
        for (const window of windowsBetween(kind, end, until)) {
          expect(window.start.equals(end)).toBe(true);
          expect(Temporal.Instant.compare(window.start, window.end)).toBe(-1);
          end = window.end;
          count += 1;
          if (count === 40) break;
        }
        expect(count === 40 || Temporal.Instant.compare(windowContaining(kind, end).end, until) > 0).toBe(true);
      }),
    );
  });
});
