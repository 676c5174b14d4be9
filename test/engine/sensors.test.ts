import {
  type Dag,
  DataFailure,
  type Polled,
  type Sensor,
  type SensorOptions,
  dag,
  newDirectories,
  sensor,
  task,
} from '#framework';
import { type SensorOperations, type Windrow, sensorOperations } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { sensorTable } from '../../framework/cli/text/sensor-text.ts';
import { pollIfDue } from '../../framework/scheduler/watch-sensors.ts';
import { BACKENDS, eventually } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { Bench, row } from './bench.ts';

const days = (count: number): string[] =>
  Array.from({ length: count }, (_, day) => `2026-01-${String(day + 1).padStart(2, '0')}`);

/** A folder in which directories arrive, a dag that notes each, and the sensor between them. */
class Arrivals {
  readonly folder: string[] = [];
  readonly seen: string[] = [];
  readonly refused = new Set<string>();
  /** Called before each poll with the number of the poll, from 1. */
  before: (poll: number, signal: AbortSignal) => Promise<void> = async () => {};
  polls = 0;
  readonly dag: Dag;
  readonly sensor: Sensor;

  constructor(options: Partial<Pick<SensorOptions<string>, 'order' | 'timeout'>> & { readonly atMost?: number } = {}) {
    const { atMost = 1000, ...others } = options;
    this.dag = dag('files', { params: z.object({ directory: z.string() }) }, (d) => {
      const note = task('note', {
        retry: 0,
        run: ({ params }: { readonly params: { readonly directory: string } }) => {
          if (this.refused.has(params.directory)) throw new DataFailure('E_SPOILT', 'This directory is spoilt.');
          this.seen.push(params.directory);
        },
      });
      d.use('note', note);
    });
    this.sensor = sensor('arrivals', {
      ...others,
      every: '30s',
      dag: this.dag,
      cursor: z.string(),
      poll: async ({ cursor, signal }): Promise<Polled<string>> => {
        this.polls += 1;
        await this.before(this.polls, signal);
        return newDirectories({ list: this.folder, after: cursor, atMost });
      },
    });
  }

  async saw(count: number): Promise<readonly string[]> {
    return eventually(`${count} directories, of which came ${this.seen.length}`, async () =>
      this.seen.length >= count ? this.seen : undefined,
    );
  }
}

describe.each(BACKENDS)('a sensor on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('starts one run for each new directory, in order, none skipped, with two schedulers that both poll', async () => {
    const arrivals = new Arrivals({ atMost: 4 });
    const clock = new TestClock('2026-01-20T12:00Z');
    const code = { backend, dags: [arrivals.dag], sensors: [arrivals.sensor], clock };
    arrivals.folder.push(...days(10).toReversed());
    const first = await bench.engine(code);
    const second = await bench.beside(first, code);
    bench.schedule(first);
    bench.schedule(second);
    expect(await arrivals.saw(10)).toEqual(days(10));
    arrivals.folder.push(...days(13).slice(10));
    clock.set('2026-01-20T12:00:30Z');
    expect(await arrivals.saw(13)).toEqual(days(13));
    expect(await row(first, 'select count(*) from dag_run')).toEqual({ count: 13 });
    expect(await row(first, 'select cursor from sensor')).toEqual({ cursor: '2026-01-13' });
    const told = `select array_agg(e.details ->> 'key' order by e.id) as keys from event e
      join sensor_item i on i.run_id = e.run_id and i.key = e.details ->> 'key' where e.kind = 'sensor_item_started'`;
    expect(await row(first, told)).toEqual({ keys: days(13) });
  });
});

