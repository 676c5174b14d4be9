import { type Dag, Temporal, dag, every, task, windowOf, windowText } from '#framework';
import { type Windrow, backfills, createRun, operations, showBackfill } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { BACKENDS, eventually } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { Bench, row } from './bench.ts';

const DAY = '2026-01-19T00:00Z';

/** Hours of a day without a run of its own: what its schedule makes begins later. */
const HOURLY = { start: '2026-01-20T00:00Z', overlap: 'allow', order: 'free' } as const;

describe.each(BACKENDS)('a backfill on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('runs 20 windows in order, never more than three at once, and is completed', async () => {
    const three = Promise.withResolvers<void>();
    const watched = watch('hourly', async () => {
      if (watched.seen.length === 3) three.resolve();
      await three.promise;
    });
    const engine = await bench.engine({ backend, dags: [watched.dag], clock: clock(), workers: 2 });
    const id = await create(engine, { to: hour(20), maxActive: 3 });
    await ended(engine, id, 'completed');
    expect(watched.most()).toBe(3);
    expect(watched.seen.toSorted()).toEqual(hours(20));
    expect(await states(engine, id)).toEqual({ success: 20 });
    expect(await row(engine, `select count(*) from dag_run where kind = 'backfill'`)).toEqual({ count: 20 });
  });

  it('goes on in another process when the one that began it is gone', async () => {
    const gate = Promise.withResolvers<void>();
    const watched = watch('hourly', () => gate.promise);
    const first = await bench.engine({ backend, dags: [watched.dag], clock: clock() });
    const id = await create(first, { to: hour(12), maxActive: 3 });
    await eventually('three open windows', async () => (watched.seen.length === 3 ? true : undefined));
    await bench.stopWorkers(AbortSignal.abort());
    gate.resolve();
    const second = await bench.beside(first, { dags: [watched.dag], clock: clock() });
    bench.schedule(second);
    await ended(second, id, 'completed');
    expect(await states(second, id)).toEqual({ success: 12 });
    expect(new Set(watched.seen)).toEqual(new Set(hours(12)));
  });
});

