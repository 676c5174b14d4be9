import { Temporal, every, minutes, recordId } from '#framework';
import {
  type AssetDag,
  type LineageTransport,
  asset,
  assetCatalog,
  assetDag,
  assetEvents,
  assetLineage,
  defineAssets,
  listAutomations,
  materialize,
  materializes,
  onMissing,
  onParentsFresh,
  planMaterialize,
  showAsset,
  showAutomation,
  windows,
} from '#framework/assets';
import { type Windrow, pluginDatabase } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { hearRecord } from '../../framework/plugins/assets/record/hear-notes.ts';
import { deliverToPlugins } from '../../framework/process/plugin-delivery.ts';
import { pluginRuns } from '../../framework/process/plugin-runs.ts';
import { Bench, row } from '../engine/bench.ts';
import { records } from '../pipeline/records.ts';
import { eventually } from '../support/engine.ts';
import { OpenLineageEvent } from '../unit/assets/open-lineage.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';

const FIRST = '2026-01-20T13:15Z..2026-01-20T13:30Z';

const TICK_S = 10;
const TICKED = `select from plugin where ticked_at > $1::timestamptz - interval '${TICK_S} s'`;

/** Time goes on as far as the plugin has ticked: it ticks once for each of its intervals. */
function ticking<T>(
  what: string,
  { engine, clock }: { readonly engine: Windrow; readonly clock: TestClock },
  look: () => Promise<T | undefined>,
): Promise<T> {
  return eventually(what, async () => {
    const now = clock.now();
    const isTicked = (await row(engine, TICKED, [now.toString()])) !== undefined;
    if (isTicked) clock.set(now.add({ seconds: TICK_S }).toString());
    return look();
  });
}

const BEHIND = `
select from dag_run where state in ('queued', 'running')
union all
select from plugin where position < (select max(id) from (select id from event union all select id from task_attempt) e)`;

/** All runs have ended, and the plugin knows what happened in them. */
function heard(engine: Windrow): Promise<unknown> {
  return eventually('the plugin to have heard', async () =>
    (await row(engine, BEHIND)) === undefined ? true : undefined,
  );
}

