import { DataFailure, type Plugin, Temporal, type Window, dag, minutes, task } from '#framework';
import {
  type LineageTransport,
  asset,
  assetDag,
  defineAssets,
  freshnessChanges,
  listAutomations,
  maxAge,
  onMissing,
  onWindowClose,
  readFreshness,
  showAutomation,
  windows,
} from '#framework/assets';
import { type Windrow, createRun, pluginDatabase } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { deliverToPlugins } from '../../framework/process/plugin-delivery.ts';
import { Bench, row } from '../engine/bench.ts';
import { endOf, eventually } from '../support/engine.ts';
import { OpenLineageEvent } from '../unit/assets/open-lineage.ts';

const at = (text: string) => Temporal.Instant.from(text);
const START = at('2026-01-20T13:00Z');
const quarter = (number: number): Window => ({
  start: START.add({ minutes: 15 * number }),
  end: START.add({ minutes: 15 * number + 15 }),
  zone: 'UTC',
});
/** A tick may take as long as its interval. */
const TICK_S = 10;
const TICKED = `select from plugin where ticked_at > $1::timestamptz - interval '${TICK_S} s'`;

interface Time {
  now: Temporal.Instant;
  readonly isTicked: () => Promise<unknown>;
}

const quarters = windows('15m', { start: '2026-01-20T13:00Z' });

