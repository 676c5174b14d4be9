import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type CheckContext, rowCount, rowDelta, sourceFreshness } from '#framework/assets';
import { duckDbConnection } from '#tasks/duckdb';
import { Temporal } from '#framework';

import { rowDeltaVerdict } from '../../../framework/plugins/assets/checks/row-delta.ts';
import { failureOf } from '../../support/failure-of.ts';

const asked = { title: 'product__v', tolerance: 0.5, least: 5 };
const table = { on: duckDbConnection, table: 'product__v' };

describe('the row delta of a window', () => {
  it.each([
    [1204, [3170, 3170, 3000, 3200, 3300], false, '1,204 rows of this window, 62 % below the median 3,170'],
    [100, [100, 100, 100, 100, 100], true, 'exactly the median 100'],
    [150, [100, 100, 100, 100, 100], true, '50 % above the median 100'],
    [1, [0, 0, 0, 0, 0], false, '1 row of this window, above the median 0'],
    [7, [100, 100], true, '2 of the 5 earlier windows that it takes to compare'],
  ] as const)('of %i rows is told with its numbers', (...[rows, earlier, isUsual, says]) => {
    const { passed, description } = rowDeltaVerdict({ ...asked, rows }, earlier);
    expect([passed, description]).toEqual([isUsual, expect.stringContaining(says)]);
  });

  it('is judged alike whatever the order of the windows before it', () => {
    const counts = fc.array(fc.nat(10_000), { minLength: 5, maxLength: 30 });
    fc.assert(
      fc.property(fc.nat(10_000), counts, (rows, earlier) => {
        const verdict = rowDeltaVerdict({ ...asked, rows }, earlier);
        expect(rowDeltaVerdict({ ...asked, rows }, earlier.toReversed())).toEqual(verdict);
      }),
    );
  });
});

describe('the age of the newest row', () => {
  const checks = (newest: string) => ({
    table: (name: string) => name,
    column: (name: string) => name,
    rows: async () => [[newest]],
  });
  const result = (newest: string) =>
    sourceFreshness({ ...table, column: 'modified__v', maxAge: '1h' }).run({
      connections: { get: async () => ({ checks: checks(newest) }) },
      clock: { now: () => Temporal.Instant.from('2026-01-20T14:00:00Z') },
    } as unknown as CheckContext);

  it.each([
    ['2026-01-20 13:15:00.5', '2026-01-20T13:15:00.5Z'],
    ['2026-01-20T13:15:00Z', '2026-01-20T13:15:00Z'],
    ['2026-01-20 13:15:00+00', '2026-01-20T13:15:00Z'],
    ['2026-01-20 15:15:00+02', '2026-01-20T13:15:00Z'],
    ['2026-01-20 18:45:00.25+05:30', '2026-01-20T13:15:00.25Z'],
    ['2026-01-20 08:15:00-0500', '2026-01-20T13:15:00Z'],
    ['2026-01-20', '2026-01-20T00:00:00Z'],
  ])('is that of the moment that %s names', async (newest, moment) => {
    expect(await result(newest)).toMatchObject({ metadata: { newest: { value: moment } } });
  });

  it('is not young because its clock stands elsewhere', async () => {
    expect(await result('2026-01-20 13:30:00+02')).toMatchObject({ passed: false });
    expect(await result('2026-01-20 08:30:00-05')).toMatchObject({ passed: true });
  });
});

describe('a ready-made check', () => {
  it('refuses a row count that can never be', () => {
    expect(failureOf(() => rowCount({ ...table, min: 5, max: 4 }))).toMatchObject({
      code: 'E_CHECK_UNUSABLE',
      message: expect.stringContaining('from 5 to 4'),
    });
  });

  it('refuses a row delta that compares with too few windows', () => {
    const failure = failureOf(() => rowDelta({ ...table, windowColumn: 'modified__v', windows: 3 }));
    expect(failure.code).toBe('E_CHECK_UNUSABLE');
  });
});
