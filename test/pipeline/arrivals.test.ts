import { type Polled, type SensorOptions, Temporal, newDirectories, sensor } from '#framework';
import { type Windrow, backfills, explainRecord, operations, sensorOperations } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { sensorText } from '../../framework/cli/text/sensor-text.ts';
import { pollIfDue } from '../../framework/scheduler/watch-sensors.ts';
import { finishPoll } from '../../framework/store/sensors/finish-poll.ts';
import { BACKENDS, eventually } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { Bench, row } from '../engine/bench.ts';
import { records, rerun } from './records.ts';

/** Directories named for the moment at which they are whole: 2026-01-20T1200Z. */
const endOf = (name: string): Temporal.Instant => Temporal.Instant.from(`${name.slice(0, -3)}:${name.slice(-3)}`);

const day = (date: string): string => `2026-01-${date}T0000Z`;
const FIRST = '2026-01-19T00:00Z..2026-01-20T00:00Z';
const SECOND = '2026-01-20T00:00Z..2026-01-21T00:00Z';
const THIRD = '2026-01-21T00:00Z..2026-01-22T00:00Z';

/** A folder in which directories arrive, and a pipeline that loads each as a window. */
function arrivals(options: Partial<Pick<SensorOptions<string>, 'order' | 'start'>> = {}) {
  const folder: string[] = [];
  const loads: [unknown, string][] = [];
  const state = { polls: 0, poll: async (after: string | undefined): Promise<Polled<string>> => list(after) };
  const list = (after: string | undefined): Polled<string> =>
    newDirectories({ list: folder, after, window: (name) => ({ end: endOf(name) }) });
  const doubles = transferDoubles();
  const pipe = doublesPipeline('bronze', doubles, {
    params: z.object({ directory: z.string() }),
    maxActiveRuns: 3,
  });
  doubles.target.trouble = ({ params, window }) => {
    loads.push([params['directory'], window.end.toString()]);
  };
  const found = sensor('arrivals', {
    every: '30s',
    dag: pipe,
    start: '2026-01-19T00:00Z',
    cursor: z.string(),
    ...options,
    poll: async ({ cursor }) => {
      state.polls += 1;
      return state.poll(cursor);
    },
  });
  return { folder, loads, doubles, state, list, dag: pipe, sensor: found };
}

type Arrivals = ReturnType<typeof arrivals>;

describe.each(BACKENDS)('a pipeline that a sensor drives, on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('loads every directory once, oldest first, in windows that follow each other, with two schedulers', async () => {
    const { dag, sensor: found, folder, loads } = arrivals();
    const clock = new TestClock('2026-01-25T00:00Z');
    const code = { backend, dags: [dag], sensors: [found], clock };
    folder.push(day('22'), day('20'), day('21'));
    const first = await bench.engine(code);
    bench.schedule(first);
    bench.schedule(await bench.beside(first, code));
    await records(first, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED', [THIRD]: 'COMPLETED' });
    folder.push(day('24'));
    clock.set('2026-01-25T00:00:30Z');
    await eventually('the late directory', async () => (loads.length === 4 ? true : undefined));
    expect(loads).toEqual(['20', '21', '22', '24'].map((date) => [day(date), `2026-01-${date}T00:00:00Z`]));
    expect(await row(first, 'select count(*), min(kind) as kind from dag_run')).toEqual({ count: 4, kind: 'sensor' });
    expect(
      await row(
        first,
        `select window_start_time as start, time_interval as length from pipeline_records order by id desc`,
      ),
    ).toEqual({ start: Temporal.Instant.from('2026-01-22T00:00Z'), length: '2d' });
  });
});

