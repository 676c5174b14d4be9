import { Temporal, hours, silentLog } from '#framework';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runId } from '../../framework/core/ids.ts';
import { type Database, type Executor, openDatabase } from '../../framework/store/database.ts';
import { readTaskFacts } from '../../framework/store/explain/task-facts.ts';
import { migrate, readMigrations } from '../../framework/store/migrate.ts';
import { readPluginEvents } from '../../framework/store/plugins/read-plugin-events.ts';
import { cleanUp, limitOf } from '../../framework/store/retention/clean-up.ts';
import { makeWeeks } from '../../framework/store/retention/partitions.ts';
import { previewCleanUp } from '../../framework/store/retention/preview.ts';
import { readAttempts } from '../../framework/store/views/runs/read-attempts.ts';
import { readTableSizes } from '../../framework/store/views/table-sizes.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/engine.ts';
import { Bench } from './bench.ts';

const MIGRATIONS = readMigrations(new URL('../../framework/store/migrations/', import.meta.url));
const WEEKS = MIGRATIONS.findIndex(({ name }) => name.endsWith('-tries-by-week'));
const MONTH = hours(30 * 24);

const bench = new Bench();
let url = '';
let database: Database;

beforeEach(async () => {
  url = await freshDatabase();
  database = open();
});
afterEach(() => bench.close());

/** One connection, so that prepared statements and counters stay in it. */
function open(): Database {
  return bench.keep(openDatabase({ url, log: silentLog, connections: 1 }));
}

function sql(text: string, values: readonly unknown[] = []): ReturnType<Executor['run']> {
  return database.run({ text }, values);
}

/** Closed runs of a dag with one task. */
async function insertRuns(count: number): Promise<void> {
  await sql(`insert into dag (id, graph_hash) values ('lone', 'h')`);
  const graph = { tasks: [{ id: 'only', rule: 'all_success', teardown: false }] };
  await sql(`insert into dag_version (hash, dag_id, graph) values ('h', 'lone', $1)`, [JSON.stringify(graph)]);
  await sql(
    `insert into dag_run (dag_id, graph_hash, kind, state, priority)
      select 'lone', 'h', 'manual', 'success', 1 from generate_series(1, $1::integer)`,
    [count],
  );
  await sql(
    `insert into task_instance (run_id, task_id, state, pool, priority, upstream_total)
      select id, 'only', 'success', 'default', 1, 0 from dag_run`,
  );
}

/** A try of each run; the last run's ended at `now()` plus `daysAhead`, the others' evenly over the 30 days before. */
async function insertTries(daysAhead = 0): Promise<void> {
  await sql(
    `insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, ended_at)
      select id, 'only', 0, 1, id, 'success', now() + $1 * interval '1 day' - interval '30 days' * (1 - id::float / max(id) over ())
      from dag_run order by id`,
    [daysAhead],
  );
}

const FINISH = {
  name: 'finish',
  text: `
with attempt as (
  insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, worker, started_at, reason, failure, notes)
  select run_id, task_id, map_index, attempt, fence, outcome, worker, started_at, reason, failure, notes
  from jsonb_to_recordset($1::jsonb) as a (run_id bigint, task_id text, map_index integer, attempt integer, fence bigint, outcome text,
    worker text, started_at timestamptz, reason text, failure jsonb, notes jsonb)
  returning id
)
select id from attempt`,
};
const OLD_CLEAN_UP = {
  name: 'remove_old_attempts',
  text: `
with batch as (
  select a.id, a.ended_at, r.state in ('queued', 'running') as open
  from task_attempt a
  join dag_run r on r.id = a.run_id
  where a.id > $1
  order by a.id
  limit $3
),
gone as (
  delete from task_attempt a
  using batch b
  where a.id = b.id and b.ended_at < $2::timestamptz and not b.open
  returning a.id
)
select max(id) as last, (select count(*) from gone) as removed
from batch`,
};
const OLD_SIZE = { name: 'oldest', text: 'select ended_at as at from task_attempt order by id limit 1' };

const finish = (executor: Executor, run: number) =>
  executor.run(FINISH, [
    JSON.stringify([{ run_id: run, task_id: 'only', map_index: 0, attempt: 2, fence: 100 + run, outcome: 'success' }]),
  ]);

