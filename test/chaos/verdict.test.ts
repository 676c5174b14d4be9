import { silentLog } from '#framework';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Database, openDatabase } from '../../framework/store/database.ts';
import { migrate } from '../../framework/store/migrate.ts';
import { freshDatabase } from '../support/database.ts';
import { type Asked, NOTHING_ASKED } from './asked.ts';
import type { Expectation } from './load/expectations.ts';
import { slotsInUse } from './slots.ts';
import { createTarget } from './target.ts';
import { type Verdict, isClean, isDone, judge, recoveries, startsOf, verdictText } from './verdict.ts';

const PIPELINE: Expectation = {
  dagId: 'd',
  kind: 'pipeline',
  everyMs: 60_000,
  effects: ['a', 'b'],
  isStrict: true,
};
const PERIOD = { start: new Date('2026-01-20T00:00:00Z'), end: new Date('2026-01-20T00:02:30Z') };

// Two windows with everything done once, the way the engine and the target leave them.
const DONE = `
truncate dag, dag_version, dag_run, task_instance, task_attempt, outbox, pipeline_records, sensor, sensor_item, backfill,
  target.effect restart identity cascade;
insert into dag (id, graph_hash) values ('d', 'h');
insert into dag_version (hash, dag_id, graph) values ('h', 'd', '{}');
insert into dag_run (dag_id, graph_hash, kind, state, priority, window_start, window_end, window_zone, record_id)
select 'd', 'h', 'scheduled', 'success', 1, w, w + interval '1 minute', 'UTC', n
from generate_series(timestamptz '2026-01-20T00:00Z', '2026-01-20T00:01Z', '1 minute') with ordinality as s (w, n);
insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval,
  pipeline_status)
select 'd', '2026-01-20', window_start, window_end, 'UTC', '1m', 'COMPLETED' from dag_run;
insert into task_instance (run_id, task_id, state, attempt, pool, priority, upstream_total)
select id, t, 'success', 1, 'default', 1, 0 from dag_run, unnest(array['a', 'b']) t;
insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, worker, started_at, ended_at)
select run_id, task_id, 0, 1, 10 * run_id, 'success', 'host:7:x', '2026-01-20T00:03:04Z', '2026-01-20T00:03:05Z'
from task_instance;
insert into target.effect (dag_id, window_start, task_id, load_id, fence, at)
select dag_id, window_start, t, id || t, 10 * id, timestamptz '2026-01-20T00:03:05Z' from dag_run, unnest(array['a', 'b']) t order by window_start`;

