import { expect, it } from 'vitest';

import { UNREADABLE, dayText, readDay } from '../../tasks/parquet/columns/calendar.ts';

const MILLIS_PER_DAY = 86_400_000;

const read = (text: string): number => readDay(Buffer.from(text), 0);

it('counts the days to the ends of every month of every year as Date does', () => {
  for (let year = 1; year <= 9999; year += 1) {
    for (let month = 0; month < 12; month += 1) {
      const first = new Date(0).setUTCFullYear(year, month, 1) / MILLIS_PER_DAY;
      const last = new Date(0).setUTCFullYear(year, month + 1, 0) / MILLIS_PER_DAY;
      expect([read(dayText(first)), read(dayText(last))]).toEqual([first, last]);
    }
  }
});

it('refuses a day with anything but a digit or a hyphen in its place', () => {
  for (const day of ['2024-02-29', '9999-12-31', '0001-01-01', '2026-10-20']) {
    for (let position = 0; position < day.length; position += 1) {
      for (const wrong of ['/', ':', 'x', ' ', '+', '\u0000'])
        expect(read(day.slice(0, position) + wrong + day.slice(position + 1))).toBe(UNREADABLE);
    }
  }
});

it.each([
  '2026-02-29',
  '1900-02-29',
  '2026-04-31',
  '2026-13-01',
  '2026-00-01',
  '2026-01-00',
  '2026-01-32',
  '0000-01-01',
])('refuses %s, which is no day', (day) => {
  expect(read(day)).toBe(UNREADABLE);
});