describe('the update to tries by the week', () => {
  it('keeps every try with its number, and goes on counting', async () => {
    await migrate(database, MIGRATIONS.slice(0, WEEKS));
    await insertRuns(40);
    await insertTries();
    const before = await sql('select * from task_attempt order by id');

    await migrate(database);

    expect(await sql('select * from task_attempt order by id')).toEqual(before);
    await finish(database, 40);
    expect(await sql('select max(id) as newest, count(distinct id) from task_attempt')).toEqual([
      { newest: 41, count: 41 },
    ]);
    expect(await sql('select count(*) from task_attempt_default')).toEqual([{ count: 0 }]);
    expect((await readAttempts(database, runId(40))).map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect((await readTableSizes(database)).find(({ table }) => table === 'task_attempt')).toMatchObject({
      oldest: before[0]?.['ended_at'],
      partitions: 6,
    });
  });

  it('takes along tries of a clock that was ahead, and moves them to their week when that is made', async () => {
    await migrate(database, MIGRATIONS.slice(0, WEEKS));
    await insertRuns(3);
    await insertTries(3000);
    await migrate(database);
    expect(await sql('select run_id from task_attempt_default order by id')).toHaveLength(3);
    const [row] = await sql('select max(ended_at) as newest from task_attempt');
    await makeWeeks(database, Temporal.Instant.from(String(row?.['newest'])));
    expect(await sql('select run_id from task_attempt_default')).not.toContainEqual({ run_id: 3 });
    expect(await sql('select run_id from task_attempt order by id')).toEqual([
      { run_id: 1 },
      { run_id: 2 },
      { run_id: 3 },
    ]);
  });

  it('divides the table of a new installation into weeks only, and of the other makes no week of the past', async () => {
    await migrate(database);
    await makeWeeks(database, Temporal.Instant.from('2020-01-06T00:00:00Z'));
    await sql(
      `insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, ended_at) values (1, 'only', 0, 1, 1, 'success', '2020-01-07')`,
    );
    expect(await sql('select count(*) from task_attempt_20200106')).toEqual([{ count: 1 }]);

    url = await freshDatabase();
    database = open();
    await migrate(database, MIGRATIONS.slice(0, WEEKS));
    await insertRuns(1);
    await insertTries();
    await migrate(database);
    await makeWeeks(database, Temporal.Instant.from('2020-01-06T00:00:00Z'));
    expect(
      await sql(`select to_regclass('task_attempt_20200106') as try, to_regclass('event_20200106')::text as event`),
    ).toEqual([{ try: null, event: 'event_20200106' }]);
  });

  it('lets old tries of before go in batches, and their table as a whole when all are old', async () => {
    await migrate(database, MIGRATIONS.slice(0, WEEKS));
    await insertRuns(10);
    await insertTries(-15);
    await sql(`update dag_run set state = 'running' where id = 2`);
    await migrate(database);
    const now = Temporal.Instant.from(String((await sql('select now() as now'))[0]?.['now']));

    expect(await previewCleanUp(database, limitOf(MONTH, now))).toMatchObject({ dropped: [], kept: [], removed: 4 });
    expect(await cleanUp(database, { retention: MONTH, now })).toMatchObject({ dropped: [], kept: [], removed: 4 });
    expect((await sql('select run_id from task_attempt order by id')).map((row) => row['run_id'])).toEqual([
      2, 6, 7, 8, 9, 10,
    ]);

    await sql(`update dag_run set state = 'success'`);
    const later = now.add({ hours: 38 * 24 });
    const cleaned = await cleanUp(database, { retention: MONTH, now: later });
    expect(cleaned).toMatchObject({
      dropped: expect.arrayContaining([expect.stringMatching(/^task_attempt_/)]),
      kept: [],
    });
    expect(await sql('select run_id from task_attempt')).toEqual([]);
  });

  it('lets a worker and a scheduler of the version before go on, also with what they do while it is under way', async () => {
    await migrate(database, MIGRATIONS.slice(0, WEEKS));
    await insertRuns(40);
    await insertTries();
    const old = open();
    const waiting = open();
    for (const worker of [old, waiting]) await finish(worker, 1);
    await old.run(OLD_SIZE);
    await old.run(OLD_CLEAN_UP, [0, '2020-01-01', 10]);
    const [holder, watch] = [open(), open()];
    const held = [...MIGRATIONS, { number: 9999, name: '9999-held', sql: 'select pg_advisory_xact_lock(1)' }];
    let update: Promise<unknown> = Promise.resolve();
    let late: Promise<unknown> = Promise.resolve();

    await holder.transaction(async (holding) => {
      await holding.run({ text: 'select pg_advisory_xact_lock(1)' });
      // A worker has locked a run: the update waits for it, and does not keep it from its history.
      await old.transaction(async (worker) => {
        await worker.run({ text: 'select from dag_run where id = 2 for update' });
        update = migrate(database, held);
        await untilWaiting(watch, '%lock table dag_run%');
        await finish(worker, 2);
      });
      await untilWaiting(watch, 'select pg_advisory_xact_lock(1)%');
      late = finish(waiting, 3);
      await untilWaiting(watch, '%with attempt as (%');
    });
    await Promise.all([update, late]);

    await finish(old, 4);
    expect(await sql('select run_id from task_attempt where attempt = 2 order by id')).toEqual(
      [1, 1, 2, 3, 4].map((run) => ({ run_id: run })),
    );
    const [oldest] = await old.run(OLD_SIZE);
    const limit = Temporal.Instant.from(String(oldest?.['at'])).add({ hours: 72 });
    expect(await old.run(OLD_CLEAN_UP, [0, limit.toString(), 10])).toEqual([{ last: 10, removed: 4 }]);
  });
});

/** Until a session waits for a lock with such a statement. */
async function untilWaiting(executor: Executor, statement: string): Promise<void> {
  await eventually(`a session that waits with ${statement}`, async () => {
    const rows = await executor.run(
      {
        text: `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and ltrim(query, E' \n') like $1`,
      },
      [statement],
    );
    return rows.length > 0 ? true : undefined;
  });
}

describe('a week that is made', () => {
  it.each([
    ['event', `insert into event (kind, at) values ('told', '2024-01-02')`],
    [
      'task_attempt',
      `insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, ended_at)
        values (1, 'only', 0, 1, 1, 'success', '2024-01-02')`,
    ],
  ])('hides no row of %s from who reads while it moves there', async (table, insert) => {
    await migrate(database);
    await sql(insert);
    const [maker, watch] = [open(), open()];
    let read: Promise<unknown> = Promise.resolve();
    await maker.transaction(async (making) => {
      await making.run({ text: `select make_week($1, '2024-01-01')` }, [table]);
      read = sql(`select id from ${table} order by id`);
      await untilWaiting(watch, `select id from ${table}%`);
    });
    expect(await read).toEqual([{ id: 1 }]);
    expect(await sql(`select id from ${table}_20240101`)).toEqual([{ id: 1 }]);
  });
});

describe('tries of 30 days', () => {
  /** How many entries of indexes, and rows of tables without their help, `read` goes through in the weeks of tries. */
  async function entriesRead(read: () => Promise<unknown>): Promise<number> {
    await read();
    await sql('select pg_stat_force_next_flush()');
    const before = await counters();
    await read();
    await sql('select pg_stat_force_next_flush()');
    return (await counters()) - before;
  }

  async function counters(): Promise<number> {
    const [row] = await sql(`
select (select sum(idx_tup_read) from pg_stat_user_indexes where relname like 'task_attempt%')
  + (select sum(seq_tup_read) from pg_stat_user_tables where relname like 'task_attempt%') as entries`);
    return Number(row?.['entries']);
  }

  it('are found by an index in every week: by run, by task and by what plugins hear next', async () => {
    await migrate(database);
    const now = Temporal.Instant.from(String((await sql('select now() as now'))[0]?.['now']));
    // From the first try's week on: 28 days ago was a later one on Mondays and Tuesdays.
    for (const days of [30, 23, 16, 9, 2]) await makeWeeks(database, now.subtract({ hours: days * 24 }));
    await insertRuns(5000);
    await insertTries();
    expect(await sql('select count(*) from task_attempt_default')).toEqual([{ count: 0 }]);
    expect(await sql('select count(distinct tableoid) >= 5 as many from task_attempt')).toEqual([{ many: true }]);
    await sql('analyze');

    expect(await entriesRead(() => readAttempts(database, runId(2500)))).toBeLessThanOrEqual(2);
    expect(await entriesRead(() => readTaskFacts(database, 2500, [{ taskId: 'only' }]))).toBeLessThanOrEqual(2);
    const stretch = { plugin: 'ears', from: 2400, to: 5000, hooks: ['taskFinished'] };
    expect(await entriesRead(() => readPluginEvents(database, stretch))).toBeLessThanOrEqual(220);
    expect(await entriesRead(() => readTableSizes(database))).toBeLessThanOrEqual(20);
    // A clean-up looks at one batch of a week that is not old as a whole.
    const none = { retention: MONTH, now: now.subtract({ hours: 2400 }) };
    expect(await entriesRead(() => cleanUp(database, none))).toBeLessThanOrEqual(20);
  });
});
