import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Temporal } from '#framework';

import {
  type FreshnessPolicy,
  deadline,
  maxAge,
} from '../../../framework/plugins/assets/freshness/freshness-policy.ts';
import { freshness } from '../../../framework/plugins/assets/freshness/freshness.ts';
import { failureOf } from '../../support/failure-of.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const made = (text: string, dataUntil?: string) => ({
  madeAt: at(text),
  dataUntil: dataUntil === undefined ? undefined : at(dataUntil),
});

const BERLIN = deadline({ cron: '0 7 * * *', zone: 'Europe/Berlin', within: '6h', warn: '30m' });

describe('freshness by age', () => {
  const policy = maxAge('2h', { warn: '1h' });

  it.each([
    ['2026-01-20T11:00Z', 'fresh', '2026-01-20T11:00:00Z'],
    ['2026-01-20T11:00:00.001Z', 'warn', '2026-01-20T12:00:00Z'],
    ['2026-01-20T12:00Z', 'warn', '2026-01-20T12:00:00Z'],
    ['2026-01-20T12:00:00.001Z', 'overdue', undefined],
  ])('at %s data of 10:00 is %s, until %s', (now, state, changesAt) => {
    const found = freshness(policy, made('2026-01-20T10:00Z'), at(now));
    expect([found.state, found.changesAt?.toString()]).toEqual([state, changesAt]);
  });

  it('is the age of the data, so an old window made today makes nothing fresh', () => {
    const found = freshness(policy, made('2026-01-20T10:00Z', '2026-01-03T00:00Z'), at('2026-01-20T10:01Z'));
    expect(found.state).toBe('overdue');
    expect(found.sentence).toBe(
      'Its newest data is of 2026-01-03T00:00:00Z, older than the 2h allowed since 2026-01-03T02:00:00Z.',
    );
  });

  it('refuses a warning that comes after the end', () => {
    expect(failureOf(() => maxAge('1h', { warn: '2h' }))).toMatchObject({ code: 'E_FRESHNESS_UNUSABLE' });
  });
});

describe('freshness by deadline', () => {
  it.each([
    ['2026-01-20T05:00Z', '2026-01-20T06:00Z', 'fresh'],
    ['2026-01-19T23:59Z', '2026-01-20T06:00Z', 'overdue'],
    // Today's deadline is still to come, and soon.
    ['2026-01-19T05:00Z', '2026-01-20T05:29Z', 'fresh'],
    ['2026-01-19T05:00Z', '2026-01-20T05:30Z', 'warn'],
    // What came late counts.
    ['2026-01-20T09:00Z', '2026-01-20T09:00Z', 'fresh'],
  ])('of what was made at %s is, at %s, %s', (madeAt, now, state) => {
    expect(freshness(BERLIN, made(madeAt), at(now)).state).toBe(state);
  });

  it('follows the clocks of its zone over their change', () => {
    const before = freshness(BERLIN, made('2026-03-28T05:00Z'), at('2026-03-28T07:00Z'));
    expect(before.changesAt).toEqual(at('2026-03-29T04:30Z'));
    expect(before.sentence).toBe(
      'It was last materialized at 2026-03-28T05:00:00Z; the deadline 2026-03-29T05:00:00Z expects it within the 6h before.',
    );
  });

  it.each([
    ['0 7 * *', 'UTC', /five fields/],
    ['0 7 31 2 *', 'UTC', /day of month/],
    ['0 7 * * *', 'Mars/Olympus', /Mars\/Olympus/],
  ])('refuses "%s" in %s', (cron, zone, message) => {
    const failure = failureOf(() => deadline({ cron, zone, within: '1h' }));
    expect(failure.code).toBe('E_CRON_UNREADABLE');
    expect(failure.message).toMatch(message);
  });
});

describe('freshness', () => {
  it('of what was never materialized is unknown', () => {
    expect(freshness(maxAge('1h'), undefined, at('2026-01-20T10:00Z'))).toMatchObject({ state: 'unknown' });
  });

  it('stays the same until the moment that it names, and is another right behind it', () => {
    const policies = fc.constantFrom<FreshnessPolicy>(
      maxAge('3h', { warn: '45m' }),
      BERLIN,
      deadline({ cron: '*/20 * * * *', within: '15m' }),
      deadline({ cron: '30 2 * * 1-5', zone: 'America/New_York', within: '2d', warn: '1h' }),
    );
    const hours = fc.double({ min: 0, max: 72, noNaN: true });
    const beginnings = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
    fc.assert(
      fc.property(policies, beginnings, hours, (policy, beginning, age) => {
        const madeAt = Temporal.Instant.fromEpochMilliseconds(beginning);
        const now = madeAt.add({ milliseconds: Math.floor(age * 3_600_000) });
        const newest = { madeAt, dataUntil: undefined };
        const { state, changesAt } = freshness(policy, newest, now);
        if (changesAt === undefined) return;
        expect(Temporal.Instant.compare(now, changesAt)).toBeLessThanOrEqual(0);
        expect(freshness(policy, newest, changesAt.subtract({ milliseconds: 1 })).state).toBe(state);
        expect(freshness(policy, newest, changesAt.add({ milliseconds: 1 })).state).not.toBe(state);
      }),
      { numRuns: 300 },
    );
  });
});
