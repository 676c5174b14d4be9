import {
  type Plugin,
  type RecordStateChanged,
  type SchemaDrifted,
  type TaskContext,
  type TaskFinished,
  type TaskStarted,
  type Tick,
  Temporal,
  dag,
  definePlugin,
  every,
  milliseconds,
  recordId,
  seconds,
  task,
  windowText,
} from '#framework';
import { type Windrow, operations } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { deliverToPlugins } from '../../framework/process/plugin-delivery.ts';
import { listPlugins } from '../../framework/store/plugins/list-plugins.ts';
import { Bench, row } from '../engine/bench.ts';
import { records } from '../pipeline/records.ts';
import { eventually, runDag } from '../support/engine.ts';
import { failureOf } from '../support/failure-of.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { listener } from './listener.ts';

const FIRST = '2026-01-20T13:15Z..2026-01-20T13:30Z';
const DRIFT = {
  table: 'orders',
  column: 'size__c',
  change: 'add_column',
  sentence: 'Added column orders.size__c.',
  decision: 'applied',
} as const;

const list = task('list', { run: () => ['a', 'b'] });
const load = task('load', { run: ({ input }: TaskContext<{ file: string }>) => input.file.toUpperCase() });
const mapped = dag('mapped', {}, (d) => void d.use('load', load.map({ file: d.use('list', list) })));
const lone = dag('lone', {}, (d) => void d.use('only', task('only', { run: () => 1 })));

describe('a hook', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const deliver = (engine: Windrow, id = 'one') => bench.keep(deliverToPlugins({ ...engine, id, hookMs: seconds(60) }));
  const until = (what: string, isSo: () => boolean) => eventually(what, async () => (isSo() ? true : undefined));

  it('hears of the instances of a mapped task, each with its index, and of no try that only made them', async () => {
    const started: TaskStarted[] = [];
    const finished: TaskFinished[] = [];
    const ears = definePlugin({
      name: 'ears',
      version: '1',
      hooks: {
        taskStarted: async (event) => void started.push(event),
        taskFinished: async (event) => void finished.push(event),
      },
    });
    const engine = await bench.engine({ dags: [mapped], backend: 'postgres', plugins: [ears] });
    deliver(engine);
    await runDag(engine, 'mapped');
    await until('three ends', () => finished.length === 3);
    const told = ({ taskId, mapIndex, attempt }: TaskStarted | TaskFinished) => `${taskId} ${mapIndex} ${attempt}`;
    expect(finished.map(told).toSorted()).toEqual(['list null 1', 'load 0 1', 'load 1 1']);
    expect(started.map(told).toSorted()).toEqual(['list null 1', 'load 0 1', 'load 1 1']);
    expect(new Set(finished.map(({ fence }) => fence))).toEqual(new Set(started.map(({ fence }) => fence)));
    expect(finished.find(({ mapIndex }) => mapIndex === 1)?.output).toBe('B');
  });

  const openPipeline = async (plugins: readonly Plugin[]) => {
    const doubles = transferDoubles();
    doubles.target.schemaChanges = [DRIFT];
    const clock = new TestClock('2026-01-20T13:30Z');
    const orders = doublesPipeline('orders', doubles, { schedule: every('15m', { start: '2026-01-20T13:15Z' }) });
    const engine = await bench.engine({ dags: [orders], backend: 'postgres', plugins, clock });
    return { engine, doubles };
  };

  const recordEars = (heard: RecordStateChanged[], drifted: SchemaDrifted[]) =>
    definePlugin({
      name: 'record_ears',
      version: '1',
      hooks: {
        recordStateChanged: async (event) => void heard.push(event),
        schemaDrift: async (event) => void drifted.push(event),
      },
    });
  const change = ({ from, to }: RecordStateChanged) => `${from.status} ${from.phase} > ${to.status} ${to.phase}`;

  it('hears every change of the state of a record, and what a load changed in the schema', async () => {
    const heard: RecordStateChanged[] = [];
    const drifted: SchemaDrifted[] = [];
    const plugins = [recordEars(heard, drifted)];
    const { engine } = await openPipeline(plugins);
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    deliver(engine);
    await until('the end of the record', () => heard.some(({ to }) => to.status === 'COMPLETED'));
    expect(heard.map(change)).toEqual([
      'PENDING null > IN_PROGRESS null',
      'IN_PROGRESS null > IN_PROGRESS SOURCE_TO_STAGE',
      'IN_PROGRESS SOURCE_TO_STAGE > IN_PROGRESS STAGE_TO_TARGET',
      'IN_PROGRESS STAGE_TO_TARGET > COMPLETED AUDIT',
    ]);
    expect(heard[0]).toMatchObject({ dagId: 'orders', recordId: 1, runId: 1 });
    expect(heard.map(({ window }) => windowText(window))).toEqual([FIRST, FIRST, FIRST, FIRST]);
    expect(heard.at(-1)?.receipt).toMatchObject({ outcome: 'loaded', rows: expect.any(Number), details: {} });
    expect(drifted).toMatchObject([{ dagId: 'orders', recordId: 1, runId: 1, changes: [DRIFT] }]);
  });

  it('hears of a record that fails with its run, and of one that a person gives up without a run', async () => {
    const heard: RecordStateChanged[] = [];
    const plugins = [recordEars(heard, [])];
    const { engine, doubles } = await openPipeline(plugins);
    doubles.source.trouble = () => Promise.reject(new Error('no room'));
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'FAILED' });
    await eventually('the record given up', async () => {
      const skipped = await operations(engine).skipRecord(recordId(1), 'not needed');
      return skipped.kind === 'skipped' ? true : undefined;
    });
    deliver(engine);
    await until('the skip', () => heard.length === 3);
    expect(heard.map(change)).toEqual([
      'PENDING null > IN_PROGRESS null',
      'IN_PROGRESS null > FAILED null',
      'FAILED null > COMPLETED null',
    ]);
  });

  it('hears again of a change of a record when the process that told it died before it noted that', async () => {
    const heard: RecordStateChanged[] = [];
    const plugins = [recordEars(heard, [])];
    const { engine } = await openPipeline(plugins);
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    const first = deliver(engine);
    await until('four changes', () => heard.length === 4);
    await first.close();
    // As a process leaves it that dies behind its first hook.
    const dead = `update plugin set position = $1, holder = 'dead', held_until = now() + interval '1 s'`;
    await engine.store.database.run({ text: dead }, [(heard[0]?.id ?? 0) - 1]);
    deliver(engine, 'two');
    await until('the same again', () => heard.length === 8);
    expect(heard.slice(4)).toEqual(heard.slice(0, 4));
  });

  it('of starts and records writes nothing where no plugin has it', async () => {
    const { engine } = await openPipeline([listener('ears', [])].map(({ name, version }) => ({ name, version })));
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    const counted = `select count(*) from event where kind in ('task_started', 'record_changed')`;
    expect(await row(engine, counted)).toEqual({ count: 0 });
  });

  it('that waits holds back no other plugin', async () => {
    const gate = Promise.withResolvers<void>();
    const [slow, quick]: [string[], string[]] = [[], []];
    const plugins = [listener('slow', slow, () => gate.promise), listener('quick', quick)];
    const engine = await bench.engine({ dags: [lone], backend: 'postgres', plugins });
    deliver(engine);
    expect((await runDag(engine, 'lone')).state).toBe('success');
    await until('all events, and the first of the slow one', () => quick.length === 4 && slow.length > 0);
    expect(slow).toEqual(['runStarted']);
    gate.resolve();
    await until('the rest', () => slow.length === 4);
    expect(slow).toEqual(quick);
  });
});

