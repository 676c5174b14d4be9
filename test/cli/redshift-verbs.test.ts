import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type RedshiftInstallation, openRedshiftInstallation } from './redshift-installation.ts';
import { windrow, windrowJson } from './windrow.ts';

describe('windrow redshift check', () => {
  let at: RedshiftInstallation;

  beforeAll(async () => {
    at = await openRedshiftInstallation('redshift');
  });
  afterAll(() => at.close());

  it('ends with exit code 0 and every question where there is no problem', async () => {
    const { code, json } = await windrowJson(at, 'redshift check', at.redshift);
    expect(json).toContainEqual({
      check: 'stage',
      outcome: 'ok',
      found: 'COPY reads Parquet from lake by the default role',
    });
    expect(code).toBe(0);
  });

  it('ends with exit code 1 and the remedy where there is a problem', async () => {
    at.ground.sandbox.faults.set([{ kind: 'copy_refused', why: 'role' }]);
    const { code, out } = await windrow(at, 'redshift check', at.redshift);
    at.ground.sandbox.faults.clear();
    expect(out).toMatch(/stage +problem .*Attach a default IAM role to the workgroup's namespace/);
    expect(code).toBe(1);
  });

  it('ends with exit code 5 where a setting is missing', async () => {
    const { code, err } = await windrow(at, 'redshift check');
    expect(err).toContain('REDSHIFT_DATABASE');
    expect(code).toBe(5);
  });
});
