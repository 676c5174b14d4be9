import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Temporal } from '#framework';
import {
  closedWindows,
  type Partitions,
  names,
  partitionKey,
  partitionKeys,
  product,
  readPartition,
  windows,
} from '#framework/assets';
import { ClosedWindows } from '../../../framework/plugins/assets/closed-windows.ts';
import { failureOf } from '../../support/failure-of.ts';

const at = (text: string) => Temporal.Instant.from(text);
const quarters = windows('15m', { start: '2026-01-20T13:00Z' });
const days = windows('1 day in Europe/Berlin', { start: '2026-03-28T00:00+01:00' });
const nights = windows('1 hour in America/New_York', { start: '2026-11-01T00:00-04:00' });
const regions = names('eu', 'us');

describe('partitions', () => {
  it('are the windows that have closed, by the UTC start of each', () => {
    expect([...partitionKeys(quarters, at('2026-01-20T13:44Z'))]).toEqual(['2026-01-20T13:00Z', '2026-01-20T13:15Z']);
  });

  it('of any fixed length are the windows that schedules have, in their order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90_000 }),
        fc.integer({ min: -5000, max: 5000 }),
        (lengthSeconds, shift) => {
          const from = at('2026-01-20T00:00Z').add({ seconds: shift });
          const odd = windows(`${lengthSeconds}s`, { start: from.toString() });
          const until = from.add({ seconds: lengthSeconds * 7 });
          const keys = [...partitionKeys(odd, until)];

          expect(keys).toEqual([...closedWindows(odd, until)].map((window) => partitionKey(odd, { window })));
        },
      ),
    );
  });

  it('are named by the day that clocks show, also where it has 23 hours', () => {
    expect([...partitionKeys(days, at('2026-03-30T22:00Z'))]).toEqual(['2026-03-28', '2026-03-29', '2026-03-30']);
  });

  it('have one key for an hour that clocks show twice, which schedules make one window', () => {
    expect([...partitionKeys(nights, at('2026-11-01T08:00Z'))]).toEqual([
      '2026-11-01T00:00-04:00',
      '2026-11-01T01:00-04:00',
      '2026-11-01T02:00-05:00',
    ]);
  });

  it('of two dimensions are every window with every name', () => {
    expect([...partitionKeys(product(quarters, regions), at('2026-01-20T13:30Z'))]).toEqual([
      '2026-01-20T13:00Z|eu',
      '2026-01-20T13:00Z|us',
      '2026-01-20T13:15Z|eu',
      '2026-01-20T13:15Z|us',
    ]);
  });

  it('are the same when they are kept and only added to, also for an earlier moment', () => {
    const hours = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.constantFrom(quarters, days, nights), hours, (cut, moments) => {
        const kept = new ClosedWindows(cut);
        for (const later of moments) {
          const now = cut.start.add({ hours: later, minutes: 7 });
          expect(kept.keys(now)).toEqual([...partitionKeys(cut, now)]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('give every key back as the partition that it names', () => {
    const kinds = fc.constantFrom<Partitions>(quarters, days, nights, regions, product(days, regions));
    fc.assert(
      fc.property(kinds, fc.integer({ min: 1, max: 400 }), (partitions, hoursLater) => {
        const keys = [...partitionKeys(partitions, at('2026-10-20T00:00Z').add({ hours: hoursLater }))].slice(-50);

        expect(keys.map((key) => partitionKey(partitions, readPartition(partitions, key)))).toEqual(keys);
      }),
      { numRuns: 25 },
    );
  });

  it.each<[Partitions, string, string]>([
    [quarters, '2026-01-20T13:07Z', 'between two windows'],
    [quarters, '2026-01-20T12:45Z', 'before the first window'],
    [quarters, 'yesterday', 'no moment'],
    [quarters, '2026-01-20T13:15Z|eu', 'with a name that it has not'],
    [days, '2026-02-30', 'no day'],
    [regions, 'asia', 'not on the list'],
    [product(quarters, regions), '2026-01-20T13:15Z', 'without its name'],
  ])('of %j have no key %s, which is %s', (partitions, text) => {
    const failure = failureOf(() => readPartition(partitions, text));

    expect(failure.code).toBe('E_PARTITION_UNKNOWN');
    expect(failure.message).toContain('Expected');
  });

  it('refuse names that are listed twice, or cannot stand in a key', () => {
    expect(failureOf(() => names('eu', 'eu')).message).toContain('"eu"');
    expect(failureOf(() => names('e|u')).code).toBe('E_ASSET_PARTITIONS');
    expect(failureOf(() => names()).code).toBe('E_ASSET_PARTITIONS');
  });
});
