import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  type Schedule,
  type ScheduleOptions,
  Temporal,
  every,
  scheduleFromJson,
  windowContaining,
  windowText,
} from '#framework';

import { dueWindows, nextDueAt } from '../../framework/dag/schedule/due-windows.ts';
import { scheduleToJson } from '../../framework/dag/schedule/schedule-json.ts';
import { wakeUp } from '../../framework/dag/schedule/wake-up.ts';
import { failureOf } from '../support/failure-of.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const due = (schedule: Schedule, lastEnd: string | undefined, now: string): string[] =>
  dueWindows(schedule, lastEnd === undefined ? undefined : at(lastEnd), at(now)).map(windowText);

const NOON = '2026-01-20T12:00Z';
const ONE_HOUR = [
  '2026-01-20T12:00Z..2026-01-20T12:15Z',
  '2026-01-20T12:15Z..2026-01-20T12:30Z',
  '2026-01-20T12:30Z..2026-01-20T12:45Z',
  '2026-01-20T12:45Z..2026-01-20T13:00Z',
];

describe('due windows', () => {
  it.each<[string, ScheduleOptions, string | undefined, string, string[]]>([
    ['none before a window has ended', {}, NOON, '2026-01-20T12:14:59.999Z', []],
    ['one as soon as a window has ended', {}, NOON, '2026-01-20T12:15Z', ONE_HOUR.slice(0, 1)],
    ['none while the lag runs', { lag: '2m' }, NOON, '2026-01-20T12:16:59Z', []],
    ['one as soon as the lag is over', { lag: '2m' }, NOON, '2026-01-20T12:17Z', ONE_HOUR.slice(0, 1)],
    ['all four after an hour of outage', {}, NOON, '2026-01-20T13:07Z', ONE_HOUR],
    ['the newest after an hour of outage', { catchUp: 'latest' }, NOON, '2026-01-20T13:07Z', ONE_HOUR.slice(3)],
    ['the newest two after an hour of outage', { catchUp: { max: 2 } }, NOON, '2026-01-20T13:07Z', ONE_HOUR.slice(2)],
    ['no more than there are', { catchUp: { max: 9 } }, NOON, '2026-01-20T13:07Z', ONE_HOUR],
    ['none when the clock jumped back behind the last window', {}, NOON, '2026-01-20T11:00Z', []],
    ['none when the clock jumped back, newest only', { catchUp: 'latest' }, NOON, '2026-01-20T11:00Z', []],
    [
      'the newest complete one when there is neither a start nor a record',
      {},
      undefined,
      '2026-01-20T12:20Z',
      ONE_HOUR.slice(0, 1),
    ],
    ['everything since the start', { start: NOON }, undefined, '2026-01-20T13:00Z', ONE_HOUR],
    ['nothing before the start', { start: NOON }, undefined, '2026-01-20T12:10Z', []],
    [
      'nothing before a start that lies inside a window',
      { start: '2026-01-20T12:01Z' },
      undefined,
      '2026-01-20T12:30Z',
      ONE_HOUR.slice(1, 2),
    ],
    [
      'nothing before the start, newest few',
      { start: NOON, catchUp: { max: 9 } },
      undefined,
      '2026-01-20T13:00Z',
      ONE_HOUR,
    ],
    [
      'a shorter one first where the last record ended off the grid',
      {},
      '2026-01-20T12:20Z',
      '2026-01-20T12:45Z',
      ['2026-01-20T12:20Z..2026-01-20T12:30Z', ...ONE_HOUR.slice(2, 3)],
    ],
    [
      'a shorter one first, newest few',
      { catchUp: { max: 9 } },
      '2026-01-20T12:20Z',
      '2026-01-20T12:45Z',
      ['2026-01-20T12:20Z..2026-01-20T12:30Z', ...ONE_HOUR.slice(2, 3)],
    ],
  ])('%s', (_, ...[options, lastEnd, now, expected]) => {
    expect(due(every('15m', options), lastEnd, now)).toEqual(expected);
  });

  it('follow the wall clock over a change, with the lag counted in real time', () => {
    const schedule = every('1 day in America/New_York', { lag: '3h' });
    expect(due(schedule, '2026-03-08T05:00Z', '2026-03-09T06:59Z')).toEqual([]);
    expect(due(schedule, '2026-03-08T05:00Z', '2026-03-09T07:00Z')).toEqual(['2026-03-08T05:00Z..2026-03-09T04:00Z']);
  });

  // Both changes of 2026 in each zone, two days before to two days behind: what tiles them, and how long each window is.
  it.each<[string, string, string, string, number[]]>([
    ['Europe/Berlin', 'spring', '2026-03-27T23:00Z', '2026-03-30T22:00Z', [24, 23, 24]],
    ['Europe/Berlin', 'autumn', '2026-10-23T22:00Z', '2026-10-26T23:00Z', [24, 25, 24]],
    ['America/New_York', 'spring', '2026-03-07T05:00Z', '2026-03-10T04:00Z', [24, 23, 24]],
    ['America/New_York', 'autumn', '2026-10-31T04:00Z', '2026-11-03T05:00Z', [24, 25, 24]],
    ['Australia/Lord_Howe', 'autumn', '2026-04-03T13:00Z', '2026-04-06T13:30Z', [24, 24.5, 24]],
    ['Australia/Lord_Howe', 'spring', '2026-10-02T13:30Z', '2026-10-05T13:00Z', [24, 23.5, 24]],
    ['Asia/Kolkata', 'March', '2026-03-27T18:30Z', '2026-03-30T18:30Z', [24, 24, 24]],
    ['Asia/Kolkata', 'October', '2026-10-23T18:30Z', '2026-10-26T18:30Z', [24, 24, 24]],
  ])(
    'of days in %s in %s come with their lag, and as many as the catch-up says',
    (zone, ...[, from, until, lengths]) => {
      const hours = (options: ScheduleOptions, now: string): number[] =>
        dueWindows(every(`1 day in ${zone}`, options), at(from), at(now)).map(
          ({ start, end }) => (end.epochMilliseconds - start.epochMilliseconds) / 3_600_000,
        );
      const lagOver = at(until).add({ hours: 3 });
      expect(hours({}, until)).toEqual(lengths);
      expect(hours({ catchUp: { max: 2 } }, until)).toEqual(lengths.slice(1));
      expect(hours({ catchUp: 'latest' }, until)).toEqual(lengths.slice(2));
      expect(hours({ lag: '3h' }, lagOver.subtract({ milliseconds: 1 }).toString())).toEqual(lengths.slice(0, 2));
      expect(hours({ lag: '3h' }, lagOver.toString())).toEqual(lengths);
    },
  );

  it.each([
    ['Europe/Berlin', '2026-03-28T23:00Z'],
    ['Europe/Berlin', '2026-10-24T22:00Z'],
    ['America/New_York', '2026-03-08T05:00Z'],
    ['America/New_York', '2026-11-01T04:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T13:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T13:30Z'],
    ['Asia/Kolkata', '2026-03-28T18:30Z'],
    ['Asia/Kolkata', '2026-10-24T18:30Z'],
  ])('of fixed quarters in %s on the day from %s are 96 of 15 minutes, whatever the clocks do', (zone, from) => {
    const schedule = every('15m', { zone, lag: '2m' });
    const windows = dueWindows(schedule, at(from), at(from).add({ hours: 24, minutes: 2 }));
    const starts = windows.map(({ start }) => start.epochMilliseconds - at(from).epochMilliseconds);
    expect(starts).toEqual(Array.from({ length: 96 }, (_, quarter) => quarter * 900_000));
    expect(new Set(windows.map((window) => window.zone))).toEqual(new Set([zone]));
    expect(windows.at(-1)?.end).toEqual(at(from).add({ hours: 24 }));
  });

  it('are at most ten thousand a call, the oldest first, and the next call goes on behind them', () => {
    const schedule = every('1m', { start: '2026-01-01T00:00Z' });
    const now = at('2026-01-08T00:00Z');
    const first = dueWindows(schedule, undefined, now);
    const second = dueWindows(schedule, first.at(-1)?.end, now);
    expect(first).toHaveLength(10_000);
    expect(second).toHaveLength(80);
    expect(second[0]?.start).toEqual(first.at(-1)?.end);
  });

  const schedules = fc
    .record({
      windows: fc.constantFrom(
        '15m',
        '7h',
        '1 day in Europe/Berlin',
        '1 hour in Australia/Lord_Howe',
        '1 month in America/New_York',
      ),
      lag: fc.constantFrom('1s', '2m', '5h'),
      catchUp: fc.constantFrom<Schedule['catchUp'][]>('all', 'latest', { max: 3 }),
    })
    .map(({ windows, lag, catchUp }) => every(windows, { lag, catchUp }));
  const moments = fc
    .integer({ min: Date.parse('2026-01-01T00:00Z'), max: Date.parse('2027-01-01T00:00Z') })
    .map((ms) => Temporal.Instant.fromEpochMilliseconds(ms));

  it('are made once: asking again behind them gives nothing', () => {
    fc.assert(
      fc.property(schedules, moments, fc.integer({ min: 0, max: 60 * 24 * 20 }), (schedule, last, minutes) => {
        const now = last.add({ minutes });
        const made = dueWindows(schedule, last, now);
        const [newest] = made.slice(-1);
        expect(dueWindows(schedule, newest?.end ?? last, now)).toEqual([]);
      }),
    );
  });

  it('with catch-up "all" are the same windows however often the clock is looked at, and tile the time', () => {
    fc.assert(
      fc.property(
        schedules,
        moments,
        fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 8 }),
        (any, first, steps) => {
          const schedule: Schedule = { ...any, catchUp: 'all' };
          let now = first;
          let end = first;
          const seen: string[] = [];
          for (const minutes of steps) {
            now = now.add({ minutes });
            for (const window of dueWindows(schedule, end, now)) {
              expect(window.start.equals(end)).toBe(true);
              expect(
                Temporal.Instant.compare(window.end.add({ milliseconds: schedule.lagMs }), now),
              ).toBeLessThanOrEqual(0);
              end = window.end;
              seen.push(windowText(window));
            }
          }
          expect(seen).toEqual(dueWindows(schedule, first, now).map(windowText));
        },
      ),
    );
  });

  it('come exactly at the moment that was announced', () => {
    fc.assert(
      fc.property(schedules, moments, (schedule, last) => {
        const announced = nextDueAt(schedule, last, last);
        expect(dueWindows(schedule, last, announced)).toHaveLength(1);
        expect(dueWindows(schedule, last, announced.subtract({ milliseconds: 1 }))).toEqual([]);
      }),
    );
  });
});

