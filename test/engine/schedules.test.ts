import { type Dag, every, dag, task, windowText, windowOf } from '#framework';
import type { Windrow } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { BACKENDS, eventually } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { Bench, row } from './bench.ts';

describe.each(BACKENDS)('schedules on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('makes every window once with two schedulers and two processes, and loses none to an outage', async () => {
    const seen: string[] = [];
    const clock = new TestClock('2026-01-20T02:00Z');
    const hourly = noting('hourly', seen, { start: '2026-01-20T00:00Z' });
    const first = await bench.engine({ backend, dags: [hourly], clock });
    const second = await bench.beside(first, { dags: [hourly], clock });
    bench.schedule(first);
    bench.schedule(second);
    await eventually('two windows', async () => (seen.length >= 2 ? true : undefined));
    clock.set('2026-01-20T12:00Z');
    await eventually('twelve windows', async () => (seen.length >= 12 ? true : undefined));
    await eventually('no open run', async () =>
      (await row(first, `select count(*) from dag_run where state <> 'success'`))?.['count'] === 0 ? true : undefined,
    );
    const hour = (at: number) => `2026-01-20T${String(at).padStart(2, '0')}:00Z`;
    expect(seen).toEqual(Array.from({ length: 12 }, (_, at) => `${hour(at)}..${hour(at + 1)}`));
  });

  it('sets the wake-ups of the code in the queue: added, changed and removed', async () => {
    const [one, two, three] = ['one', 'two', 'three'].map((id) => noting(id));
    if (one === undefined || two === undefined || three === undefined) throw new Error('no dags');
    const engine = await bench.engine({ backend, dags: [one, two] });
    expect(await wakeUpsAre(engine, ['one', 'two'])).toBe(true);
    const later = await bench.beside(engine, { dags: [two, three] });
    expect(await wakeUpsAre(later, ['three', 'two'])).toBe(true);
  });

  it('lets the wake-ups follow a schedule that the code changes or removes, and makes windows by the new one', async () => {
    const seen: string[] = [];
    const clock = new TestClock('2026-01-20T01:00Z');
    const start = '2026-01-20T00:00Z';
    const first = await bench.engine({ backend, dags: [noting('changing', seen, { start })], clock, workers: 0 });
    expect(await wakeUpsAre(first, ['changing'])).toBe(true);
    expect(await periods(first)).toEqual([3_600_000]);
    const quarters = noting('changing', seen, { start }, '15m');
    const second = await bench.beside(first, { dags: [quarters], clock });
    expect(await wakeUpsAre(second, ['changing'])).toBe(true);
    await eventually('the new period', async () =>
      JSON.stringify(await periods(second)) === '[900000]' ? true : undefined,
    );
    clock.set('2026-01-20T01:30Z');
    await second.advance('changing');
    await eventually('three windows', async () => (seen.length === 3 ? true : undefined));
    expect(seen).toEqual([
      '2026-01-20T00:00Z..2026-01-20T01:00Z',
      '2026-01-20T01:00Z..2026-01-20T01:15Z',
      '2026-01-20T01:15Z..2026-01-20T01:30Z',
    ]);
    const byHand = dag('changing', {}, (d) => {
      d.use('note', task('note', { run: () => {} }));
    });
    const third = await bench.beside(first, { dags: [byHand], clock, workers: 0 });
    expect(await wakeUpsAre(third, [])).toBe(true);
    clock.set('2026-01-20T09:00Z');
    await third.advance('changing');
    expect(await row(third, 'select count(*) from dag_run')).toEqual({ count: 3 });
  });
});

