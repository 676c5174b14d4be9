import { Temporal, recordId, windowText } from '#framework';
import { describe, expect, it } from 'vitest';

import { type ItemWindowFacts, type NewItem, placeItems } from '../../framework/record/item-windows.ts';
import { failureOf } from '../support/failure-of.ts';

const at = (hour: number): Temporal.Instant => Temporal.Instant.from('2026-01-20T00:00Z').add({ hours: hour });
const item = (key: string, end: number, start?: number): NewItem => ({
  key,
  params: { directory: key },
  window: { end: at(end), ...(start === undefined ? {} : { start: at(start) }) },
});
const facts: ItemWindowFacts = {
  sensorId: 'arrivals',
  pipelineId: 'bronze',
  newestEnd: at(1),
  start: at(0),
  there: [],
};
const there = (params: ItemWindowFacts['there'][number]['params'], of: string | null = null) => [
  { recordId: recordId(7), window: { start: at(0), end: at(1), zone: 'UTC' }, item: of, params },
];

describe('the window of an item', () => {
  it('begins where the newest one ends, and the first where the sensor says, unless the item says it', () => {
    const windows = (first: Temporal.Instant | undefined, items: readonly NewItem[]) =>
      placeItems(items, { ...facts, newestEnd: first }).map(({ window, gap }) => [
        windowText(window),
        gap && windowText(gap),
      ]);
    expect(windows(undefined, [item('a', 2), item('b', 5, 4), item('c', 6)])).toEqual([
      ['2026-01-20T00:00Z..2026-01-20T02:00Z', undefined],
      ['2026-01-20T04:00Z..2026-01-20T05:00Z', '2026-01-20T02:00Z..2026-01-20T04:00Z'],
      ['2026-01-20T05:00Z..2026-01-20T06:00Z', undefined],
    ]);
    expect(windows(at(1), [item('a', 2)])).toEqual([['2026-01-20T01:00Z..2026-01-20T02:00Z', undefined]]);
  });

  it.each<[string, readonly NewItem[], Partial<ItemWindowFacts>, string]>([
    ['has no beginning', [item('a', 2)], { newestEnd: undefined, start: undefined }, 'E_SENSOR_START'],
    ['ends before the newest one', [item('a', 0)], {}, 'E_SENSOR_WINDOW_PAST'],
    ['ends where the newest one does', [item('a', 1)], {}, 'E_SENSOR_WINDOW_PAST'],
    ['begins within the newest one', [item('b', 4, 0)], {}, 'E_SENSOR_WINDOW_PAST'],
    ['is that of the item before', [item('b', 2), item('a', 2)], {}, 'E_SENSOR_WINDOW_PAST'],
    ['comes out of order', [item('b', 3, 2), item('a', 2, 1)], {}, 'E_SENSOR_WINDOW_PAST'],
    ['holds no time', [item('a', 2, 2)], {}, 'E_SENSOR_WINDOW_EMPTY'],
    ['ends before the first may begin', [item('a', 0)], { newestEnd: undefined }, 'E_SENSOR_WINDOW_EMPTY'],
    ['is that of an earlier item', [item('a', 1)], { there: there({ directory: 'a' }, 'z') }, 'E_SENSOR_WINDOW_TAKEN'],
    ['was started with other params', [item('a', 1, 0)], { there: there({ directory: 'b' }) }, 'E_SENSOR_WINDOW_TAKEN'],
  ])('is refused by name where it %s', (_, items, ...[changes, code]) => {
    expect(failureOf(() => placeItems(items, { ...facts, ...changes }))).toMatchObject({
      code,
      message: expect.stringContaining(`"${items.at(-1)?.key}"`),
      details: { key: items.at(-1)?.key },
    });
  });

  it.each([[null], [{ directory: 'a' }]])('is the record that is there where its run had the params %j', (params) => {
    expect(placeItems([item('a', 1), item('b', 2)], { ...facts, there: there(params) })).toMatchObject([
      { key: 'a', adopts: true, window: { start: at(0) } },
      { key: 'b', adopts: false, window: { start: at(1) } },
    ]);
  });
});
