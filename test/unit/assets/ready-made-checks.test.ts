import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { rowCount, rowDelta } from '#framework/assets';
import { duckDbConnection } from '#tasks/duckdb';

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