describe('schedules', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('passes over the windows that become due while a run is active, where overlap is skip', async () => {
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const clock = new TestClock('2026-01-20T01:00Z');
    const skipping = dag(
      'skipping',
      { schedule: every('1h', { start: '2026-01-20T00:00Z', overlap: 'skip' }) },
      (d) => {
        const work = task('work', {
          run: async (context) => {
            seen.push(windowText(windowOf(context)));
            await gate.promise;
          },
        });
        d.use('work', work);
      },
    );
    const engine = await bench.engine({ backend: 'postgres', dags: [skipping], clock });
    bench.work(engine);
    await engine.advance('skipping');
    await eventually('the first window', async () => (seen.length === 1 ? true : undefined));
    clock.set('2026-01-20T04:00Z');
    await engine.advance('skipping');
    gate.resolve();
    await eventually('the newest window', async () => (seen.length === 2 ? true : undefined));
    await engine.advance('skipping');
    expect(seen).toEqual(['2026-01-20T00:00Z..2026-01-20T01:00Z', '2026-01-20T03:00Z..2026-01-20T04:00Z']);
  });

  it('loses no quarter of an hour to a scheduler that is off for an hour, nor to a clock that jumps forward and back', async () => {
    const seen: string[] = [];
    const clock = new TestClock('2026-01-20T00:15Z');
    const quarters = noting('quarters', seen, { start: '2026-01-20T00:00Z' }, '15m');
    const engine = await bench.engine({ backend: 'postgres', dags: [quarters], clock });
    const scheduler = engine.startScheduler();
    const until = (count: number) =>
      eventually(`${count} windows`, async () => (seen.length >= count ? true : undefined));
    await until(1);
    await scheduler.close();
    clock.set('2026-01-20T01:15Z');
    bench.schedule(engine);
    await until(5);
    clock.set('2026-01-19T12:00Z');
    await engine.advance('quarters');
    expect(seen).toHaveLength(5);
    clock.set('2026-01-20T03:00Z');
    await until(12);
    clock.set('2026-01-20T02:00Z');
    await engine.advance('quarters');
    clock.set('2026-01-20T03:15Z');
    await until(13);
    const moment = (quarter: number) =>
      `2026-01-20T${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}Z`;
    expect(seen).toEqual(Array.from({ length: 13 }, (_, at) => `${moment(at)}..${moment(at + 1)}`));
  });

  it('runs one window at a time, oldest first', async () => {
    const order: string[] = [];
    let active = 0;
    let most = 0;
    const serial = dag('serial', { schedule: every('1h', { start: '2026-01-20T00:00Z' }) }, (d) => {
      const work = task('work', {
        run: async (context) => {
          active += 1;
          most = Math.max(most, active);
          order.push(windowText(windowOf(context)));
          await new Promise((resolve) => setImmediate(resolve));
          active -= 1;
        },
      });
      d.use('work', work);
    });
    const engine = await bench.engine({ dags: [serial], clock: new TestClock('2026-01-20T08:00Z'), workers: 2 });
    await engine.advance('serial');
    await eventually('eight windows', async () => (order.length === 8 ? true : undefined));
    expect(order).toEqual(order.toSorted());
    expect(most).toBe(1);
  });

  it('makes nothing for a paused dag and everything that was missed once it goes on', async () => {
    const seen: string[] = [];
    const paused = noting('paused', seen, { start: '2026-01-20T00:00Z' });
    const engine = await bench.engine({ dags: [paused], clock: new TestClock('2026-01-20T03:00Z') });
    await row(engine, 'update dag set paused = true');
    await engine.advance('paused');
    expect(await row(engine, 'select count(*) from dag_run')).toEqual({ count: 0 });
    await row(engine, 'update dag set paused = false');
    await engine.advance('paused');
    await eventually('three windows', async () => (seen.length === 3 ? true : undefined));
  });

  it('drains a backlog of 50 windows of a pipeline without waiting for a tick', async () => {
    const doubles = transferDoubles();
    const orders = doublesPipeline('orders', doubles, { schedule: every('15m', { start: '2026-01-20T00:00Z' }) });
    const engine = await bench.engine({ dags: [orders], clock: new TestClock('2026-01-20T12:30Z') });
    await engine.advance('orders');
    await eventually('50 windows', async () => (doubles.completed.length === 50 ? true : undefined));
    expect(doubles.completed).toEqual(doubles.completed.toSorted());
    expect(new Set(doubles.completed).size).toBe(50);
  });

  it('queues no more windows of a backlog than may run, however often somebody looks', async () => {
    const schedule = every('15m', { start: '2026-01-20T00:00Z', overlap: 'allow', order: 'free' });
    const orders = doublesPipeline('orders', transferDoubles(), { schedule, maxActiveRuns: 3 });
    const clock = new TestClock('2026-01-20T12:30Z');
    const engine = await bench.engine({ dags: [orders], backend: 'postgres', workers: 0, clock });
    for (let looks = 0; looks < 5; looks += 1) await engine.advance('orders');
    expect(await row(engine, OPEN_RUNS)).toEqual({ running: 3, queued: 3, newest: '2026-01-20T01:30Z' });
  });
});

const OPEN_RUNS = `
select count(*) filter (where state = 'running') as running, count(*) filter (where state = 'queued') as queued,
  to_char(max(window_end), 'YYYY-MM-DD"T"HH24:MI"Z"') as newest
from dag_run`;

/** Lets a scheduler of `engine` set the wake-ups of its code, and waits until the queue has exactly these. */
async function wakeUpsAre(engine: Windrow, wanted: readonly string[]): Promise<boolean> {
  const scheduler = engine.startScheduler();
  try {
    return await eventually(`the wake-ups ${wanted.join(', ')}`, async () => {
      const found = await engine.dispatcher.queue('windrow-wake-ups').schedulerIds();
      return JSON.stringify(found.toSorted()) === JSON.stringify(wanted) ? true : undefined;
    });
  } finally {
    await scheduler.close();
  }
}

/** How often the queue wakes the scheduler for each dag, in milliseconds. */
async function periods(engine: Windrow): Promise<readonly number[]> {
  const { inner } = engine.dispatcher.queue('windrow-wake-ups');
  if (typeof inner !== 'object' || inner === null || !('getJobSchedulers' in inner)) throw new Error('no BullMQ queue');
  if (typeof inner.getJobSchedulers !== 'function') throw new Error('no job schedulers');
  const found: unknown = await Reflect.apply(inner.getJobSchedulers, inner, []);
  const Schedulers = z.array(z.object({ every: z.coerce.number() }));
  return Schedulers.parse(found).map((scheduler) => scheduler.every);
}

type Noting = [id: string, seen?: string[], options?: Parameters<typeof every>[1], windows?: string];

function noting(...[id, seen = [], options = {}, windows = '1h']: Noting): Dag {
  return dag(id, { schedule: every(windows, options) }, (d) => {
    const note = task('note', { run: async (context) => void seen.push(windowText(windowOf(context))) });
    d.use('note', note);
  });
}
