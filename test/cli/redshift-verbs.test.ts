import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { type Ground, openGround } from '../tasks/redshift-ground.ts';
import { FIELD, type Installation, openInstallationFolder, windrow, windrowJson } from './windrow.ts';

const VERBS = fileURLToPath(new URL('../../tasks/redshift/verbs.ts', import.meta.url));

describe('windrow redshift check', () => {
  let at: Installation;
  let ground: Ground;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    at = await openInstallationFolder({ ...FIELD, verbs: [VERBS] });
    ground = await openGround();
    const { sandbox } = ground;
    // The SDKs read credentials from the process.
    vi.stubEnv('AWS_ACCESS_KEY_ID', sandbox.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', sandbox.secretAccessKey);
    environment = {
      AWS_REGION: sandbox.region,
      REDSHIFT_DATABASE: sandbox.database,
      REDSHIFT_WORKGROUP: sandbox.workgroup,
      REDSHIFT_IAM_ROLE: 'default',
      REDSHIFT_DATA_ENDPOINT: sandbox.endpoint,
      S3_BUCKET: 'lake',
      S3_ENDPOINT: ground.stageEndpoint,
    };
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await ground.close();
    await at.close();
  });

  it('ends with exit code 0 and every question where there is no problem', async () => {
    const { code, json } = await windrowJson(at, 'redshift check', environment);
    expect(json).toContainEqual({
      check: 'stage',
      outcome: 'ok',
      found: 'COPY reads Parquet from lake by the default role',
    });
    expect(code).toBe(0);
  });

  it('ends with exit code 1 and the remedy where there is a problem', async () => {
    ground.sandbox.faults.set([{ kind: 'copy_refused', why: 'role' }]);
    const { code, out } = await windrow(at, 'redshift check', environment);
    ground.sandbox.faults.clear();
    expect(out).toMatch(/stage +problem .*Attach a default IAM role to the workgroup's namespace/);
    expect(code).toBe(1);
  });

  it('ends with exit code 5 where a setting is missing', async () => {
    const { code, err } = await windrow(at, 'redshift check');
    expect(err).toContain('REDSHIFT_DATABASE');
    expect(code).toBe(5);
  });
});