describe('a sensor', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = async (arrivals: Arrivals, clock = new TestClock('2026-01-20T12:00Z')): Promise<Windrow> =>
    bench.engine({ backend: 'postgres', dags: [arrivals.dag], sensors: [arrivals.sensor], clock });

  it('polls again only when its interval is over, and at once when its clock was set back', async () => {
    const arrivals = new Arrivals();
    const clock = new TestClock('2026-01-20T12:00Z');
    const engine = await open(arrivals, clock);
    bench.schedule(engine);
    await polled(engine, '2026-01-20T12:00:00Z');
    clock.set('2026-01-20T12:00:29.999Z');
    await look(engine, arrivals);
    expect(arrivals.polls).toBe(1);
    clock.set('2026-01-20T12:00:30Z');
    await polled(engine, '2026-01-20T12:00:30Z');
    clock.set('2026-01-20T10:00Z');
    await polled(engine, '2026-01-20T10:00:00Z');
    expect(arrivals.polls).toBe(3);
  });

  it('lets exactly one of two polls with the same cursor write', async () => {
    const arrivals = new Arrivals();
    arrivals.folder.push(...days(2));
    const engine = await open(arrivals);
    const slow = Promise.withResolvers<void>();
    arrivals.before = async (poll) => (poll === 1 ? slow.promise : undefined);
    const overtaken = look(engine, arrivals);
    await eventually('the slow poll', async () => (arrivals.polls === 1 ? true : undefined));
    await row(engine, `update sensor set lease_until = now() - interval '1 second'`);
    await look(engine, arrivals);
    arrivals.folder.push('2026-01-03');
    slow.resolve();
    await overtaken;
    await engineIdle(engine);
    expect(arrivals.seen).toEqual(days(2));
    expect(await row(engine, 'select cursor, cursor_version from sensor')).toEqual({
      cursor: '2026-01-02',
      cursor_version: 1,
    });
  });

  it('loses nothing when its process dies between poll and write', async () => {
    const arrivals = new Arrivals();
    arrivals.folder.push(...days(3));
    const engine = await open(arrivals);
    // As a process leaves it that died: a lease, and nothing else.
    await row(engine, `update sensor set lease_until = now() + interval '300 milliseconds'`);
    bench.schedule(engine);
    expect(await arrivals.saw(3)).toEqual(days(3));
    expect(await row(engine, 'select lease_until from sensor')).toEqual({ lease_until: null });
  });

  it('keeps its cursor when a poll fails, says so, and waits longer after each failure', async () => {
    const arrivals = new Arrivals();
    const clock = new TestClock('2026-01-20T12:00Z');
    const engine = await open(arrivals, clock);
    const sensors = sensorOperations(engine);
    await sensors.setCursor('arrivals', '2026-01-01');
    arrivals.before = async () => {
      throw new DataFailure('E_FOLDER_GONE', 'The folder is gone. Make it again.');
    };
    bench.schedule(engine);
    const failed = (count: number) =>
      eventually(`${count} failures`, async () => {
        const view = await sensors.show('arrivals', { limit: 1 });
        return view?.failures === count ? view : undefined;
      });
    expect(await failed(1)).toMatchObject({ cursor: '2026-01-01', lastError: { code: 'E_FOLDER_GONE' } });
    expect((await failed(1)).lastErrorAt?.toString()).toBe('2026-01-20T12:00:00Z');
    clock.set('2026-01-20T12:00:30Z');
    const history = (await sensors.show('arrivals', { limit: 5 }))?.history ?? [];
    expect(history.map(({ kind, details }) => ({ kind, ...details }))).toEqual([
      {
        kind: 'sensor_poll_failed',
        sensor: 'arrivals',
        code: 'E_FOLDER_GONE',
        message: 'The folder is gone. Make it again.',
      },
      { kind: 'sensor_cursor_set', sensor: 'arrivals', cursor: '2026-01-01', by: 'unknown' },
    ]);
    // Twice the interval, less a quarter: the jitter of these tests.
    expect((await failed(2)).nextPollAt?.toString()).toBe('2026-01-20T12:01:15Z');
    arrivals.before = async () => {};
    arrivals.folder.push(...days(3));
    clock.set('2026-01-20T12:01:15Z');
    expect(await arrivals.saw(2)).toEqual(days(3).slice(1));
    expect(await sensors.show('arrivals', { limit: 1 })).toMatchObject({ failures: 0, cursor: '2026-01-03' });
  });

  it('gives up a poll that takes too long, whether it heeds its signal or not', async () => {
    const arrivals = new Arrivals({ timeout: '50ms' });
    const engine = await open(arrivals);
    arrivals.before = () => new Promise(() => {});
    bench.schedule(engine);
    const failure = await eventually('the time-out', async () => {
      const { lastError } = (await sensorOperations(engine).show('arrivals', { limit: 1 })) ?? { lastError: null };
      return lastError ?? undefined;
    });
    expect(failure).toMatchObject({ code: 'E_SENSOR_TIMED_OUT', kind: 'TimedOut' });
  });

  it('hands a poll back at shutdown, without an error and without waiting for it', async () => {
    const arrivals = new Arrivals();
    const engine = await open(arrivals);
    arrivals.before = () => new Promise(() => {});
    const scheduler = engine.startScheduler();
    await eventually('a poll', async () => (arrivals.polls === 1 ? true : undefined));
    await scheduler.close();
    expect(await row(engine, 'select lease_until, failures, last_error from sensor')).toEqual({
      lease_until: null,
      failures: 0,
      last_error: null,
    });
  });

  it('never starts a second run for a known key, also after its cursor was reset', async () => {
    const arrivals = new Arrivals();
    arrivals.folder.push(...days(3));
    const engine = await open(arrivals);
    const sensors = sensorOperations(engine);
    bench.schedule(engine);
    await arrivals.saw(3);
    arrivals.folder.push(...days(5).slice(3));
    const preview = await sensors.previewCursor('arrivals', undefined);
    expect(preview).toMatchObject({
      kind: 'polled',
      cursor: '2026-01-05',
      items: days(5).map((key, day) => ({ key, known: day < 3 })),
    });
    expect(await row(engine, 'select cursor from sensor')).toEqual({ cursor: '2026-01-03' });
    expect(await sensors.setCursor('arrivals', undefined)).toEqual({ kind: 'set' });
    expect(await arrivals.saw(5)).toEqual(days(5));
    await engineIdle(engine);
    expect(await row(engine, 'select count(*) from dag_run')).toEqual({ count: 5 });
  });

  it('does not poll while it or its dag is paused, and starts no run of a paused dag', async () => {
    const arrivals = new Arrivals();
    const engine = await open(arrivals);
    const sensors = sensorOperations(engine);
    bench.schedule(engine);
    await polled(engine, '2026-01-20T12:00:00Z');
    await sensors.pause('arrivals');
    await look(engine, arrivals);
    expect(arrivals.polls).toBe(1);
    await row(engine, 'update dag set paused = true');
    await sensors.unpause('arrivals');
    await look(engine, arrivals);
    expect(arrivals.polls).toBe(1);
    arrivals.folder.push(...days(1));
    await row(engine, 'update dag set paused = false');
    expect(await arrivals.saw(1)).toEqual(days(1));
    arrivals.folder.push('2026-01-02');
    arrivals.before = async () => void (await row(engine, 'update dag set paused = true'));
    await sensors.setCursor('arrivals', '2026-01-01');
    await eventually('the second item', async () =>
      (await sensors.show('arrivals', { limit: 1 }))?.items.at(0)?.key === '2026-01-02' ? true : undefined,
    );
    await engine.advance('files');
    expect(await sensors.show('arrivals', { limit: 1 })).toMatchObject({ items: [{ state: 'queued' }] });
    await row(engine, 'update dag set paused = false');
    await arrivals.saw(2);
  });

  it('is marked once the code has lost it, and not any more once it is back', async () => {
    const arrivals = new Arrivals();
    const engine = await open(arrivals);
    const marked = async (): Promise<boolean> =>
      sensorTable(await sensorOperations(engine).list()).includes('removed from code');
    expect(await marked()).toBe(false);
    await bench.beside(engine, { dags: [arrivals.dag], workers: 0 });
    expect(await marked()).toBe(true);
    await bench.beside(engine, { dags: [arrivals.dag], sensors: [arrivals.sensor], workers: 0 });
    expect(await marked()).toBe(false);
  });

  it('says what a stored cursor of another form must become', async () => {
    const arrivals = new Arrivals();
    const engine = await open(arrivals);
    await sensorOperations(engine).setCursor('arrivals', { page: 7 });
    bench.schedule(engine);
    const failure = await eventually('an error', async () => {
      const { lastError } = (await sensorOperations(engine).show('arrivals', { limit: 1 })) ?? { lastError: null };
      return lastError ?? undefined;
    });
    expect(failure).toMatchObject({ code: 'E_SENSOR_CURSOR' });
    expect(failure.message).toContain('windrow sensors cursor arrivals --set JSON');
    expect(arrivals.polls).toBe(0);
  });
});