const CLEAN: Verdict = { lost: 0, doubled: 0, stuck: 0, disordered: 0, uncancelled: 0, miscounted: 0, overbooked: 0 };

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

  const judged = (expectation: Expectation, asked: Asked = NOTHING_ASKED): Promise<Verdict> =>
    judge(database, { expected: [expectation], period: PERIOD, asked, slots: { overbooked: 0 } });

  it('is clean where every window is done once', async () => {
    const verdict = await judged(PIPELINE);
    expect(verdict).toEqual(CLEAN);
    expect([isClean(verdict), isDone(verdict)]).toEqual([true, true]);
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
       select dag_id, '2026-01-20T00:01Z', task_id, 'again ' || id, 2 from target.effect where task_id = 'a'`,
      { doubled: 2 },
    ],
    [
      'a task that ended well twice',
      `insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome) values (1, 'a', 0, 1, 11, 'success')`,
      { doubled: 1 },
    ],
    [
      'a wait that was counted as an attempt',
      `update task_instance set attempt = 2 where run_id = 1 and task_id = 'a'`,
      { miscounted: 1 },
    ],
    [
      'a failure that was not counted',
      `insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome) values (1, 'a', 0, 1, 9, 'fail')`,
      { miscounted: 1 },
    ],
    ['a task that still waits', `update task_instance set state = 'deferred' where run_id = 1`, { stuck: 2 }],
    [
      'nothing of windows that end behind the period',
      `update dag_run set state = 'running', window_start = '2026-01-20T00:02Z', window_end = '2026-01-20T00:03Z' where id = 2;
       insert into dag_run (dag_id, graph_hash, kind, state, priority, window_start, window_end, window_zone)
       values ('d', 'h', 'scheduled', 'success', 1, '2026-01-20T00:01Z', '2026-01-20T00:02Z', 'UTC')`,
      {},
    ],
    ['a run that is open', `update dag_run set state = 'running' where id = 1`, { lost: 1, stuck: 1 }],
    [
      'a dispatch that nobody sent',
      `insert into outbox (pool, job_id, label, run_id, task_id, seq, attempt, priority) values ('p', 'j', 'l', 1, 'a', 1, 1, 1)`,
      { stuck: 1 },
    ],
    [
      'a load that was replaced though nobody asked for another',
      `update target.effect set replaced = true where id = 1;
       insert into target.effect (dag_id, window_start, task_id, load_id, fence)
       values ('d', '2026-01-20T00:00Z', 'a', 'another', 2)`,
      { doubled: 1, disordered: 1 },
    ],
    [
      'a load that came twice under one load id',
      `update target.effect set load_id = 'same' where id <= 2`,
      { doubled: 1 },
    ],
    [
      'a task that a limit holds back',
      `update task_instance set state = 'scheduled' where task_id = 'a'`,
      { stuck: 2 },
    ],
    [
      'an instance of a mapped task that never ended',
      `insert into task_instance (run_id, task_id, map_index, map_total, state, pool, priority, upstream_total)
       values (1, 'a', 1, 2, 'up_for_retry', 'p', 1, 0)`,
      { stuck: 1 },
    ],
    [
      'a backfill that is paused with a window to go',
      `insert into backfill (dag_id, from_time, to_time, selection, max_active, reverse, state)
       values ('d', '2026-01-20T00:00Z', '2026-01-20T00:01Z', 'all', 1, false, 'paused');
       insert into backfill_window values (1, 0, '2026-01-20T00:00Z', '2026-01-20T00:01Z', 'UTC', 'pending')`,
      { stuck: 2 },
    ],
    [
      'a window that was loaded before an earlier one',
      `update target.effect set window_start = case window_start when timestamptz '2026-01-20T00:00Z'
       then timestamptz '2026-01-20T00:01Z' else '2026-01-20T00:00Z' end`,
      { disordered: 1 },
    ],
  ])('counts %s', async (_name, plant, wrong) => {
    for (const statement of plant.split(';')) await database.run({ text: statement });
    const verdict = await judged(PIPELINE);
    expect(verdict).toEqual({ ...CLEAN, ...wrong });
    expect(isClean(verdict)).toBe(Object.keys(wrong).length === 0);
  });

  it('expects whole windows only, from the clock alone', () => {
    const starts = startsOf(PIPELINE, { start: new Date('2026-01-20T00:00:30Z'), end: PERIOD.end });
    expect(starts).toEqual(['2026-01-20T00:01:00.000Z']);
  });

  describe('of a backfill that people asked for', () => {
    const past = { dagId: 'd', start: new Date('2026-01-19T23:58:00Z'), end: PERIOD.start, reverse: false };

    it('misses its windows', async () => {
      const asked = { ...NOTHING_ASKED, backfills: [{ ...past, only: 'missing' as const }] };
      expect(await judged(PIPELINE, asked)).toEqual({ ...CLEAN, lost: 2 });
    });

    it('takes another load of its windows for none too many only where all were asked for', async () => {
      await database.run({ text: `update target.effect set replaced = true where id = 4` });
      await database.run({
        text: `insert into target.effect (dag_id, window_start, task_id, load_id, fence) select dag_id, window_start, task_id, 'x', 30
         from target.effect where id = 4`,
      });
      const both = { dagId: 'd', start: PERIOD.start, end: PERIOD.end, reverse: false };
      const asking = (only: 'missing' | 'all'): Asked => ({ ...NOTHING_ASKED, backfills: [{ ...both, only }] });
      expect(await judged(PIPELINE, asking('all'))).toEqual(CLEAN);
      expect(await judged(PIPELINE, asking('missing'))).toEqual({ ...CLEAN, doubled: 1 });
    });
  });

  describe('of items that a sensor found', () => {
    const sensor: Expectation = { ...PIPELINE, kind: 'sensor' };
    beforeEach(async () => {
      await database.run({
        text: `insert into sensor (id, dag_id, every_ms, item_order) values ('d', 'd', 1000, 'strict')`,
      });
      await database.run({
        text: `insert into sensor_item (sensor_id, key, run_id) values ('d', '2026-01-20T00:00:00.000Z', 1), ('d', '2026-01-20T00:01:00.000Z', 2)`,
      });
    });

    it.each<[string, string, Partial<Verdict>]>([
      ['nothing where each is done once', `select 1`, {}],
      ['an item that was passed over', `delete from sensor_item where run_id = 1`, { lost: 1 }],
      [
        'an item whose newest run failed',
        `update dag_run set state = 'failed', window_start = null where id = 1`,
        { lost: 1 },
      ],
      [
        'an item that waits',
        `update dag_run set state = 'queued', window_end = null, params = '{"until":"2026-01-20T00:01Z"}' where id = 1`,
        { lost: 1, stuck: 1 },
      ],
      ['an item without its effect', `delete from target.effect where id = 1`, { lost: 1 }],
      [
        'an item that two runs did',
        `insert into target.effect (dag_id, window_start, task_id, load_id, fence) values ('d', '2026-01-20T00:01Z', 'a', 'b', 30)`,
        { doubled: 1 },
      ],
    ])('counts %s', async (_name, plant, wrong) => {
      await database.run({ text: plant });
      expect(await judged(sensor)).toEqual({ ...CLEAN, ...wrong });
    });
  });

  describe('of runs that people cancelled', () => {
    const plain: Expectation = { ...PIPELINE, kind: 'dag', isCancelled: true };
    const asked: Asked = {
      ...NOTHING_ASKED,
      cancels: [2],
      confirmed: [{ run: 2, at: '2026-01-20T00:03:06Z' }],
    };
    beforeEach(async () => {
      await database.run({ text: `update dag_run set state = 'cancelled' where id = 2` });
      await database.run({ text: `delete from target.effect where id = 4` });
    });

    it('is clean where they ended so, with a part of their effects', async () => {
      expect(await judged(plain, asked)).toEqual(CLEAN);
    });

    it('misses the windows of others that ended so', async () => {
      expect(await judged(plain, NOTHING_ASKED)).toEqual({ ...CLEAN, lost: 1 });
    });

    it("misses a pipeline's window that was not run again", async () => {
      await database.run({ text: `update pipeline_records set pipeline_status = 'CANCELLED' where id = 2` });
      expect(await judged({ ...plain, kind: 'pipeline' }, asked)).toEqual({
        ...CLEAN,
        lost: 1,
        stuck: 1,
        uncancelled: 0,
      });
    });

    it("takes a pipeline's window for done whose run was cancelled behind its audit, and only then", async () => {
      await database.run({
        text: `insert into target.effect (dag_id, window_start, task_id, load_id, fence, at)
          values ('d', '2026-01-20T00:01Z', 'b', '2b', 20, '2026-01-20T00:03:05Z')`,
      });
      expect(await judged({ ...plain, kind: 'pipeline' }, asked)).toEqual(CLEAN);
      expect(await judged({ ...plain, kind: 'pipeline' })).toEqual({ ...CLEAN, lost: 1 });
    });

    it.each<[string, string, Partial<Verdict>]>([
      ['one that ended otherwise', `update dag_run set state = 'failed' where id = 2`, { lost: 1, uncancelled: 1 }],
      [
        'a try that began behind the answer',
        `insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, started_at)
         values (2, 'b', 0, 2, 21, 'lost', '2026-01-20T00:03:07Z')`,
        { uncancelled: 1 },
      ],
      [
        'an effect of a try that had ended',
        `update target.effect set at = '2026-01-20T00:03:09Z' where id = 3`,
        // The fence is that of both tasks of the run.
        { uncancelled: 2 },
      ],
    ])('counts %s', async (_name, plant, wrong) => {
      await database.run({ text: plant });
      expect(await judged(plain, asked)).toEqual({ ...CLEAN, ...wrong });
    });
  });

  it('counts looks that found a pool overbooked', async () => {
    const verdict = await judge(database, {
      expected: [PIPELINE],
      period: PERIOD,
      asked: NOTHING_ASKED,
      slots: { overbooked: 2 },
    });
    expect(verdict).toEqual({ ...CLEAN, overbooked: 2 });
    expect(isClean(verdict)).toBe(false);
  });

  it('sees the slots of what is queued or runs in a pool, and of nothing else', async () => {
    await database.run({
      text: `insert into task_instance (run_id, task_id, map_index, map_total, state, pool, priority, upstream_total, slots)
       values (1, 'x', 0, null, 'queued', 'narrow', 1, 0, 2), (1, 'y', 0, null, 'running', 'narrow', 1, 0, 3),
         (1, 'z', 0, null, 'scheduled', 'narrow', 1, 0, 8), (1, 'd', 0, null, 'deferred', 'narrow', 1, 0, 8),
         (1, 'm', -1, 4, 'running', 'narrow', 1, 0, 8), (1, 'o', 0, null, 'running', 'other', 1, 0, 8)`,
    });
    expect(await slotsInUse(database, 'narrow')).toBe(5);
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