describe('a backfill of a dag without records', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('begins no window while it is paused, and goes on when it is resumed', async () => {
    const gate = Promise.withResolvers<void>();
    const watched = watch('hourly', () => gate.promise);
    const engine = await bench.engine({ backend: 'postgres', dags: [watched.dag], clock: clock() });
    const id = await create(engine, { to: hour(6), maxActive: 2 });
    await eventually('two open windows', async () => (watched.seen.length === 2 ? true : undefined));
    await backfills(engine).pause(id);
    gate.resolve();
    await eventually('the end of both', async () => ((await states(engine, id))['success'] === 2 ? true : undefined));
    await engine.advance('hourly');
    expect(await states(engine, id)).toEqual({ success: 2, pending: 4 });
    expect(await backfills(engine).resume(id)).toMatchObject({ kind: 'switched', backfill: { state: 'running' } });
    await ended(engine, id, 'completed');
    expect(watched.seen.toSorted()).toEqual(hours(6));
  });

  it('runs its windows on a paused dag too, also those that have a run of the schedule already, and no others', async () => {
    const watched = watch('hourly', async () => {});
    const engine = await bench.engine({ backend: 'postgres', dags: [watched.dag], clock: clock() });
    await operations(engine).pauseDag('hourly');
    for (const at of [1, 5]) {
      const window = { start: Temporal.Instant.from(hour(at)), end: Temporal.Instant.from(hour(at + 1)), zone: 'UTC' };
      await createRun(engine.store.database, { dagId: 'hourly', kind: 'scheduled', window });
    }
    const id = await create(engine, { to: hour(3) });
    await ended(engine, id, 'completed');
    expect(watched.seen.toSorted()).toEqual(hours(3));
    expect(await row(engine, `select count(*) from dag_run where state = 'queued'`)).toEqual({ count: 1 });
  });

  it('cancels what waits and the runs that are open, and runs them again when it is resumed', async () => {
    const signals: AbortSignal[] = [];
    const watched = watch('hourly', async (signal) => {
      signals.push(signal);
      if (signals.length <= 2) await new Promise((_, reject) => signal.addEventListener('abort', reject));
    });
    const engine = await bench.engine({ backend: 'postgres', dags: [watched.dag], clock: clock() });
    const id = await create(engine, { to: hour(5), maxActive: 2 });
    await eventually('two open windows', async () => (watched.seen.length === 2 ? true : undefined));
    expect(await backfills(engine).cancel(id)).toMatchObject({ kind: 'switched', backfill: { state: 'cancelled' } });
    await ended(engine, id, 'cancelled');
    expect(await states(engine, id)).toEqual({ cancelled: 5 });
    expect(await backfills(engine).cancel(id)).toMatchObject({ kind: 'refused' });
    await backfills(engine).resume(id);
    await ended(engine, id, 'completed');
    expect(new Set(watched.seen)).toEqual(new Set(hours(5)));
  });

  it('takes what is missing, what failed, or everything', async () => {
    let isBroken = true;
    const watched = watch('hourly', async (_, window) => {
      if (isBroken && window === hours(3)[1]) throw new Error('broken');
    });
    const engine = await bench.engine({ backend: 'postgres', dags: [watched.dag], clock: clock() });
    await ended(engine, await create(engine, { to: hour(3) }), 'failed');
    isBroken = false;
    const planned = async (only: 'missing' | 'failed' | 'all') => {
      const plan = await backfills(engine).plan({ dagId: 'hourly', from: hour(0), to: hour(5), only });
      return plan.kind === 'planned' ? plan.windows.map(({ window, deed }) => `${windowText(window)} ${deed}`) : plan;
    };
    const [first, second, third, fourth, fifth] = hours(5);
    expect(await planned('failed')).toEqual([`${second} rerun`]);
    expect(await planned('missing')).toEqual([`${second} rerun`, `${fourth} run`, `${fifth} run`]);
    expect(await planned('all')).toEqual([
      `${first} rerun`,
      `${second} rerun`,
      `${third} rerun`,
      `${fourth} run`,
      `${fifth} run`,
    ]);
    await ended(engine, await create(engine, { to: hour(5), only: 'failed' }), 'completed');
    expect(watched.seen.filter((window) => window === second)).toHaveLength(2);
  });

  it('runs the newest window first where that is asked for, with its parameters, and a plan stores nothing', async () => {
    const watched = watch('hourly');
    const engine = await bench.engine({ backend: 'postgres', dags: [watched.dag], clock: clock() });
    const request = { dagId: 'hourly', from: hour(0), to: hour(4), reverse: true, maxActive: 1, params: { file: 'a' } };
    expect(await backfills(engine).plan(request)).toMatchObject({ kind: 'planned' });
    expect(await row(engine, 'select (select count(*) from backfill) + (select count(*) from dag_run) as all')).toEqual(
      { all: 0 },
    );
    await ended(engine, await create(engine, request), 'completed');
    expect(watched.seen).toEqual(hours(4).toReversed());
    expect(watched.params).toEqual([1, 2, 3, 4].map(() => ({ file: 'a' })));
  });

  it('lets a window of the schedule overtake: a place is kept for it', async () => {
    const gate = Promise.withResolvers<void>();
    const now = clock();
    const watched = watch('hourly', (_, window) => (window === LIVE ? undefined : gate.promise));
    const engine = await bench.engine({ backend: 'postgres', dags: [watched.dag], clock: now });
    const id = await create(engine, { to: hour(20), maxActive: 20 });
    await eventually('seven open windows', async () => (watched.seen.length === 7 ? true : undefined));
    now.set('2026-01-20T01:00Z');
    await engine.advance('hourly');
    await eventually('the live window', async () => (watched.seen.includes(LIVE) ? true : undefined));
    expect(watched.seen).toHaveLength(8);
    gate.resolve();
    await ended(engine, id, 'completed');
  });

  it.each([
    ['--from', { from: hour(3), to: hour(3) }],
    ['has not passed yet', { to: Temporal.PlainDate.from('2026-01-22') }],
    ['No whole window', { to: Temporal.Instant.from('2026-01-19T00:59Z') }],
    ['is failed', { only: 'failed' as const }],
    ['cannot be active', { maxActive: 0 }],
  ])('is refused with "%s"', async (reason, request) => {
    const engine = await bench.engine({ backend: 'postgres', dags: [watch('hourly').dag], clock: clock(), workers: 0 });
    const refused = await backfills(engine).create({ dagId: 'hourly', from: hour(0), to: hour(2), ...request });
    expect(refused).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) });
    expect(await row(engine, 'select count(*) from backfill')).toEqual({ count: 0 });
  });

  it('reads dates in the zone of the schedule', async () => {
    const daily = watch('daily', undefined, every('1 day in America/New_York', { start: '2026-01-20T05:00Z' })).dag;
    const engine = await bench.engine({ backend: 'postgres', dags: [daily], clock: clock(), workers: 0 });
    const [from, to] = ['2026-01-10', '2026-01-12'].map((day) => Temporal.PlainDate.from(day));
    if (from === undefined || to === undefined) throw new Error('no dates');
    const plan = await backfills(engine).plan({ dagId: 'daily', from, to });
    expect(plan.kind === 'planned' && plan.windows.map(({ window }) => windowText(window))).toEqual([
      '2026-01-10T05:00Z..2026-01-11T05:00Z',
      '2026-01-11T05:00Z..2026-01-12T05:00Z',
    ]);
  });
});

