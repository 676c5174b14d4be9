import { readFileSync, readdirSync } from 'node:fs';

import { Temporal, dag, hours, silentLog, task } from '#framework';
import { type Windrow, createRun, recordEvents } from '#framework/operate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type Database, openDatabase } from '../../framework/store/database.ts';
import { type Migration, migrate } from '../../framework/store/migrate.ts';
import { type Retention, cleanUp, limitOf } from '../../framework/store/retention/clean-up.ts';
import { previewCleanUp } from '../../framework/store/retention/preview.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually, openTestEngine } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { Bench } from './bench.ts';

const MONTH = hours(30 * 24);
const NOW = '2030-03-13T12:00:00Z';
const OLD = '2030-01-15T12:00:00Z';
const RECENT = '2030-03-12T12:00:00Z';

const idle = dag('idle', { maxActiveRuns: 5 }, (d) => void d.use('only', task('only', { run: () => 1 })));

describe('retention', () => {
  const bench = new Bench();
  let engine: Windrow;
  let database: Database;
  const clock = new TestClock(NOW);

  beforeEach(async () => {
    engine = bench.keep(await openTestEngine({ dags: [idle], backend: 'postgres', clock }));
    ({ database } = engine.store);
    await cleanAt(OLD);
  });
  afterEach(() => bench.close());

  const sql = (text: string, values: readonly unknown[] = []) => database.run({ text }, values);
  const preview = (now: string) => previewCleanUp(database, limitOf(MONTH, Temporal.Instant.from(now)));
  const cleanAt = (now: string, retention: Retention = MONTH) =>
    cleanUp(database, { retention, now: Temporal.Instant.from(now) });

  /** A run in a state, with one event, one log line and one try of that time. */
  async function history(state: 'running' | 'success', at: string): Promise<number> {
    const run = await createRun(database, { dagId: 'idle', kind: 'manual' });
    const id = run.kind === 'created' ? run.runId : 0;
    await sql('update dag_run set state = $2 where id = $1', [id, state]);
    await sql(`insert into event (at, kind, run_id, record_id) values ($1, 'told', $2, 7)`, [at, id]);
    await sql(
      `insert into task_log (run_id, task_id, map_index, attempt, at, level, message) values ($2, 'only', 0, 1, $1, 'info', 'm')`,
      [at, id],
    );
    await sql(
      `insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, ended_at) values ($2, 'only', 0, 1, 1, 'success', $1)`,
      [at, id],
    );
    return id;
  }

  async function kept(table: 'event' | 'task_log' | 'task_attempt'): Promise<readonly number[]> {
    const rows = await sql(`select run_id from ${table} where run_id is not null order by run_id`);
    return rows.map((row) => Number(row['run_id']));
  }

  async function expectKept(runs: readonly number[]): Promise<void> {
    for (const table of ['event', 'task_log', 'task_attempt'] as const) expect(await kept(table)).toEqual(runs);
  }

  it('drops old weeks of closed runs whole, and keeps the runs', async () => {
    const old = await history('success', OLD);
    const recent = await history('success', RECENT);
    expect(await sql(`select count(*) from event_20300114`)).toEqual([{ count: 1 }]);

    const cleaned = await cleanAt(NOW);

    expect(cleaned).toMatchObject({
      kind: 'cleaned',
      dropped: expect.arrayContaining(['event_20300114', 'task_log_20300114', 'task_attempt_20300114']),
      kept: [],
      removed: 0,
    });
    await expectKept([recent]);
    expect(await sql('select id from dag_run order by id')).toEqual([{ id: old }, { id: recent }]);
  });

  it('keeps everything of an open run, however old, until the run has ended, and nothing else of its weeks', async () => {
    const open = await history('running', OLD);
    await history('success', OLD);
    const weeks = ['event_20300114', 'task_attempt_20300114', 'task_log_20300114'];
    expect(await preview(NOW)).toMatchObject({ kept: weeks, removed: 3, strays: 0 });
    expect(await cleanAt(NOW)).toMatchObject({ kept: weeks, removed: 3 });
    await expectKept([open]);

    await sql(`update dag_run set state = 'failed' where id = $1`, [open]);
    expect(await cleanAt('2030-03-13T13:00:00Z')).toMatchObject({ dropped: weeks, kept: [], removed: 0 });
    await expectKept([]);
  });

  it('takes rows of months without a partition, and later moves them to their week or removes them', async () => {
    const early = await history('success', '2025-06-01T00:00:00Z');
    const ahead = await history('success', '2031-08-06T00:00:00Z');
    const open = await history('running', '2025-06-02T00:00:00Z');
    expect(await sql('select count(*) from event_default where run_id is not null')).toEqual([{ count: 3 }]);
    expect((await recordEvents(database, 7)).map(({ runId }) => runId)).toEqual([early, ahead, open]);

    expect(await preview(NOW)).toMatchObject({ removed: 0, strays: 3 });
    expect(await cleanAt(NOW)).toMatchObject({ removed: 0, strays: 3 });
    await expectKept([ahead, open]);

    await cleanAt('2031-08-06T12:00:00Z');
    for (const table of ['event', 'task_log', 'task_attempt']) {
      expect(await sql(`select run_id from ${table}_20310804 where run_id is not null`)).toEqual([{ run_id: ahead }]);
      expect(await sql(`select run_id from ${table}_default`)).toEqual([{ run_id: open }]);
    }
  });

  it('removes many rows of a week that stays in batches, and none of younger weeks', async () => {
    const [open, old] = [await history('running', OLD), await history('success', OLD)];
    const recent = await history('success', RECENT);
    const many = `insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, ended_at)
      select $1, 'only', 0, 1, i, 'success', $2 from generate_series(1, 2500) i`;
    for (const [run, at] of [
      [old, OLD],
      [open, OLD],
      [recent, RECENT],
    ] as const)
      await sql(many, [run, at]);
    expect(await preview(NOW)).toMatchObject({ removed: 2503 });
    expect(await cleanAt(NOW)).toMatchObject({ removed: 2503 });
    expect(await sql('select run_id, count(*) from task_attempt group by run_id order by run_id')).toEqual([
      { run_id: open, count: 2501 },
      { run_id: recent, count: 2501 },
    ]);
  });

  it('is done by one of several cleaners, and again an hour later', async () => {
    await history('success', OLD);
    const all = await Promise.all([cleanAt(NOW), cleanAt(NOW), cleanAt(NOW), cleanAt(NOW)]);
    expect(all.map(({ kind }) => kind).toSorted()).toEqual(['cleaned', 'not_due', 'not_due', 'not_due']);
    expect(await cleanAt('2030-03-13T12:59:59Z')).toEqual({ kind: 'not_due' });
    expect(await cleanAt('2030-03-13T13:00:00Z')).toMatchObject({ kind: 'cleaned', dropped: [] });
    expect(await cleanAt('2030-03-01T00:00:00Z'), 'after the clock was set back').toMatchObject({ kind: 'cleaned' });
  });

  it('removes nothing when it is off, and still makes the weeks ahead', async () => {
    const old = await history('success', OLD);
    expect(await cleanAt(NOW, 'off')).toMatchObject({ dropped: [], removed: 0 });
    await expectKept([old]);
    expect(await sql(`select to_regclass('event_20300408') is not null as there`)).toEqual([{ there: true }]);
  });

  it('gives a drop up that would keep writers waiting, and drops at the next clean-up', async () => {
    await history('success', OLD);
    await database.transaction(async (writer) => {
      await writer.run({ text: `insert into event (at, kind) values ($1, 'slow')` }, [RECENT]);
      expect(await cleanAt(NOW)).toMatchObject({ kept: expect.arrayContaining(['event_20300114']) });
    });
    expect(await cleanAt('2030-03-13T13:00:00Z')).toMatchObject({
      dropped: expect.arrayContaining(['event_20300114']),
    });
  });

  it('is kept by a scheduler, by the setting and by its clock', async () => {
    await history('success', OLD);
    const recent = await history('success', RECENT);
    bench.schedule(engine);
    for (const table of ['event', 'task_log', 'task_attempt'] as const) {
      await eventually(`the clean-up of ${table}`, async () => ((await kept(table)).length === 1 ? true : undefined));
      expect(await kept(table)).toEqual([recent]);
    }
  });
});