describe('the items of a sensor', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  async function stuck(): Promise<{ arrivals: Arrivals; engine: Windrow; sensors: SensorOperations }> {
    const arrivals = new Arrivals();
    arrivals.folder.push(...days(5));
    arrivals.refused.add('2026-01-03');
    const engine = await bench.engine({ backend: 'postgres', dags: [arrivals.dag], sensors: [arrivals.sensor] });
    bench.schedule(engine);
    await arrivals.saw(2);
    const sensors = sensorOperations(engine);
    await eventually('the third to fail', async () => {
      const found = await sensors.show('arrivals', { limit: 10 });
      return found?.heldBy?.key === '2026-01-03' ? found : undefined;
    });
    return { arrivals, engine, sensors };
  }

  it('wait behind a failed one in strict order, which is visible, and go on once it was run again', async () => {
    const { arrivals, engine, sensors } = await stuck();
    await engine.advance('files');
    const shown = await sensors.show('arrivals', { limit: 10 });
    expect(shown).toMatchObject({ waitingItems: 2, heldBy: { key: '2026-01-03', state: 'failed' } });
    expect(shown?.items.map(({ key, state }) => [key, state])).toEqual([
      ['2026-01-05', 'queued'],
      ['2026-01-04', 'queued'],
      ['2026-01-03', 'failed'],
      ['2026-01-02', 'success'],
      ['2026-01-01', 'success'],
    ]);
    expect(arrivals.seen).toEqual(days(2));
    expect(await sensors.rerunItem('arrivals', '2026-01-02')).toMatchObject({ kind: 'refused' });
    expect(await sensors.rerunItem('arrivals', '2026-01-04')).toMatchObject({ kind: 'refused' });
    expect(await sensors.rerunItem('arrivals', '2027-01-01')).toEqual({ kind: 'not_found' });
    arrivals.refused.clear();
    expect(await sensors.rerunItem('arrivals', '2026-01-03')).toMatchObject({ kind: 'started' });
    expect(await arrivals.saw(5)).toEqual(days(5));
  });

  it('go on without a failed one that was given up', async () => {
    const { arrivals, sensors } = await stuck();
    expect(await sensors.skipItem('arrivals', '2026-01-03', 'sent by mistake')).toEqual({ kind: 'skipped' });
    expect(await arrivals.saw(4)).toEqual(['2026-01-01', '2026-01-02', '2026-01-04', '2026-01-05']);
  });

  it('in strict order keep waiting for all earlier ones behind a cancelled one that was given up', async () => {
    const { arrivals, engine, sensors } = await stuck();
    const fourth = (await sensors.show('arrivals', { limit: 2 }))?.items.at(1);
    await row(engine, `update dag_run set state = 'cancelled' where id = $1`, [fourth?.runId]);
    expect(await sensors.skipItem('arrivals', '2026-01-04', 'not needed')).toMatchObject({ kind: 'skipped' });
    await engine.advance('files');
    expect(await sensors.show('arrivals', { limit: 1 })).toMatchObject({
      waitingItems: 1,
      heldBy: { key: '2026-01-03' },
    });
    expect(arrivals.seen).toEqual(days(2));
  });

  it('do not wait for each other where the order is free', async () => {
    const arrivals = new Arrivals({ order: 'free' });
    arrivals.folder.push(...days(5));
    arrivals.refused.add('2026-01-03');
    const engine = await bench.engine({ backend: 'postgres', dags: [arrivals.dag], sensors: [arrivals.sensor] });
    bench.schedule(engine);
    expect((await arrivals.saw(4)).toSorted()).toEqual(['2026-01-01', '2026-01-02', '2026-01-04', '2026-01-05']);
  });

  it('that wait are at most some two thousand: the rest stays in the source until they have started', async () => {
    const arrivals = new Arrivals();
    arrivals.folder.push(...Array.from({ length: 2500 }, (_, number) => `day-${String(number).padStart(5, '0')}`));
    const engine = await bench.engine({
      backend: 'postgres',
      workers: 0,
      dags: [arrivals.dag],
      sensors: [arrivals.sensor],
    });
    bench.schedule(engine);
    await eventually('two polls', async () =>
      (await row(engine, 'select cursor_version from sensor'))?.['cursor_version'] === 2 ? true : undefined,
    );
    await look(engine, arrivals);
    expect(arrivals.polls).toBe(2);
    expect(await row(engine, 'select count(*), max(key) from sensor_item')).toEqual({ count: 2000, max: 'day-01999' });
    await row(engine, `update dag_run set state = 'success' where state = 'queued'`);
    await eventually('the rest', async () =>
      (await row(engine, 'select count(*) from sensor_item'))?.['count'] === 2500 ? true : undefined,
    );
  });
});

/** Waits until the sensor was polled at this moment. */
async function polled(engine: Windrow, at: string): Promise<void> {
  await eventually(`a poll at ${at}`, async () =>
    String((await row(engine, 'select last_poll_at from sensor'))?.['last_poll_at']) === at ? true : undefined,
  );
}

/** Looks at the sensor once, as every scheduler does at each tick. */
async function look(engine: Windrow, { sensor: one }: Arrivals): Promise<void> {
  const { tickMs } = engine.settings;
  await pollIfDue(one, new AbortController().signal, { ...engine, tickMs, random: () => 0.5 });
}

async function engineIdle(engine: Windrow): Promise<void> {
  await eventually('no open run', async () =>
    (await row(engine, `select count(*) from dag_run where state in ('queued', 'running')`))?.['count'] === 0
      ? true
      : undefined,
  );
}
