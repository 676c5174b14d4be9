import { Temporal, dag, every, task } from '#framework';
import {
  type BackfillRequest,
  type Explanation,
  type Windrow,
  backfills,
  createRun,
  explainBackfill,
  explainRecord,
  explainRun,
  operations,
} from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { Bench, row } from './bench.ts';

const DAY = Temporal.Instant.from('2026-01-19T00:00Z');
const NOW = '2026-01-20T00:30:00Z';
/** What the schedule itself makes begins later. */
const LATER = { start: '2026-01-21T00:00Z' } as const;

describe('explain of a backfill', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const hourly = dag(
    'hourly',
    { schedule: every('1h', { ...LATER, overlap: 'allow', order: 'free' }), maxActiveRuns: 3 },
    (d) => void d.use('note', task('note', { run: () => 1 })),
  );
  const open = (dags = [hourly]) => bench.engine({ dags, clock: new TestClock(NOW), backend: 'postgres', workers: 0 });
  const codesOf = async (engine: Windrow, id: number) => codes(await explainBackfill(engine.store.database, id));

  it('names the limit of its own, the place that is kept for live windows, and that it is paused', async () => {
    const engine = await open();
    await row(
      engine,
      `insert into worker (id, host, pid, kind, dags, seen_at) values ('s', 'h', 1, 'scheduler', '{hourly}', now() + interval '1 hour')`,
    );
    const id = await create(engine, { dagId: 'hourly', maxActive: 1 });
    const [run] = await activeRuns(engine);
    expect(await explainBackfill(engine.store.database, id)).toMatchObject({
      state: 'running',
      reasons: [
        { code: 'windows_active', facts: { active: 1, runs: [run] } },
        { code: 'backfill_full', facts: { active: 1, maxActive: 1 } },
        { code: 'tasks_open' },
        { code: 'no_worker' },
      ],
    });
    const other = await create(engine, { dagId: 'hourly', from: at(12), to: at(20), maxActive: 5 });
    expect(await explainBackfill(engine.store.database, other)).toMatchObject({
      reasons: [
        { code: 'windows_active', facts: { active: 1 } },
        {
          code: 'backfill_places',
          text: expect.stringMatching(
            /^Window 2026-01-19T13:00Z\.\.2026-01-19T14:00Z waits .* 2 open runs, and may have 2/,
          ),
          facts: { open: 2, places: 2, maxActiveRuns: 3 },
        },
        { code: 'tasks_open' },
        { code: 'no_worker' },
      ],
    });
    await backfills(engine).pause(other);
    expect((await codesOf(engine, other))?.slice(0, 2)).toEqual(['windows_active', 'backfill_paused']);
    await backfills(engine).cancel(other);
    expect((await codesOf(engine, other))?.[0]).toBe('cancelled');
    expect(await explainBackfill(engine.store.database, 999)).toBeUndefined();
  });

  it('says of a run of it that runs of the schedule go first', async () => {
    const engine = await open();
    await create(engine, { dagId: 'hourly', maxActive: 2 });
    const { database } = engine.store;
    await row(engine, `update dag_run set state = 'queued', started_at = null`);
    await row(engine, `update dag set max_active_runs = 1`);
    const live = await createRun(database, { dagId: 'hourly', kind: 'manual' });
    if (live.kind !== 'created') throw new Error('not created');
    const [first] = await activeRuns(engine);
    expect((await explainRun(database, first ?? 0))?.reasons[0]).toMatchObject({
      code: 'runs_ahead',
      text: expect.stringContaining('Runs of a backfill start behind all others.'),
      facts: { ahead: [live.runId] },
    });
  });

  it('says of a record that is to run again how its backfill stands, in a pipeline of free and of strict order', async () => {
    const orders = doublesPipeline('orders', transferDoubles(), {
      schedule: every('1h', { ...LATER, overlap: 'allow', order: 'free' }),
    });
    const strict = doublesPipeline('strict', transferDoubles(), { schedule: every('1h', LATER) });
    const engine = await open([orders, strict]);
    const { database } = engine.store;
    const ofRecord = (id: number) => explainRecord(database, id, Temporal.Instant.from(NOW));
    const [first, , third] = await failedRecords(engine, 'orders');
    expect(codes(await ofRecord(third))).toEqual(['failed']);
    const id = await create(engine, { dagId: 'orders', to: at(3), only: 'failed', maxActive: 1 });
    expect(codes(await ofRecord(first))).toEqual(['has_run', 'tasks_open', 'no_worker']);
    expect(await ofRecord(third)).toMatchObject({
      state: 'FAILED',
      reasons: [
        { code: 'failed' },
        { code: 'backfill_full', text: expect.stringContaining(`Record ${third} waits for the end of a window`) },
        { code: 'windows_ahead', facts: { backfill: id, pendingBefore: 1 } },
        { code: 'no_scheduler' },
      ],
    });
    await backfills(engine).pause(id);
    expect(codes(await ofRecord(third))).toEqual(['failed', 'backfill_paused']);
    await backfills(engine).cancel(id);
    expect(codes(await ofRecord(third))).toEqual(['failed']);

    const [blocked, again] = await failedRecords(engine, 'strict');
    await create(engine, { dagId: 'strict', from: at(1), to: at(3), only: 'failed' });
    expect(await ofRecord(again)).toMatchObject({
      reasons: [
        { code: 'failed' },
        { code: 'earlier_window', facts: { record: blocked, status: 'FAILED' } },
        { code: 'no_scheduler' },
      ],
    });
  });

  it('counts for a pending record only while the pipeline is paused, because the schedule runs it otherwise', async () => {
    const orders = doublesPipeline('orders', transferDoubles(), {
      schedule: every('1h', { ...LATER, overlap: 'allow', order: 'free' }),
    });
    const engine = await open([orders]);
    const [first] = await failedRecords(engine, 'orders');
    const id = await create(engine, { dagId: 'orders', to: at(3), only: 'failed' });
    await row(engine, `delete from dag_run`);
    await row(engine, `update backfill_window set state = 'pending', run_id = null`);
    await row(engine, `update pipeline_records set pipeline_status = 'PENDING'`);
    await backfills(engine).pause(id);
    const ofFirst = async () => codes(await explainRecord(engine.store.database, first, Temporal.Instant.from(NOW)));
    expect(await ofFirst()).toEqual(['no_scheduler']);
    await operations(engine).pauseDag('orders');
    expect(await ofFirst()).toEqual(['dag_paused', 'no_scheduler', 'backfill_paused']);
  });
});