describe('a schedule', () => {
  it('loses no window and lets none overtake another unless told otherwise', () => {
    expect(every('15m')).toMatchObject({ lagMs: 0, catchUp: 'all', overlap: 'serial', order: 'strict' });
  });

  it.each<[string, ScheduleOptions, string]>([
    ['a lag that is no length of time', { lag: 'soon' }, 'E_DURATION_UNREADABLE'],
    ['a start without its offset', { start: '2026-01-01T00:00' }, 'E_INSTANT_UNREADABLE'],
    ['a catch-up of nothing', { catchUp: { max: 0 } }, 'E_SCHEDULE_UNUSABLE'],
    ['a catch-up above the cap', { catchUp: { max: 10_001 } }, 'E_SCHEDULE_UNUSABLE'],
    ['overlap that the order forbids', { overlap: 'allow' }, 'E_SCHEDULE_UNUSABLE'],
  ])('is refused with %s', (_, options, code) => {
    expect(failureOf(() => every('15m', options)).code).toBe(code);
  });

  it.each([
    every('15m', { lag: '2m', start: '2026-01-01T00:00Z' }),
    every('7h', { anchor: '2026-01-01T03:00Z', zone: 'Asia/Kolkata', catchUp: { max: 3 } }),
    every('1 day in America/New_York', { catchUp: 'latest', overlap: 'allow', order: 'free' }),
  ])('is stored as JSON and read back the same', (schedule) => {
    const stored: unknown = JSON.parse(JSON.stringify(scheduleToJson(schedule)));
    expect(scheduleFromJson(stored)).toEqual(schedule);
  });

  it.each([
    {},
    { ...Object(scheduleToJson(every('15m'))), version: 2 },
    { ...Object(scheduleToJson(every('15m'))), extra: 1 },
  ])('is refused where the stored form is of another version', (stored) => {
    expect(failureOf(() => scheduleFromJson(stored))).toMatchObject({ name: 'Bug', code: 'E_SCHEDULE_STORED' });
  });
});

