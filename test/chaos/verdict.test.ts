import { silentLog } from '#framework';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Database, openDatabase } from '../../framework/store/database.ts';
import { migrate } from '../../framework/store/migrate.ts';
import { freshDatabase } from '../support/database.ts';
import type { Expectation } from './load.ts';
import { createTarget } from './target.ts';
import { isClean, judge, recoveries, verdictText, windowsOf } from './verdict.ts';

const EXPECTED: readonly Expectation[] = [
  { dagId: 'd', everyMs: 60_000, effects: ['a', 'b'], isPipeline: true, isStrict: true },
];
const PERIOD = { start: new Date('2026-01-20T00:00:00Z'), end: new Date('2026-01-20T00:02:30Z') };

// Two windows with everything done once, the way the engine and the target leave them.
const DONE = `
truncate dag, dag_version, dag_run, task_instance, task_attempt, outbox, pipeline_records, target.effect
  restart identity cascade;
insert into dag (id, graph_hash) values ('d', 'h');
insert into dag_version (hash, dag_id, graph) values ('h', 'd', '{}');
insert into dag_run (dag_id, graph_hash, kind, state, priority, window_start, window_end, window_zone, record_id)
select 'd', 'h', 'scheduled', 'success', 1, w, w + interval '1 minute', 'UTC', n
from generate_series(timestamptz '2026-01-20T00:00Z', '2026-01-20T00:01Z', '1 minute') with ordinality as s (w, n);
insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval,
  pipeline_status)
select 'd', '2026-01-20', window_start, window_end, 'UTC', '1m', 'COMPLETED' from dag_run;
insert into task_instance (run_id, task_id, state, pool, priority, upstream_total)
select id, t, 'success', 'default', 1, 0 from dag_run, unnest(array['a', 'b']) t;
insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, worker, started_at, ended_at)
select run_id, task_id, 0, 1, 10 * run_id, 'success', 'host:7:x', '2026-01-20T00:03:04Z', '2026-01-20T00:03:05Z'
from task_instance;
insert into target.effect (dag_id, window_start, task_id, load_id, fence)
select dag_id, window_start, t, id || t, 1 from dag_run, unnest(array['a', 'b']) t order by window_start`;

const CLEAN = { lost: 0, doubled: 0, stuck: 0, disordered: 0 };

describe('the verdict of the chaos harness', () => {
  let database: Database;
  beforeAll(async () => {
    const url = await freshDatabase();
    database = openDatabase({ url, log: silentLog });
    await migrate(database);
    await createTarget(url);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    for (const statement of DONE.split(';')) await database.run({ text: statement });
  });

  it('is clean where every window is done once', async () => {
    const verdict = await judge(database, EXPECTED, PERIOD);
    expect(verdict).toEqual(CLEAN);
    expect(isClean(verdict)).toBe(true);
    expect(verdictText(verdict)).toBe('lost 0, doubled 0, stuck 0');
  });

  it.each<[string, string, Partial<typeof CLEAN>]>([
    ['an effect that is missing', `delete from target.effect where id = 1`, { lost: 1 }],
    ['a run that was never made', `delete from dag_run where id = 2`, { lost: 1 }],
    ['a run that failed', `update dag_run set state = 'failed' where id = 2`, { lost: 1 }],
    ['a record that was never made', `delete from pipeline_records where id = 2`, { lost: 1 }],
    [
      'a record that failed',
      `update pipeline_records set pipeline_status = 'FAILED' where id = 1`,
      { lost: 1, stuck: 1 },
    ],
    [
      'effects that came twice more',
      `insert into target.effect (dag_id, window_start, task_id, load_id, fence)
       select dag_id, '2026-01-20T00:01Z', task_id, 'again', 2 from target.effect where task_id = 'a'`,
      { doubled: 2 },
    ],
    [
      'a task that ended well twice',
      `insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome) values (1, 'a', 0, 1, 11, 'success')`,
      { doubled: 1 },
    ],
    ['a task that still waits', `update task_instance set state = 'deferred' where run_id = 1`, { stuck: 2 }],
    ['a run that is open', `update dag_run set state = 'running' where id = 1`, { lost: 1, stuck: 1 }],
    [
      'a dispatch that nobody sent',
      `insert into outbox (pool, job_id, label, run_id, task_id, seq, attempt, priority) values ('p', 'j', 'l', 1, 'a', 1, 1, 1)`,
      { stuck: 1 },
    ],
    [
      'a window that was loaded before an earlier one',
      `update target.effect set window_start = case window_start when timestamptz '2026-01-20T00:00Z'
       then timestamptz '2026-01-20T00:01Z' else '2026-01-20T00:00Z' end`,
      { disordered: 1 },
    ],
  ])('counts %s', async (_name, plant, wrong) => {
    await database.run({ text: plant });
    const verdict = await judge(database, EXPECTED, PERIOD);
    expect(verdict).toEqual({ ...CLEAN, ...wrong });
    expect(isClean(verdict)).toBe(false);
  });

  it('expects whole windows only, from the clock alone', () => {
    const [expectation] = EXPECTED;
    if (expectation === undefined) throw new Error('no expectation');
    const starts = windowsOf(expectation, { start: new Date('2026-01-20T00:00:30Z'), end: PERIOD.end });
    expect(starts.map((window) => window.window_start)).toEqual(['2026-01-20T00:01:00.000Z']);
  });

  it('measures a recovery from the kill to the next start, and leaves out what the process had lost before', async () => {
    await database.run({
      text: `insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, worker, started_at, ended_at)
       values (1, 'a', 0, 1, 5, 'lost', 'host:7:x', '2026-01-20T00:03:00Z', '2026-01-20T00:03:03Z'),
              (1, 'b', 0, 1, 5, 'lost', 'host:7:x', '2026-01-20T00:02:00Z', '2026-01-20T00:02:30Z'),
              (2, 'a', 0, 1, 5, 'lost', 'host:8:x', '2026-01-20T00:03:00Z', '2026-01-20T00:03:03Z')`,
    });
    expect(await recoveries(database, [{ pid: 7, at: new Date('2026-01-20T00:03:01Z') }])).toEqual([3000]);
  });
});
