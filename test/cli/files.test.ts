import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Installation, openInstallationFolder, windrow, windrowJson } from './windrow.ts';

let at: Installation;

beforeAll(async () => {
  at = await openInstallationFolder();
});
afterAll(() => at.close());

describe('files list', () => {
  it('names the files that pipelines took in, with their checksum, record and status', async () => {
    const window = '2026-01-20T13:00Z..2026-01-20T14:00Z';
    expect(await windrow(at, 'files list')).toMatchObject({ code: 0, out: 'There are no such files.\n' });
    expect((await windrow(at, `dags test orders --window ${window}`)).code).toBe(0);
    const path = `orders/${window}.csv`;
    expect((await windrow(at, 'files list --record 1')).out).toMatch(
      new RegExp(`^FILE.*\\n *1 +orders +${path} +sack +LOADED +3 +30 +1 .* ${'a'.repeat(64)}\\n$`),
    );
    expect((await windrowJson(at, `files list --path ${path} --pipeline orders --status LOADED`)).json).toMatchObject([
      { path, sha256: 'a'.repeat(64), replacedSha256: null, recordId: 1, model: 'sack', rows: 3 },
    ]);
    expect((await windrowJson(at, 'files list --status REPLACED')).json).toEqual([]);
  });
});
