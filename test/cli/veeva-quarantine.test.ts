import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { contextOf } from '../tasks/stage-ground.ts';
import { type RedshiftInstallation, openRedshiftInstallation } from './redshift-installation.ts';
import { windrow, windrowJson } from './windrow.ts';

describe('windrow veeva quarantine', () => {
  let at: RedshiftInstallation;

  beforeAll(async () => {
    at = await openRedshiftInstallation('veeva-redshift');
  });
  afterAll(() => at.close());

  it('shows nothing and ends with exit code 0 before the first load', async () => {
    const { code, out } = await windrow(at, 'veeva quarantine', at.redshift);
    expect(out).toContain('No row is in quarantine.');
    expect(code).toBe(0);
  });

  it('shows every row with its record, place and reason, and ends with exit code 1', async () => {
    for (const number of [1, 2]) {
      const manifest = await at.ground.stage({
        number,
        tables: [{ table: 'product__v', columns: [{ name: 'id', type: 'text' }], updates: [[`V${number}`]] }],
        quarantined: [
          {
            extract: 'Object.product__v',
            table: 'product__v',
            side: 'updates',
            line: 3,
            key: `{"id":"V1${number}"}`,
            column: 'price__c',
            code: 'E_NUMBER_UNREADABLE',
            reason: 'is not a number',
            value: '12,5\nEUR',
            text: `V1${number},"12,5\nEUR"`,
          },
        ],
      });
      await at.ground.target.load(manifest, contextOf(manifest));
    }
    const { code, out } = await windrow(at, 'veeva quarantine', at.redshift);
    expect(out).toMatch(
      /^ *2 +2026-01-20T13:15:00.000Z\.\.2026-01-20T13:30:00.000Z +Object.product__v updates +3 +\{"id":"V12"\} +price__c +is not a number +12,5 EUR/m,
    );
    expect(out.split('\n').filter((line) => line.includes('product__v'))).toHaveLength(2);
    expect(code).toBe(1);
    const { json } = await windrowJson(at, 'veeva quarantine --record 1', at.redshift);
    expect(json).toMatchObject([
      { recordId: 1, pipelineId: expect.any(String), line: 3, value: '12,5\nEUR', text: 'V11,"12,5\nEUR"' },
    ]);
    expect((await windrow(at, 'veeva quarantine --record 3', at.redshift)).out).toContain(
      'No row is in quarantine of record 3.',
    );
  });

  it('refuses a record that is no number', async () => {
    const { code, err } = await windrow(at, 'veeva quarantine --record last', at.redshift);
    expect(code).toBe(2);
    expect(err).toContain('Expected a whole number above zero');
  });
});
