import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { FIELD, type Installation, openInstallationFolder, windrow, windrowJson } from './windrow.ts';

const VERBS = fileURLToPath(new URL('../../tasks/veeva-redshift/verbs.ts', import.meta.url));

describe('windrow veeva gaps', () => {
  let at: Installation;

  beforeAll(async () => {
    at = await openInstallationFolder({ ...FIELD, verbs: [VERBS] });
  });
  afterAll(() => at.close());

  it('is listed among the verbs', async () => {
    expect((await windrow(at, '--help')).out).toContain('veeva');
    expect((await windrow(at, 'veeva gaps --help')).out).toMatch(/--json/);
  });

  it('answers as JSON, with an exit code, where there are no windows yet', async () => {
    const { code, json } = await windrowJson(at, 'veeva gaps');
    expect(code).toBe(3);
    expect(json).toMatchObject({ error: { message: expect.stringContaining('veeva_incremental has no window yet') } });
  });

  it('refuses a kind of file that is none', async () => {
    const { code, err } = await windrow(at, 'veeva gaps --kind daily');
    expect(code).toBe(2);
    expect(err).toContain('Use one of incremental, full, log.');
  });
});