function at(hour: number): Temporal.Instant {
  return DAY.add({ hours: hour });
}

/** A backfill of the first six hours of the day. */
async function create(
  engine: Windrow,
  request: Partial<BackfillRequest> & { readonly dagId: string },
): Promise<number> {
  const created = await backfills(engine).create({ from: at(0), to: at(6), ...request });
  if (created.kind !== 'created') throw new Error(JSON.stringify(created));
  await engine.advance(request.dagId);
  return created.backfill.id;
}

/** Records of the first three hours, all failed. */
async function failedRecords(engine: Windrow, pipelineId: string): Promise<readonly [number, number, number]> {
  const ids: number[] = [];
  for (const hour of [0, 1, 2]) {
    const made = await row(
      engine,
      `insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval,
         pipeline_status)
       values ($1, '2026-01-19', $2, $3, 'UTC', '1h', 'FAILED') returning id`,
      [pipelineId, at(hour).toString(), at(hour + 1).toString()],
    );
    ids.push(Number(made?.['id']));
  }
  const [first = 0, second = 0, third = 0] = ids;
  return [first, second, third];
}

async function activeRuns(engine: Windrow): Promise<readonly number[]> {
  const rows = await engine.store.database.run({ text: `select id from dag_run where kind = 'backfill' order by id` });
  return rows.map(({ id }) => Number(id));
}

function codes(explanation: Explanation | undefined): readonly string[] | undefined {
  return explanation?.reasons.map(({ code }) => code);
}