describe('the assets of a pipeline', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = async (more: readonly AssetDag[] = [], now = '2026-01-20T13:30Z') => {
    const doubles = transferDoubles();
    const sent: unknown[] = [];
    const told: LineageTransport = {
      send: async (event) => {
        sent.push(event);
        return { kind: 'arrived' };
      },
    };
    doubles.target.details = { loaded: { product__v: [3, 1], country__v: [0, 2] } };
    const clock = new TestClock(now);
    const orders = doublesPipeline('orders', doubles, { schedule: every('15m', { start: '2026-01-20T13:15Z' }) });
    const stage = asset('s3/veeva', { deps: ['vault/direct_data'] });
    const tables = { prefix: 'redshift/veeva', from: [stage], kinds: ['table', 'redshift'] };
    const made = materializes(orders, { assets: [stage], tables });
    const { plugin } = defineAssets({
      dags: more,
      materializes: [made],
      lineage: { transport: told, namespace: 'test' },
    });
    const plugins = [{ ...plugin, tickEvery: `${TICK_S}s` }];
    const engine = await bench.engine({ dags: [orders, ...more], backend: 'postgres', plugins, clock });
    bench.keep(deliverToPlugins({ ...engine, id: 'one', hookMs: minutes(1) }));
    const database = pluginDatabase(engine.store.database, 'assets');
    return { engine, doubles, clock, database, made, catalog: assetCatalog(database), sent };
  };

  it('are its stage and each table that a complete window loaded, with what the window brought', async () => {
    const { engine, database, catalog, clock } = await open();
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    await heard(engine);

    const nodes = await assetLineage(catalog);
    expect(nodes.map(({ key, parents }) => [key, parents])).toEqual([
      ['vault/direct_data', []],
      ['s3/veeva', ['vault/direct_data']],
      ['redshift/veeva/country__v', ['s3/veeva']],
      ['redshift/veeva/product__v', ['s3/veeva']],
    ]);
    const product = await showAsset(catalog, 'redshift/veeva/product__v', clock.now());
    expect(product).toMatchObject({
      definition: { group: 'veeva', kinds: ['table', 'redshift'], maker: { kind: 'pipeline', dagId: 'orders' } },
      last: {
        partition: '2026-01-20T13:15Z',
        metadata: { rows: { value: 3 }, deleted: { value: 1 }, window: { value: FIRST } },
      },
      partitions: { total: 1, materialized: 1 },
      unsynced: [],
    });
    const [staged] = await assetEvents(database, { asset: 's3/veeva' });
    expect(staged).toMatchObject({ recordId: 1, metadata: { rows: { value: 3 } } });
    const stage = await showAsset(catalog, 's3/veeva', clock.now());
    expect(stage?.checks.toSorted((one, other) => one.name.localeCompare(other.name))).toMatchObject([
      { name: 'audit', passed: true },
      { name: 'pre_count', passed: true },
    ]);
  });

  it('begin with the first window that was loaded, and a window of another kind cuts nothing', async () => {
    const { database, clock, catalog, made } = await open();
    const { run } = database;
    const start = async () =>
      (
        await run(
          `select definition #>> '{partitions,windows,start}' as start, changed_at from asset where is_discovered`,
        )
      )[0];
    // Its schedule says not where it begins, as that of Direct Data.
    const unbound = { ...made, dag: { ...made.dag, schedule: every('15m') } };
    const hear = (begin: string, minutes: number, id: number) => {
      const start = Temporal.Instant.from(begin);
      const state = { status: 'IN_PROGRESS', phase: 'AUDIT' } as const;
      const event = {
        kind: 'recordStateChanged',
        id,
        at: start,
        dagId: made.dag.id,
        window: { start, end: start.add({ minutes }), zone: 'UTC' },
        recordId: recordId(id),
        runId: null,
        from: state,
        to: { ...state, status: 'COMPLETED' },
        receipt: { details: { loaded: { product__v: [1, 0] } } },
      } as const;
      return hearRecord(unbound, event, { database, find: () => undefined });
    };
    const product = { asset: 'redshift/veeva/product__v' };

    await hear('2026-01-20T13:45Z', 15, 1_000_001);
    expect(await start()).toMatchObject({ start: '2026-01-20T13:45:00Z' });
    await hear('2026-01-20T13:30Z', 15, 1_000_002);
    const first = await start();
    expect(first).toMatchObject({ start: '2026-01-20T13:30:00Z' });
    await hear('2026-01-20T14:00Z', 15, 1_000_003);
    await hear('2026-01-20T00:00Z', 24 * 60, 1_000_004);
    expect(await start()).toEqual(first);
    expect((await assetEvents(database, product)).map(({ partition }) => partition)).toEqual([
      null,
      '2026-01-20T14:00Z',
      '2026-01-20T13:30Z',
      '2026-01-20T13:45Z',
    ]);
    const tables = await showAsset(catalog, product.asset, clock.now().add({ hours: 1 }));
    expect(tables?.partitions).toEqual({ materialized: 3, failed: 0, total: 4 });
  });

  it('are told as outputs of the run that loaded them, with their rows', async () => {
    const { engine, sent, clock } = await open();
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    const end = await ticking('the end of the run', { engine, clock }, async () =>
      sent
        .map((event) => OpenLineageEvent.parse(event))
        .find(({ job, eventType }) => job.name === 'orders' && eventType === 'COMPLETE'),
    );
    const rows = (rowCount: number) => ({ outputFacets: { outputStatistics: { rowCount } } });
    expect(end.inputs).toMatchObject([{ name: 'vault/direct_data' }]);
    expect(end.outputs).toMatchObject([
      { namespace: 'test', name: 's3/veeva', ...rows(3) },
      { name: 'redshift/veeva/country__v', ...rows(0) },
      { name: 'redshift/veeva/product__v', ...rows(3) },
    ]);
  });

  it('are made by the window of the partition that is asked for', async () => {
    const { engine, catalog, clock } = await open();
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    const select = 'redshift/veeva/product__v';
    await eventually('the table', async () => ((await catalog.graph()).keys.length === 4 ? true : undefined));
    const [planned] = planMaterialize(await catalog.graph(), {
      select,
      partition: '2026-01-20T13:15Z',
      what: 'assets',
      now: clock.now(),
    });
    expect(planned).toMatchObject({ dagId: 'orders', window: { start: Temporal.Instant.from('2026-01-20T13:15Z') } });
    expect(planned).not.toHaveProperty('params');
    const request = { select, partition: '2026-01-20T13:15Z', what: 'assets' } as const;
    const [again] = await materialize({ catalog, clock, runs: pluginRuns(engine, 'assets') }, request);
    expect(again?.run).toMatchObject({ kind: 'refused', reason: expect.stringContaining('record') });
  });

  it('are parents whose windows an automation waits for and follows', async () => {
    const daily = asset(
      'marts/daily',
      {
        deps: ['redshift/veeva/product__v'],
        partitions: windows('15m', { start: '2026-01-20T13:00Z' }),
        automation: onMissing(),
      },
      () => undefined,
    );
    const total = asset(
      'marts/total',
      { deps: ['redshift/veeva/product__v'], automation: onParentsFresh() },
      () => undefined,
    );
    const opened = await open(
      [assetDag('daily', { assets: [daily] }), assetDag('total', { assets: [total] })],
      '2026-01-20T13:20Z',
    );
    const { engine, database, clock } = opened;
    await ticking('both to be attached', opened, async () => {
      const all = await listAutomations(database);
      return all.length === 2 && all.every(({ evaluatedAt }) => evaluatedAt !== null) ? true : undefined;
    });
    clock.set('2026-01-20T13:31:00Z');
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    for (const [key, partition] of [
      ['marts/daily', '2026-01-20T13:15Z'],
      ['marts/total', ''],
    ] as const) {
      const run = await ticking(
        `the run that makes ${key}`,
        opened,
        async () => (await showAutomation(database, key))?.runs[0],
      );
      expect(run).toMatchObject({ partition, cause: expect.stringContaining('parents made until') });
    }
  });

  it('stay as they were where a window failed', async () => {
    const { engine, doubles, database } = await open();
    doubles.target.trouble = () => Promise.reject(new Error('no room'));
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'FAILED' });
    await heard(engine);

    expect(await assetEvents(database, { asset: 's3/veeva' })).toEqual([]);
    expect(await assetEvents(database, { asset: 'redshift/veeva/product__v' })).toEqual([]);
  });
});
