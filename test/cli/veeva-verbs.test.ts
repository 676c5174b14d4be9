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

describe('windrow veeva reconcile', () => {
  let at: Installation;

  beforeAll(async () => {
    at = await openInstallationFolder({ ...FIELD, verbs: [VERBS] });
  });
  afterAll(() => at.close());

  it('says that no Full was loaded, or that there is no such record', async () => {
    const none = await windrowJson(at, 'veeva reconcile');
    expect(none.code).toBe(3);
    expect(none.json).toMatchObject({
      error: { message: 'No Full was loaded yet by veeva_full or veeva_duckdb_full.' },
    });
    const unknown = await windrow(at, 'veeva reconcile --full 17');
    expect(unknown.code).toBe(3);
    expect(unknown.err).toContain('There is no record 17.');
  });
});