describe('what the asset plugin does by itself', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  /** An engine whose time a test moves. */
  async function open(defined: ReturnType<typeof defineAssets>, more: Parameters<typeof bench.engine>[0]['dags'] = []) {
    const plugin = { ...defined.plugin, tickEvery: `${TICK_S}s` };
    const engine = await bench.engine({ dags: [...defined.dags, ...more], backend: 'postgres', plugins: [plugin] });
    const time = { now: START.add({ minutes: 20 }), isTicked: () => row(engine, TICKED, [time.now.toString()]) };
    bench.keep(deliverToPlugins({ ...engine, id: 'one', hookMs: minutes(1), clock: { now: () => time.now } }));
    return { engine, time, database: pluginDatabase(engine.store.database, 'assets') };
  }
  async function run(engine: Windrow, dagId: string, window?: Window) {
    const given = window === undefined ? {} : { window };
    const created = await createRun(engine.store.database, { dagId, kind: 'manual', ...given });
    if (created.kind !== 'created') throw new Error('not created');
    await engine.advance(dagId);
    return endOf(engine, created.runId);
  }
  /** Time goes on by itself as well, but only as far as the plugin has ticked: it ticks once for each of its intervals. */
  async function ticking<T>(what: string, time: Time, look: () => Promise<T | undefined>) {
    return eventually(what, async () => {
      if ((await time.isTicked()) !== undefined) time.now = time.now.add({ seconds: TICK_S });
      return look();
    });
  }

  it('starts a run for each window that closes once its parents are there, and none for history', async () => {
    const raw = asset('raw/orders', { partitions: quarters }, () => ({ metadata: { rows: 1 } }));
    const report = asset(
      'marts/report',
      { deps: [raw], partitions: quarters, automation: onMissing() },
      () => undefined,
    );
    const defined = defineAssets({
      dags: [assetDag('raw', { assets: [raw] }), assetDag('marts', { assets: [report] })],
    });
    const { engine, time, database } = await open(defined);
    const runs = async () =>
      (
        await engine.store.database.run({ text: `select window_start from dag_run where dag_id = 'marts' order by 1` })
      ).map((row) => String(row['window_start']));

    await run(engine, 'raw', quarter(0));
    await ticking('the automation to be attached', time, async () =>
      (await listAutomations(database)).find(({ evaluatedAt }) => evaluatedAt !== null),
    );
    time.now = quarter(2).end.add({ minutes: 1 });
    await ticking('the absent parent to be the reason', time, async () =>
      JSON.stringify(await showAutomation(database, 'marts/report')).includes(
        'raw/orders of 2026-01-20T13:30Z is missing',
      )
        ? true
        : undefined,
    );
    expect(await runs()).toEqual([]);

    await run(engine, 'raw', quarter(2));
    const [automated] = await ticking('the run', time, async () => {
      const detail = await showAutomation(database, 'marts/report');
      return detail?.runs.some(({ endedAt }) => endedAt !== null) === true ? detail.runs : undefined;
    });
    expect(automated).toMatchObject({
      partition: '2026-01-20T13:30Z',
      cause: expect.stringContaining('parents made until'),
    });
    // Neither the window of before, nor the one whose parent is absent, nor the same one again.
    expect(await runs()).toEqual(['2026-01-20T13:30:00Z']);
    const detail = await showAutomation(database, 'marts/report');
    expect(detail?.evaluations.some(({ requests }) => requests.length === 1)).toBe(true);
  });

  it('asks once for a window that closed, also when its run fails', async () => {
    const broken = asset('broken', { partitions: quarters, automation: onWindowClose() }, () => {
      throw new DataFailure('E_BROKEN', 'It cannot be made.');
    });
    const defined = defineAssets({ dags: [assetDag('broken', { assets: [broken] })] });
    const { engine, time, database } = await open(defined);
    await ticking('the automation to be attached', time, async () => (await listAutomations(database))[0]);
    time.now = quarter(1).end.add({ seconds: 1 });
    await ticking('the reason that it is not asked for again', time, async () =>
      JSON.stringify(await showAutomation(database, 'broken')).includes('asked for on this account already')
        ? true
        : undefined,
    );
    const detail = await showAutomation(database, 'broken');
    expect(detail?.runs.map(({ partition }) => partition)).toEqual(['2026-01-20T13:15Z']);
    expect(await engine.store.database.run({ text: `select count(*)::integer as n from dag_run` })).toEqual([{ n: 1 }]);
  });

  it('knows that a run has ended which ended before it was kept that it was asked for', async () => {
    const quick = asset('quick', { partitions: quarters, automation: onWindowClose() }, () => undefined);
    const defined = defineAssets({ dags: [assetDag('quick', { assets: [quick] })] });
    const { hooks } = defined.plugin;
    const ended = new Set<number>();
    const plugin: Plugin = {
      ...defined.plugin,
      hooks: {
        ...hooks,
        runFinished: async (event, tools) => {
          await hooks?.runFinished?.(event, tools);
          ended.add(event.runId);
        },
        tick: async (event, tools) => {
          const start: typeof tools.runs.start = async (request) => {
            const started = await tools.runs.start(request);
            if (started.kind === 'refused') return started;
            await eventually('its end', async () => (ended.has(started.runId) ? true : undefined));
            return started;
          };
          await hooks?.tick?.(event, { ...tools, runs: { start } });
        },
      },
    };
    const { time, database } = await open({ ...defined, plugin });
    await ticking('the automation to be attached', time, async () => (await listAutomations(database))[0]);
    time.now = quarter(1).end.add({ seconds: 1 });
    const asked = await ticking('the request to have ended', time, async () =>
      (await showAutomation(database, 'quick'))?.runs.find(({ endedAt }) => endedAt !== null),
    );
    expect(asked).toMatchObject({ partition: '2026-01-20T13:15Z' });
  });

  it('says why nothing makes what is asked for', async () => {
    const foreign = asset('foreign', { automation: onMissing() });
    const { time, database } = await open(defineAssets({ assets: [foreign] }), [
      dag('other', {}, (d) => void d.use('only', task('only', { run: () => null }))),
    ]);
    const [status] = await ticking('the refusal', time, async () => {
      const all = await listAutomations(database);
      return all[0]?.refusal === null || all[0]?.refusal === undefined ? undefined : all;
    });
    expect(status?.refusal).toBe('No dag of the project makes foreign.');
  });

  it('keeps whether assets are fresh, since when and how it changed', async () => {
    const orders = asset(
      'orders',
      { partitions: quarters, freshness: maxAge('30m', { warn: '20m' }) },
      () => undefined,
    );
    const defined = defineAssets({ dags: [assetDag('shop', { assets: [orders] })] });
    const { engine, time, database } = await open(defined);
    const state = (wanted: string) =>
      ticking(`the state ${wanted}`, time, async () =>
        (await readFreshness(database)).find((each) => each.state === wanted),
      );

    await state('unknown');
    await run(engine, 'shop', quarter(0));
    expect(await state('fresh')).toMatchObject({ asset: 'orders', changesAt: at('2026-01-20T13:35Z') });
    time.now = at('2026-01-20T13:36Z');
    expect(await state('warn')).toMatchObject({ changesAt: at('2026-01-20T13:45Z') });
    time.now = at('2026-01-20T13:46Z');
    expect(await state('overdue')).toMatchObject({ sentence: expect.stringContaining('older than the 30m allowed') });
    expect((await freshnessChanges(database, 'orders')).map(({ from, to }) => [from, to])).toEqual([
      ['warn', 'overdue'],
      ['fresh', 'warn'],
      ['unknown', 'fresh'],
      [null, 'unknown'],
    ]);
  });

  it('tells runs and tries as OpenLineage in their order, and again what did not arrive', async () => {
    const sent: unknown[] = [];
    let isDown = true;
    const transport: LineageTransport = {
      send: async (event) => {
        if (isDown) throw new Error('The collector is down.');
        sent.push(event);
        return { kind: 'arrived' };
      },
    };
    const raw = asset('raw/orders', { description: 'As the shop has them' });
    const report = asset('marts/report', { deps: [raw] }, () => ({
      metadata: { rows: 3, columns: { type: 'schema', value: [{ name: 'id', type: 'varchar' }] } },
    }));
    const broken = asset('marts/broken', { deps: [report] }, () => {
      throw new DataFailure('E_BROKEN', 'It cannot be made.');
    });
    const shop = assetDag('shop', { description: 'Makes the report', assets: [raw, report, broken] });
    const { engine, time, database } = await open(
      defineAssets({ dags: [shop], lineage: { transport, namespace: 'test' } }),
    );
    await run(engine, 'shop');
    await ticking(
      'a try that did not arrive',
      time,
      async () => (await database.run('select tries from lineage_outbox where tries > 0'))[0],
    );
    isDown = false;
    time.now = time.now.add({ minutes: 10 });
    await ticking('the events', time, async () => (sent.length === 6 ? true : undefined));

    const events = sent.map((event) => OpenLineageEvent.parse(event));
    expect(events.map(({ eventType, job }) => `${eventType} ${job.name}`)).toEqual([
      'START shop',
      'START shop.marts_report',
      'COMPLETE shop.marts_report',
      'START shop.marts_broken',
      'FAIL shop.marts_broken',
      'FAIL shop',
    ]);
    const [start, , made, , failed] = events;
    expect(start?.job.facets.documentation).toMatchObject({ description: 'Makes the report' });
    expect(made).toMatchObject({
      run: { facets: { parent: { run: { runId: start?.run.runId }, job: { namespace: 'test', name: 'shop' } } } },
      inputs: [
        { namespace: 'test', name: 'raw/orders', facets: { documentation: { description: 'As the shop has them' } } },
      ],
      outputs: [{ name: 'marts/report', outputFacets: { outputStatistics: { rowCount: 3 } } }],
    });
    expect(failed?.run.facets.errorMessage?.['message']).toContain('It cannot be made.');
    await ticking('an empty outbox', time, async () =>
      (await database.run('select id from lineage_outbox')).length === 0 ? true : undefined,
    );
    expect(sent).toHaveLength(6);
  });
});