describe('a pipeline that a sensor drives', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = async (from: Arrivals): Promise<Windrow> =>
    bench.engine({
      backend: 'postgres',
      dags: [from.dag],
      sensors: [from.sensor],
      clock: new TestClock('2026-01-25T00:00Z'),
    });
  const look = async (engine: Windrow, { sensor: found }: Arrivals): Promise<void> => {
    await row(engine, 'update sensor set next_poll_at = null');
    await pollIfDue(found, new AbortController().signal, {
      ...engine,
      tickMs: engine.settings.tickMs,
      random: () => 0.5,
    });
  };
  const problem = async (engine: Windrow): Promise<string | undefined> => {
    const view = await sensorOperations(engine).show('arrivals', { limit: 1 });
    return view?.failures === 0 ? undefined : `${view?.lastError?.code}: ${view?.lastError?.message}`;
  };
  const spoilt = (from: Arrivals, name: string): void => {
    const load = from.doubles.target.trouble;
    from.doubles.target.trouble = async (context) => {
      if (context.params['directory'] === name) throw new TypeError('This directory is spoilt.');
      await load?.(context);
    };
  };

  it('holds later directories back behind a failed one, says so, and goes on behind its re-run with its params', async () => {
    const from = arrivals();
    from.folder.push(day('20'), day('21'));
    const { trouble } = from.doubles.target;
    spoilt(from, day('20'));
    const engine = await open(from);
    await look(engine, from);
    await records(engine, { [FIRST]: 'FAILED', [SECOND]: 'PENDING' });
    const second = Number((await row(engine, 'select max(id) as id from pipeline_records'))?.['id']);
    expect(await explainRecord(engine.store.database, second, engine.clock.now())).toMatchObject({
      reasons: [{ code: 'earlier_window' }, { code: 'no_scheduler' }],
    });
    expect(await sensorOperations(engine).rerunItem('arrivals', day('20'))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('windrow records rerun'),
    });
    const held = await sensorOperations(engine).show('arrivals', { limit: 9 });
    expect(held).toMatchObject({ waitingItems: 1, heldBy: { kind: 'record', key: day('20'), status: 'FAILED' } });
    const text = held === undefined ? '' : sensorText(held, held.items);
    expect(text).toMatch(/state +held back\n/);
    expect(text).toMatch(
      /held back by +"2026-01-20T0000Z" \(record 1 FAILED\); go on with: windrow records rerun 1, or skip/,
    );
    expect(text).toMatch(/\n2026-01-21T0000Z +2 +- +PENDING .*\n2026-01-20T0000Z +1 +1 +FAILED /);
    from.doubles.target.trouble = trouble;
    await rerun(engine, FIRST);
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
    expect(from.loads.map(([directory]) => directory)).toEqual([day('20'), day('21')]);
    const items = (await sensorOperations(engine).show('arrivals', { limit: 9 }))?.items ?? [];
    expect(items.map(({ key, recordStatus }) => [key, recordStatus])).toEqual([
      [day('21'), 'COMPLETED'],
      [day('20'), 'COMPLETED'],
    ]);
  });

  it('loads directories side by side in free order, and lets none wait for a failed one', async () => {
    const from = arrivals({ order: 'free' });
    from.folder.push(day('20'), day('21'), day('22'));
    spoilt(from, day('20'));
    const engine = await open(from);
    await look(engine, from);
    await records(engine, { [FIRST]: 'FAILED', [SECOND]: 'COMPLETED', [THIRD]: 'COMPLETED' });
    expect(new Set(from.loads.map(([directory]) => directory))).toEqual(new Set([day('21'), day('22')]));
  });

  it('makes windows while its dag is paused no more than it polls, and then loses nothing', async () => {
    const from = arrivals();
    from.folder.push(day('20'));
    const engine = await open(from);
    await operations(engine).pauseDag('bronze');
    await look(engine, from);
    expect(from.state.polls).toBe(0);
    await operations(engine).unpauseDag('bronze');
    await look(engine, from);
    await records(engine, { [FIRST]: 'COMPLETED' });
  });

  it('takes no cursor and no item of a poll that throws half way, and all of them at the next', async () => {
    const from = arrivals();
    from.folder.push(day('20'), day('21'));
    from.state.poll = async () => {
      throw new Error('The server hung up.');
    };
    const engine = await open(from);
    await look(engine, from);
    expect(await row(engine, 'select count(*) from pipeline_records')).toEqual({ count: 0 });
    from.state.poll = async (after) => from.list(after);
    await look(engine, from);
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
  });

  it('loads a directory whose key it knows once, however often the cursor is reset', async () => {
    const from = arrivals();
    from.folder.push(day('20'), day('21'));
    const engine = await open(from);
    await look(engine, from);
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
    await sensorOperations(engine).setCursor('arrivals', undefined);
    from.folder.push(day('22'));
    const preview = await sensorOperations(engine).previewCursor('arrivals', undefined);
    expect(preview).toMatchObject({
      items: [
        { key: day('20'), known: true, began: { recordId: 1 }, becomes: null },
        { key: day('21'), known: true, began: { recordId: 2 } },
        { key: day('22'), known: false, becomes: { start: Temporal.Instant.from('2026-01-21T00:00Z') } },
      ],
    });
    await look(engine, from);
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED', [THIRD]: 'COMPLETED' });
    expect(from.loads).toHaveLength(3);
  });

  it.each([
    ['an item that is older than the newest window', day('20'), 'E_SENSOR_WINDOW_PAST'],
    ['an item with the window of another', day('21'), 'E_SENSOR_WINDOW_TAKEN'],
  ])('starts nothing of a poll with %s, names it, and goes on once it is given up', async (_, end, code) => {
    const from = arrivals();
    from.folder.push(day('21'));
    const engine = await open(from);
    await look(engine, from);
    from.state.poll = async () => ({
      items: [
        { key: 'again', params: { directory: 'again' }, window: { end: endOf(end) } },
        { key: day('22'), params: { directory: day('22') }, window: { end: endOf(day('22')) } },
      ],
      cursor: day('22'),
    });
    await look(engine, from);
    expect(await problem(engine)).toMatch(new RegExp(`^${code}: .*"again".*windrow sensors skip arrivals 'again'`));
    expect(await row(engine, 'select cursor from sensor')).toEqual({ cursor: day('21') });
    expect(await sensorOperations(engine).skipItem('arrivals', 'against', 'a slip')).toEqual({ kind: 'not_found' });
    expect(await sensorOperations(engine).skipItem('arrivals', 'again', 'a copy')).toMatchObject({ kind: 'skipped' });
    await look(engine, from);
    expect(await problem(engine)).toBeUndefined();
    await eventually('both loads', async () => (from.loads.length === 2 ? true : undefined));
    expect(from.loads.map(([directory]) => directory)).toEqual([day('21'), day('22')]);
  });

  it('binds an item to the window that somebody loaded by hand with the same params, and does not load it again', async () => {
    const from = arrivals();
    const engine = await open(from);
    const window = { start: endOf(day('19')), end: endOf(day('20')), zone: 'UTC' };
    await operations(engine).triggerDag('bronze', { window, params: { directory: day('20') } });
    await records(engine, { [FIRST]: 'COMPLETED' });
    from.folder.push(day('20'), day('21'));
    await look(engine, from);
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
    expect(from.loads.map(([directory]) => directory)).toEqual([day('20'), day('21')]);
  });

  it('lets nobody start a window by hand that would leave a gap for items to come', async () => {
    const from = arrivals();
    from.folder.push(day('20'));
    const engine = await open(from);
    await look(engine, from);
    await records(engine, { [FIRST]: 'COMPLETED' });
    const window = { start: endOf(day('21')), end: endOf(day('22')), zone: 'UTC' };
    const params = { directory: day('22') };
    expect(await operations(engine).triggerDag('bronze', { window, params })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('the time between would never be loaded'),
    });
    from.folder.push(day('21'), day('22'));
    await look(engine, from);
    await eventually('all three loads', async () => (from.loads.length === 3 ? true : undefined));
    expect(from.loads.map(([directory]) => directory)).toEqual([day('20'), day('21'), day('22')]);
  });

  it('lets nobody start the window of a waiting item by hand with other params', async () => {
    const from = arrivals();
    from.folder.push(day('20'), day('21'));
    spoilt(from, day('20'));
    const engine = await open(from);
    await look(engine, from);
    await records(engine, { [FIRST]: 'FAILED', [SECOND]: 'PENDING' });
    const window = { start: endOf(day('20')), end: endOf(day('21')), zone: 'UTC' };
    expect(await operations(engine).triggerDag('bronze', { window, params: { directory: 'other' } })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(`is that of the item "${day('21')}", which sensor arrivals found`),
    });
    const params = { directory: day('21') };
    expect(await operations(engine).triggerDag('bronze', { window, params })).toMatchObject({ kind: 'created' });
    await records(engine, { [FIRST]: 'FAILED', [SECOND]: 'COMPLETED' });
    expect(from.loads).toEqual([[day('21'), '2026-01-21T00:00:00Z']]);
  });

  it('tells of time that no item holds, in the history of the window', async () => {
    const from = arrivals();
    const engine = await open(from);
    from.state.poll = async () => ({
      items: ['20', '22'].map((date) => ({
        key: date,
        params: { directory: date },
        window: { start: endOf(day(date)).subtract({ hours: 24 }), end: endOf(day(date)) },
      })),
    });
    await look(engine, from);
    await records(engine, { [FIRST]: 'COMPLETED', [THIRD]: 'COMPLETED' });
    const told = `select details from event where kind = 'sensor_item_started' order by id desc`;
    expect(await row(engine, told)).toEqual({
      details: {
        sensor: 'arrivals',
        key: '22',
        gap: { from: '2026-01-20T00:00:00Z', to: '2026-01-21T00:00:00Z' },
      },
    });
  });

  it('loads directories of a stretch of time again as a backfill, in order and with their own params', async () => {
    const from = arrivals();
    from.folder.push(day('20'), day('21'), day('22'));
    const engine = await open(from);
    await look(engine, from);
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED', [THIRD]: 'COMPLETED' });
    const stretch = { dagId: 'bronze', from: endOf(day('19')), to: endOf(day('21')), only: 'all' } as const;
    expect(await backfills(engine).create({ ...stretch, reverse: true })).toMatchObject({ kind: 'refused' });
    expect(await backfills(engine).create({ ...stretch, params: { folder: 'x' } })).toMatchObject({ kind: 'refused' });
    expect(await backfills(engine).create({ ...stretch, to: endOf(day('19')).add({ hours: 1 }) })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('No window of bronze lies between'),
    });
    expect(await backfills(engine).create(stretch)).toMatchObject({ kind: 'created' });
    await eventually('both loads', async () => (from.loads.length === 5 ? true : undefined));
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED', [THIRD]: 'COMPLETED' });
    expect(from.loads.slice(3).map(([directory]) => directory)).toEqual([day('20'), day('21')]);
  });

  it('gives windows of a backfill the params that it names, the newest first where the order is free', async () => {
    const from = arrivals({ order: 'free' });
    from.folder.push(day('20'), day('21'));
    const engine = await open(from);
    await look(engine, from);
    await records(engine, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
    const planned = await backfills(engine).plan({
      dagId: 'bronze',
      from: Temporal.PlainDate.from('2026-01-19'),
      to: Temporal.PlainDate.from('2026-01-21'),
      only: 'all',
      reverse: true,
      params: { directory: 'copy' },
    });
    expect(planned).toMatchObject({ kind: 'planned', windows: [{ recordId: 2 }, { recordId: 1 }] });
    await backfills(engine).create({
      dagId: 'bronze',
      from: endOf(day('19')),
      to: endOf(day('20')),
      only: 'all',
      params: { directory: 'copy' },
    });
    await eventually('the copy', async () => (from.loads.length === 3 ? true : undefined));
    expect(from.loads.at(-1)).toEqual(['copy', '2026-01-20T00:00:00Z']);
  });

  it('loses no window when its process dies behind the poll, nor when the code loses the sensor', async () => {
    const from = arrivals();
    from.folder.push(day('20'), day('21'));
    const engine = await open(from);
    const at = engine.clock.now();
    const ended = { cursorVersion: 0, at, nextPollAt: at.add({ minutes: 1 }), polled: from.list(undefined) };
    expect(await finishPoll(engine.store.database, from.sensor, ended)).toEqual({ kind: 'written', started: 2 });
    expect(await finishPoll(engine.store.database, from.sensor, ended)).toEqual({ kind: 'overtaken' });
    expect(await row(engine, 'select count(*) from dag_run')).toEqual({ count: 0 });
    const later = await bench.beside(engine, { backend: 'postgres', dags: [from.dag], clock: engine.clock });
    bench.schedule(later);
    await records(later, { [FIRST]: 'COMPLETED', [SECOND]: 'COMPLETED' });
    expect(from.loads.map(([directory]) => directory)).toEqual([day('20'), day('21')]);
  });
});