describe('the tick of a plugin', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const ticker = (hear: (tick: Tick) => Promise<void>, heard: string[] = []) =>
    definePlugin({
      name: 'ticker',
      version: '1',
      tickEvery: '1m',
      hooks: { tick: hear, runStarted: async ({ kind }) => void heard.push(kind) },
    });
  const minute = (text: string) => Temporal.Instant.from(text).toString();

  it('comes once per interval over all processes, and those that nobody saw are not made up for', async () => {
    const ticks: string[] = [];
    const clock = new TestClock('2026-01-20T13:15:20Z');
    const plugins = [ticker(async ({ at }) => void ticks.push(at.toString()))];
    const engine = await bench.engine({ dags: [lone], backend: 'postgres', plugins, clock, workers: 0 });
    for (const id of ['one', 'two']) bench.keep(deliverToPlugins({ ...engine, plugins, id }));
    const until = (count: number) => eventually('ticks', async () => (ticks.length >= count ? true : undefined));
    await until(1);
    clock.set('2026-01-20T13:16:59Z');
    await until(2);
    clock.set('2026-01-20T13:20:00Z');
    await until(3);
    await bench.close();
    expect(ticks).toEqual(['2026-01-20T13:15Z', '2026-01-20T13:16Z', '2026-01-20T13:20Z'].map(minute));
  });

  it('that throws or hangs is counted, comes again, and holds back no event', async () => {
    const heard: string[] = [];
    const clock = new TestClock('2026-01-20T13:15:20Z');
    let ticks = 0;
    const fail = () => ((ticks += 1) === 1 ? Promise.reject(new Error('no room')) : new Promise<void>(() => {}));
    const plugins = [ticker(fail, heard)];
    const engine = await bench.engine({ dags: [lone], backend: 'postgres', plugins, clock });
    bench.keep(deliverToPlugins({ ...engine, plugins, id: 'one', hookMs: milliseconds(500) }));
    const failures = (count: number) =>
      eventually('the failure', async () => {
        const [view] = await listPlugins(engine.store.database);
        return view?.failures === count ? view : undefined;
      });
    expect((await failures(1)).lastError).toBe('tick: no room');
    clock.set('2026-01-20T13:16:00Z');
    await runDag(engine, 'lone');
    expect((await failures(2)).lastError).toBe('tick: The hook took longer than 500ms.');
    await eventually('the event', async () => (heard.length === 1 ? true : undefined));
  });

  it('has an interval of a second or more', () => {
    const often = () => definePlugin({ name: 'often', version: '1', tickEvery: '500ms' });
    expect(failureOf(often)).toMatchObject({ code: 'E_PLUGIN_TICK' });
  });
});