describe('a backfill of a pipeline', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = async (options: Parameters<typeof every>[1], now = '2026-01-20T00:30Z') => {
    const doubles = transferDoubles();
    const time = new TestClock(now);
    const orders = doublesPipeline('orders', doubles, { schedule: every('1h', options) });
    const engine = await bench.engine({ backend: 'postgres', dags: [orders], clock: time, workers: 2 });
    return { engine, doubles, clock: time };
  };

  it('inserts the records that are missing and leaves it to the schedule to go on behind its own windows', async () => {
    const { engine, doubles, clock: time } = await open(HOURLY);
    const id = await create(engine, { dagId: 'orders', to: hour(5) });
    await ended(engine, id, 'completed');
    expect(doubles.completed.toSorted()).toEqual(hours(5));
    time.set('2026-01-20T02:00Z');
    await engine.advance('orders');
    await eventually('both live windows', async () => (doubles.completed.length === 7 ? true : undefined));
    expect(await row(engine, `select count(*) from dag_run where kind = 'scheduled'`)).toEqual({ count: 2 });
  });

  it('runs again what is completed with "all", by the plan of a re-run, and passes over what is completed meanwhile', async () => {
    const { engine, doubles } = await open(HOURLY);
    await ended(engine, await create(engine, { dagId: 'orders', to: hour(3) }), 'completed');
    expect(await backfills(engine).plan({ dagId: 'orders', from: hour(0), to: hour(3) })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('--only all'),
    });
    await ended(engine, await create(engine, { dagId: 'orders', to: hour(3), only: 'all' }), 'completed');
    expect(doubles.source.transfers.toSorted()).toEqual([...hours(3), ...hours(3)].toSorted());
    expect(await row(engine, 'select min(retry_attempt) as again from pipeline_records')).toEqual({ again: 1 });

    await row(engine, `update pipeline_records set pipeline_status = 'FAILED' where id <= 2`);
    await bench.stopWorkers();
    const id = await create(engine, { dagId: 'orders', to: hour(3), only: 'failed', maxActive: 1 });
    await row(engine, `update pipeline_records set pipeline_status = 'COMPLETED' where id = 2`);
    bench.work(engine);
    await ended(engine, id, 'completed');
    expect(await states(engine, id)).toEqual({ success: 1, skipped: 1 });
  });

  it('waits in strict order behind a failed record, says which, and goes on once that is completed', async () => {
    const { engine, doubles } = await open({ start: '2026-01-20T00:00Z' });
    doubles.target.trouble = ({ window }) => {
      if (windowText(window) === hours(2)[1]) throw new Error('broken');
    };
    const id = await create(engine, { dagId: 'orders', to: hour(4) });
    await eventually('the failure', async () => ((await states(engine, id))['failed'] === 1 ? true : undefined));
    await engine.advance('orders');
    expect(await states(engine, id)).toEqual({ success: 1, failed: 1, pending: 2 });
    const wait = await showBackfill(engine.store.database, id);
    expect(wait?.waitsFor).toEqual({ recordId: expect.any(Number), status: 'FAILED' });

    doubles.target.trouble = undefined;
    await operations(engine).rerunRecord(wait?.waitsFor?.recordId ?? 0);
    await ended(engine, id, 'failed');
    expect(await states(engine, id)).toEqual({ success: 3, failed: 1 });
    await backfills(engine).resume(id);
    await ended(engine, id, 'completed');
    expect(await states(engine, id)).toEqual({ success: 3, skipped: 1 });
    expect(doubles.target.tables).toEqual(new Map(hours(4).map((window) => [window, 3])));
  });

  it('lets a live window of a strict pipeline go before its next one', async () => {
    const { engine, doubles } = await open({ start: '2026-01-20T00:00Z' }, '2026-01-20T01:00Z');
    const id = await create(engine, { dagId: 'orders', to: hour(6) });
    await ended(engine, id, 'completed');
    expect(doubles.completed.toSorted()).toEqual([...hours(6), LIVE]);
    expect(doubles.completed.indexOf(LIVE)).toBeLessThan(3);
  });

  it('refuses to run a strict pipeline backwards', async () => {
    const { engine } = await open({ start: '2026-01-20T00:00Z' });
    const request = { dagId: 'orders', from: hour(0), to: hour(2), reverse: true };
    expect(await backfills(engine).create(request)).toMatchObject({ reason: expect.stringContaining('strict order') });
  });
});

