import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openEmbeddedPostgres } from '#framework/operate';

import { freshRedis } from '../support/redis.ts';
import { type Ended, runProgram } from '../support/program.ts';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'windrow-demo-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const SIZES = ['--windows', '4', '--rows', '300', '--objects', '6'];

/** `npm run demo -- --exit --json` on a small Vault. */
function demo(words: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const place = ['--exit', '--json', '--home', home];
  return runProgram('sandbox/demo/main.ts', [...place, ...SIZES, ...words], {
    WINDROW_DASHBOARD_PORT: '0',
    ...environment,
  });
}

/** The Full, four windows, and the day of logs that ends at the midnight at which the first of them begins. */
const WHOLE = { verified: true, windows: 6, mismatches: [], failed: [] };

/** The first window is a hole, and three wait behind it. */
const STORY = {
  hole: { window: '2026-03-03T00:00Z..2026-03-03T00:15Z', waited: expect.stringContaining('N: Failed'), behind: 3 },
  drift: expect.arrayContaining([expect.objectContaining({ change: 'widen_text' })]),
  deleted: expect.arrayContaining([expect.objectContaining({ table: expect.stringMatching(/./) })]),
  rerun: { repeats: ['SOURCE_TO_STAGE', 'STAGE_TO_TARGET', 'AUDIT'], differences: 0 },
};

async function inRedshift<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const server = await openEmbeddedPostgres({ directory: join(home, 'postgres') });
  const url = new URL(server.url);
  url.pathname = '/dev';
  const client = new pg.Client({ connectionString: url.href });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
    await server.close();
  }
}

// The runs build on each other, as those of a person do.
describe('npm run demo -- --exit --json', () => {
  it('loads everything, verifies every value and exits with 0', async () => {
    const { code, out, err } = await demo();
    expect({ code, result: JSON.parse(out || `"${err}"`) }).toMatchObject({
      code: 0,
      result: { ...WHOLE, story: STORY },
    });
  });

  it('verifies again what is there when it runs a second time', async () => {
    const { code, out } = await demo();
    const result: { readonly story: object } = JSON.parse(out);
    expect({ code, result }).toMatchObject({ code: 0, result: WHOLE });
    expect(result.story).not.toHaveProperty('hole');
  });

  it('finds one value and one row of the schema that somebody changed in the meantime, and exits with 1', async () => {
    const id = await inRedshift(async (redshift) => {
      const { rows } = await redshift.query<{ id: string }>(CHANGE_ONE_NAME);
      await redshift.query(FORGET_ONE_COLUMN);
      return rows[0]?.id;
    });
    const { code, out } = await demo();
    const value = { table: 'user__sys', key: JSON.stringify([id]), column: 'name__v', found: 'somebody else' };
    const row = { table: 'metadata', key: '["Object.user__sys","name__v"]', column: '*', found: 'no row' };
    expect({ code, result: JSON.parse(out) }).toMatchObject({
      code: 1,
      result: { ...WHOLE, verified: false, mismatches: [value, row] },
    });
  });

  it('starts over when it is told to, and works with Redis as well', async () => {
    const { url, prefix } = freshRedis();
    const { code, out } = await demo(['--fresh'], { REDIS_URL: url, WINDROW_QUEUE_PREFIX: prefix });
    expect({ code, result: JSON.parse(out) }).toMatchObject({ code: 0, result: WHOLE });
  });
});

const CHANGE_ONE_NAME = `
update vault.user__sys set name__v = 'somebody else'
where id = (select min(id) from vault.user__sys)
returning id`;

const FORGET_ONE_COLUMN = `delete from vault.metadata where extract = 'Object.user__sys' and column_name = 'name__v'`;