describe('the wake-up of a schedule', () => {
  it.each<[string, ScheduleOptions, number, number]>([
    ['15m', { lag: '2m' }, 900_000, 120_000],
    ['15m', { lag: '20m' }, 900_000, 300_000],
    ['1h', { anchor: '1969-12-31T23:45Z' }, 3_600_000, 2_700_000],
  ])('of %s %j comes at the end of each window plus its lag', (windows, options, ...[everyMs, offsetMs]) => {
    expect(wakeUp(every(windows, options))).toEqual({ kind: 'every', everyMs, offsetMs });
  });

  it('never has the offset 0, which BullMQ takes for none', () => {
    expect(wakeUp(every('15m'))).toMatchObject({ offsetMs: 1 });
  });

  it.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'])(
    'of a day in %s comes within a minute of each moment a window becomes due, all year',
    (zone) => {
      const schedule = every(`1 day in ${zone}`, { lag: '200m' });
      const wake = wakeUp(schedule);
      if (wake.kind !== 'cron') throw new Error(`Expected a cron wake-up, and got ${wake.kind}.`);
      let end = windowContaining(schedule.windows, at('2026-01-01T00:00Z')).end;
      for (let day = 0; day < 365; day += 1) {
        const dueAt = nextDueAt(schedule, end, end);
        const from = new Date(dueAt.epochMilliseconds - 1);
        const woken = CronExpressionParser.parse(wake.pattern, { currentDate: from, tz: wake.zone }).next().getTime();
        expect(woken - dueAt.epochMilliseconds).toBeLessThanOrEqual(60_000);
        end = windowContaining(schedule.windows, end).end;
      }
    },
  );
});
