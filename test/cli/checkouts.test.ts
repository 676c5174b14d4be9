import { join } from 'node:path';

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { FIXTURES, type Installation, openInstallationFolder, start, windrow, windrowJson } from './windrow.ts';

describe('a command in another checkout of the project', () => {
  let at: Installation;
  let other: Installation;

  beforeAll(async () => {
    at = await openInstallationFolder();
    const field = { project: join(FIXTURES, 'project-other-checkout.ts') };
    other = { ...(await openInstallationFolder(field)), environment: at.environment };
    await windrow(at, 'dags list');
  });
  afterAll(() => Promise.all([at.close(), other.close()]));

  it.each([
    'dags list',
    'dags show parcels',
    'dags pause daily',
    'sensors list',
    'pools list',
    'pools set api --slots 10',
    'dags trigger parcels',
    'dags trigger added',
    'dags test parcels',
    'backfill create --dag daily --from 2026-01-01 --to 2026-01-02 --dry-run',
  ])('leaves limits, schedules, shapes and sensors as they were registered: %s', async (words) => {
    const before = await registered(at);
    expect(before).toMatchObject({ pools: [{ name: 'api' }, { name: 'dock', code_slots: 2 }] });
    await windrow(other, words);
    expect(await registered(at)).toEqual(before);
  });

  it('tests a dag in the shape that its own code has', async () => {
    expect((await windrowJson(other, 'dags test parcels')).json).toMatchObject({
      run: { state: 'success', tasks: [{ taskId: 'east', output: 'east' }] },
    });
  });

  it('knows the dags that only it has, so that they can be tried', async () => {
    expect(await windrow(other, 'dags show added')).toMatchObject({ code: 0, out: expect.stringContaining('by hand') });
    expect(await windrow(other, 'dags trigger added')).toMatchObject({ code: 0 });
  });
});

describe('a pool that the code has lost', () => {
  it('is marked while it is kept, and no more once the code has it again', async () => {
    const at = await openInstallationFolder();
    const field = { project: join(FIXTURES, 'project-other-checkout.ts') };
    const other = { ...(await openInstallationFolder(field)), environment: at.environment };
    await windrow(at, 'pools set api --slots 9');
    const listed = async (): Promise<string> => (await windrow(at, 'pools list')).out;
    expect(await listed()).toMatch(/api +9 .* an operator; the code says 10 slots/);
    await up(other);
    expect(await listed()).toMatch(/api +9 .* an operator; removed from code\n/);
    expect((await windrowJson(at, 'pools list')).json).toMatchObject([
      { removedAt: expect.any(String) },
      { removedAt: null },
    ]);
    await up(at);
    expect(await listed()).not.toContain('removed');
    await Promise.all([at.close(), other.close()]);
  });
});

/** Registers what its code has. */
async function up(at: Installation): Promise<void> {
  const scheduler = start(at, 'scheduler');
  await scheduler.hears('Windrow is ready');
  scheduler.signal('SIGTERM');
  await scheduler.end;
}

/** What the database knows of the first checkout. */
async function registered({ environment }: Installation): Promise<unknown> {
  const client = new pg.Client(environment['DATABASE_URL']);
  await client.connect();
  try {
    const pools = await client.query('select name, slots, code_slots from windrow.pool order by name');
    const dags = await client.query(
      `select id, schedule, graph_hash, max_active_runs from windrow.dag where id <> 'added' order by id`,
    );
    const sensors = await client.query('select id, removed_at from windrow.sensor order by id');
    return { pools: pools.rows, dags: dags.rows, sensors: sensors.rows };
  } finally {
    await client.end();
  }
}