const LIVE = '2026-01-20T00:00Z..2026-01-20T01:00Z';

function clock(): TestClock {
  return new TestClock('2026-01-20T00:30Z');
}

function hour(at: number): Temporal.Instant {
  return Temporal.Instant.from(DAY).add({ hours: at });
}

/** The first hours of the day as texts. */
function hours(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => windowText({ start: hour(at), end: hour(at + 1), zone: 'UTC' }));
}

type Request = Partial<Parameters<ReturnType<typeof backfills>['create']>[0]>;

async function create(engine: Windrow, request: Request): Promise<number> {
  const made = await backfills(engine).create({ dagId: 'hourly', from: hour(0), to: hour(1), ...request });
  if (made.kind !== 'created') throw new Error(`The backfill was not made: ${JSON.stringify(made)}`);
  return made.backfill.id;
}

async function ended(engine: Windrow, id: number, state: string): Promise<void> {
  const seen = await eventually(`the end of backfill ${id}`, async () => {
    const found = await row(engine, 'select state from backfill where id = $1 and ended_at is not null', [id]);
    return found?.['state'];
  }).catch(async (cause: unknown) => {
    throw new Error(`Backfill ${id} did not end: ${JSON.stringify(await states(engine, id))}`, { cause });
  });
  expect(seen).toBe(state);
}

async function states(engine: Windrow, id: number): Promise<Readonly<Record<string, number>>> {
  const rows = await engine.store.database.run(
    { text: 'select state, count(*) as count from backfill_window where backfill_id = $1 group by state' },
    [id],
  );
  return Object.fromEntries(rows.map((found) => [String(found['state']), Number(found['count'])]));
}

interface Watched {
  readonly dag: Dag;
  readonly seen: string[];
  readonly params: unknown[];
  /** The most windows that were under way at once. */
  readonly most: () => number;
}

type Work = (signal: AbortSignal, window: string) => Promise<void> | undefined;

function watch(id: string, work?: Work, schedule = every('1h', HOURLY)): Watched {
  const [seen, params]: [string[], unknown[]] = [[], []];
  let [active, most] = [0, 0];
  const watched = task('watch', {
    retry: { retries: 0 },
    run: async (context) => {
      const window = windowText(windowOf(context));
      seen.push(window);
      params.push(context.params);
      active += 1;
      most = Math.max(most, active);
      try {
        await new Promise((resolve) => setImmediate(resolve));
        await work?.(context.signal, window);
      } finally {
        active -= 1;
      }
    },
  });
  const made = dag(id, { schedule, maxActiveRuns: 8 }, (d) => void d.use('watch', watched));
  return { dag: made, seen, params, most: () => most };
}