describe('the migration to weeks', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('takes along what was there, and goes on counting', async () => {
    const database = bench.keep(openDatabase({ url: await freshDatabase(), log: silentLog, connections: 1 }));
    const weeks = MIGRATIONS.findIndex(({ name }) => name.endsWith('-retention'));
    await migrate(database, MIGRATIONS.slice(0, weeks));
    await database.run({ text: `insert into dag (id, graph_hash) values ('d', 'h')` });
    await database.run({ text: `insert into dag_version (hash, dag_id, graph) values ('h', 'd', '{}')` });
    await database.run({
      text: `insert into dag_run (dag_id, graph_hash, kind, priority) values ('d', 'h', 'manual', 1)`,
    });
    await database.run({
      text: `insert into event (at, kind, run_id) values ('2026-01-20T12:00Z', 'first', 1), ('2026-02-20T12:00Z', 'second', 1)`,
    });
    await database.run({
      text: `insert into task_log (run_id, task_id, map_index, attempt, at, level, message) values (1, 't', 0, 1, '2026-01-20T12:00Z', 'info', 'kept')`,
    });

    await migrate(database, MIGRATIONS);

    await database.run({ text: `insert into event (kind, run_id) values ('third', 1)` });
    expect(await database.run({ text: 'select id, kind from event order by id' })).toEqual([
      { id: 1, kind: 'first' },
      { id: 2, kind: 'second' },
      { id: 3, kind: 'third' },
    ]);
    expect(await database.run({ text: 'select message from task_log_20260119' })).toEqual([{ message: 'kept' }]);
    expect(await database.run({ text: 'select count(*) from event_default' })).toEqual([{ count: 0 }]);
  });
});

const FOLDER = new URL('../../framework/store/migrations/', import.meta.url);
const MIGRATIONS: readonly Migration[] = readdirSync(FOLDER)
  .toSorted()
  .map((file) => ({
    number: Number(file.slice(0, 4)),
    name: file.slice(0, -4),
    sql: readFileSync(new URL(file, FOLDER), 'utf8'),
  }));
