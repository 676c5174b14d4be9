import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Temporal } from '#framework';
import { type Partitions, names, partitionKeys, product, readPartition, windows } from '#framework/assets';

import { parentPartitions } from '../../../framework/plugins/assets/mapping/parent-partitions.ts';
import type { PartitionMapping } from '../../../framework/plugins/assets/partition-mapping.ts';

const NOW = Temporal.Instant.from('2026-03-10T00:00Z');
const QUARTERS = windows('15m', { start: '2026-03-01T00:00Z' });
const DAYS = windows('1 day in America/New_York', { start: '2026-03-01T05:00Z' });
const REGIONS = names('eu', 'us');

function parents(
  [cut, key]: readonly [Partitions, string],
  parent: Partitions | undefined,
  mapping?: PartitionMapping,
): readonly (string | null)[] {
  return parentPartitions({ child: readPartition(cut, key), parent, mapping }, NOW);
}

describe('the partitions of a parent', () => {
  it('of a day are its quarters, also when clocks change', () => {
    expect(parents([DAYS, '2026-03-07'], QUARTERS)).toHaveLength(96);
    const spring = parents([DAYS, '2026-03-08'], QUARTERS);
    expect([spring.length, spring[0], spring.at(-1)]).toEqual([92, '2026-03-08T05:00Z', '2026-03-09T03:45Z']);
  });

  it('of a quarter is the day that it lies in', () => {
    expect(parents([QUARTERS, '2026-03-08T03:45Z'], DAYS)).toEqual(['2026-03-07']);
  });

  it('of the same cut is the one with the same key', () => {
    const both = product(QUARTERS, REGIONS);
    expect(parents([QUARTERS, '2026-03-02T00:15Z'], QUARTERS, { kind: 'same' })).toEqual(['2026-03-02T00:15Z']);
    expect(parents([both, '2026-03-02T00:15Z|us'], both)).toEqual(['2026-03-02T00:15Z|us']);
  });

  it('of a window without names are all names, and of a name alone all windows that closed', () => {
    expect(parents([DAYS, '2026-03-02'], product(DAYS, REGIONS))).toEqual(['2026-03-02|eu', '2026-03-02|us']);
    expect(parents([REGIONS, 'eu'], product(DAYS, REGIONS))).toEqual(
      [...partitionKeys(DAYS, NOW)].map((key) => `${key}|eu`),
    );
  });

  it('beside it are earlier or later, and none from before the parent begins', () => {
    const aside = (key: string, by: number) => parents([DAYS, key], DAYS, { kind: 'offset', by });
    expect([aside('2026-03-08', -1), aside('2026-03-08', 1), aside('2026-03-01', -1)]).toEqual([
      ['2026-03-07'],
      ['2026-03-09'],
      [],
    ]);
  });

  it('may be the newest, or all that there are', () => {
    expect(parents([QUARTERS, '2026-03-02T00:15Z'], DAYS, { kind: 'last' })).toEqual(['2026-03-08']);
    expect(parents([QUARTERS, '2026-03-02T00:15Z'], REGIONS, { kind: 'last' })).toEqual(['us']);
    expect(parents([QUARTERS, '2026-03-02T00:15Z'], DAYS, { kind: 'all' })).toEqual([...partitionKeys(DAYS, NOW)]);
  });

  it('that is one whole is the whole', () => {
    expect(parents([DAYS, '2026-03-02'], undefined)).toEqual([null]);
  });

  it('belong to exactly one day each: the days together need every closed quarter once', () => {
    const zones = fc.constantFrom('America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu');
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 350 }), (zone, offset) => {
        const start = Temporal.PlainDate.from('2026-01-01').add({ days: offset }).toZonedDateTime(zone);
        const cut = windows(`1 day in ${zone}`, { start: start.toInstant().toString() });
        const finer = windows('15m', { start: start.toInstant().toString() });
        const end = start.add({ days: 10 }).toInstant();
        const needed = [...partitionKeys(cut, end)].flatMap((key) =>
          parentPartitions({ child: readPartition(cut, key), parent: finer, mapping: undefined }, end),
        );
        expect(needed).toEqual([...partitionKeys(finer, end)]);
      }),
      { numRuns: 30 },
    );
  });
});
