import { DataFailure, Temporal, type Window, dag, minutes, skip, task } from '#framework';
import {
  asset,
  assetCatalog,
  assetDag,
  assetEvents,
  assetPlots,
  assets,
  check,
  defineAssets,
  listAssets,
  materialize,
  materializes,
  multiAsset,
  names,
  partitionBar,
  product,
  showAsset,
  windows,
} from '#framework/assets';
import { type Windrow, createRun, pluginDatabase } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { deliverToPlugins } from '../../framework/process/plugin-delivery.ts';
import { pluginRuns } from '../../framework/process/plugin-runs.ts';
import { Bench } from '../engine/bench.ts';
import { endOf, eventually } from '../support/engine.ts';

const at = (text: string) => Temporal.Instant.from(text);
const quarter = (start: string): Window => ({ start: at(start), end: at(start).add({ minutes: 15 }), zone: 'UTC' });
const quarters = windows('15m', { start: '2026-01-20T13:00Z' });
const FIRST = '2026-01-20T13:00Z';
const NOW = at('2026-01-20T13:30Z');

describe('assets', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = async (defined: ReturnType<typeof defineAssets>, dags = defined.dags): Promise<Windrow> => {
    const engine = await bench.engine({
      dags,
      backend: 'postgres',
      plugins: [{ ...defined.plugin, tickEvery: '10s' }],
    });
    bench.keep(deliverToPlugins({ ...engine, id: 'one', hookMs: minutes(1) }));
    return engine;
  };
  const database = (engine: Windrow) => pluginDatabase(engine.store.database, 'assets');
  const catalog = (engine: Windrow) => assetCatalog(database(engine));
  const run = async (engine: Windrow, dagId: string, more: Partial<Parameters<typeof createRun>[1]> = {}) => {
    const created = await createRun(engine.store.database, { dagId, kind: 'manual', ...more });
    if (created.kind !== 'created') throw new Error('not created');
    await engine.advance(dagId);
    return endOf(engine, created.runId);
  };
  /** All that happened before is heard once the catalogue is there and the position has moved. */
  const heard = async (engine: Windrow) => {
    const newest =
      'select coalesce(max(id), 0) as id from (select id from event union all select id from task_attempt) e';
    const [row] = await engine.store.database.run({ text: newest });
    await eventually('the plugin to have heard', async () => {
      const [position] = await engine.store.database.run({ text: `select position from plugin where name = 'assets'` });
      const [known] = await database(engine).run('select count(*)::integer as n from asset');
      return Number(position?.['position']) >= Number(row?.['id']) && Number(known?.['n']) > 0 ? true : undefined;
    });
  };

  it('are made by a dag of one task each, in order, and keep what is known of them', async () => {
    const order: string[] = [];
    const orders = asset('raw/orders', { partitions: quarters, codeVersion: '1' }, ({ partition }) => {
      order.push(`orders ${partition}`);
      return { metadata: { rows: 3, bytes: { type: 'bytes', value: 120 } }, dataVersion: 'a' };
    });
    const report = asset('marts/report', { deps: [orders, 'other/system'], partitions: quarters }, () => {
      order.push('report');
    });
    const defined = defineAssets({ dags: [assetDag('shop', { assets: [report, orders] })] });
    const engine = await open(defined);

    expect(await run(engine, 'shop', { window: quarter(FIRST) })).toMatchObject({
      state: 'success',
      tasks: { raw_orders: 'success', marts_report: 'success' },
    });
    await heard(engine);

    expect(order).toEqual([`orders ${FIRST}`, 'report']);
    const events = await assetEvents(database(engine), { asset: 'raw/orders' });
    expect(events).toMatchObject([
      { kind: 'materialization', partition: FIRST, taskId: 'raw_orders', dataVersion: 'a', codeVersion: '1', runId: 1 },
    ]);
    expect(events[0]?.metadata).toEqual({ rows: { type: 'int', value: 3 }, bytes: { type: 'bytes', value: 120 } });
    expect((await assetPlots(database(engine), { asset: 'raw/orders' }))[1]).toMatchObject({
      name: 'rows',
      type: 'int',
      points: [{ value: 3, partition: FIRST }],
    });
    const detail = await showAsset(catalog(engine), 'marts/report', NOW);
    expect(detail?.parents.map(({ key }) => key)).toEqual(['raw/orders', 'other/system']);
    const bar = await partitionBar(catalog(engine), { asset: 'marts/report', partitions: quarters, now: NOW });
    expect(bar).toEqual({
      rows: [
        {
          name: null,
          ranges: [
            { state: 'materialized', from: FIRST, to: FIRST, count: 1 },
            { state: 'missing', from: '2026-01-20T13:15Z', to: '2026-01-20T13:15Z', count: 1 },
          ],
        },
      ],
      counts: { materialized: 1, failed: 0, missing: 1 },
    });
  });

  it('hear nothing twice: an event that comes again changes nothing', async () => {
    const one = asset('one', {}, () => ({ metadata: { rows: 1 } }));
    const defined = defineAssets({ dags: [assetDag('ones', { assets: [one] })] });
    const engine = await open(defined);
    await run(engine, 'ones');
    await heard(engine);
    const before = await assetEvents(database(engine), { asset: 'one' });

    await engine.store.database.run({ text: `update plugin set position = 0 where name = 'assets'` });
    await run(engine, 'ones');
    await heard(engine);

    const after = await assetEvents(database(engine), { asset: 'one' });
    expect(after).toHaveLength(2);
    expect(after[1]).toEqual(before[0]);
  });

  it('are not made from what a blocking check refused; the result and its numbers are kept', async () => {
    const filled = check('filled', { blocking: true }, async ({ earlier }) => {
      const rows = await earlier({ of: 'materializations', name: 'rows', atMost: 5 });
      return { passed: rows.length === 0, description: `${rows.length} earlier`, metadata: { earlier: rows.length } };
    });
    const warned = check('warned', { severity: 'warn' }, () => ({ passed: false, description: 'odd' }));
    const orders = asset('raw/orders', { checks: [filled, warned] }, () => ({ metadata: { rows: 3 } }));
    const report = asset('marts/report', { deps: [orders] }, () => {});
    const engine = await open(defineAssets({ dags: [assetDag('shop', { assets: [orders, report] })] }));

    expect((await run(engine, 'shop')).state).toBe('success');
    await heard(engine);
    const second = await run(engine, 'shop');
    await heard(engine);

    expect(second).toMatchObject({
      state: 'failed',
      tasks: {
        raw_orders: 'success',
        check_raw_orders_filled: 'failed',
        check_raw_orders_warned: 'success',
        marts_report: 'upstream_failed',
      },
    });
    const { items } = await listAssets(catalog(engine), { select: 'raw/orders', now: NOW });
    expect(items[0]?.checks).toMatchObject([
      { name: 'filled', passed: false, severity: 'error', description: '1 earlier' },
      { name: 'warned', passed: false, severity: 'warn', description: 'odd' },
    ]);
  });

  it('are compared with each earlier window once, however often that was made again, and never with themselves', async () => {
    const compared: unknown[] = [];
    let rows = 0;
    const counted = check('counted', {}, async ({ earlier, partition }) => {
      const results = await earlier({ of: 'results', name: 'rows', atMost: 5 });
      const made = await earlier({ of: 'materializations', name: 'rows', atMost: 5 });
      compared.push([partition, results, made]);
      return { passed: true, metadata: { rows } };
    });
    const orders = asset('orders', { partitions: product(quarters, names('eu', 'us')), checks: [counted] }, () => {
      rows += 1;
      return { metadata: { rows } };
    });
    const engine = await open(defineAssets({ dags: [assetDag('shop', { assets: [orders] })] }));
    const sell = async (window: string, partition: string) => {
      await run(engine, 'shop', { window: quarter(window), params: { partition } });
      await heard(engine);
    };
    await sell(FIRST, 'eu');
    await sell(FIRST, 'eu');
    await sell(FIRST, 'us');
    await sell('2026-01-20T13:15Z', 'eu');

    expect(compared).toEqual([
      [`${FIRST}|eu`, [], []],
      [`${FIRST}|eu`, [], []],
      [`${FIRST}|us`, [], []],
      ['2026-01-20T13:15Z|eu', [2], [2]],
    ]);
  });

  it('say which partition failed, until it is made', async () => {
    let isBroken = true;
    const parts = names('eu', 'us');
    const sales = asset('sales', { partitions: product(quarters, parts), retry: 0 }, ({ partition }) => {
      if (isBroken && partition?.endsWith('us') === true) throw new DataFailure('E_TEST', 'no data');
    });
    const engine = await open(defineAssets({ dags: [assetDag('sell', { assets: [sales] })] }));
    const cut = { asset: 'sales', partitions: product(quarters, parts), now: at('2026-01-20T13:15Z') };
    // One catalogue, which keeps what it has read.
    const kept = catalog(engine);
    const counts = async () => (await partitionBar(kept, cut)).counts;

    await run(engine, 'sell', { window: quarter(FIRST), params: { partition: 'eu' } });
    await run(engine, 'sell', { window: quarter(FIRST), params: { partition: 'us' } });
    await heard(engine);
    expect(await counts()).toEqual({ materialized: 1, failed: 1, missing: 0 });

    isBroken = false;
    await run(engine, 'sell', { window: quarter(FIRST) });
    await heard(engine);
    expect(await counts()).toEqual({ materialized: 2, failed: 0, missing: 0 });
  });

  it('are out of step when a parent has other content, and in step when it has the same again', async () => {
    let version = 'a';
    const parent = asset('parent', {}, () => ({ dataVersion: version }));
    const child = asset('child', { deps: [parent], codeVersion: '1' }, () => {});
    const engine = await open(defineAssets({ dags: [assetDag('family', { assets: [parent, child] })] }));
    const unsynced = async () => {
      await heard(engine);
      return (await listAssets(catalog(engine), { select: 'child', now: NOW })).items[0]?.unsynced;
    };

    expect(await unsynced()).toEqual([{ kind: 'missing' }]);
    await run(engine, 'family');
    expect(await unsynced()).toEqual([]);
    await run(engine, 'family', { params: { only: ['parent'] } });
    expect(await unsynced()).toEqual([]);
    version = 'b';
    await run(engine, 'family', { params: { only: ['parent'] } });
    expect(await unsynced()).toEqual([{ kind: 'parent_newer', parent: 'parent', partition: null }]);
    await database(engine).run(`update partition_status set code_version = '0' where asset = 'child'`);
    expect(await unsynced()).toContainEqual({ kind: 'code_changed', made: '0', now: '1' });
  });

  it('that are one whole are out of step once any window of a parent has other content', async () => {
    const parent = asset('parent', { partitions: quarters }, () => {});
    const child = asset('child', { deps: [parent] }, () => {});
    const engine = await open(defineAssets({ dags: [assetDag('family', { assets: [parent, child] })] }));
    const unsynced = async () => {
      await heard(engine);
      return (await listAssets(catalog(engine), { select: 'child', now: NOW })).items[0]?.unsynced;
    };

    await run(engine, 'family', { window: quarter(FIRST) });
    expect(await unsynced()).toEqual([]);
    await run(engine, 'family', { window: quarter('2026-01-20T13:15Z'), params: { only: ['parent'] } });
    expect(await unsynced()).toEqual([{ kind: 'parent_newer', parent: 'parent', partition: '2026-01-20T13:15Z' }]);
  });

  it('are made together by one function, each with what is known of it', async () => {
    const both = multiAsset('split', { assets: { left: {}, right: { deps: ['left'] } } }, () => ({
      left: { metadata: { rows: 1 } },
    }));
    const nothing = asset('nothing', {}, () => skip('nothing new'));
    const engine = await open(defineAssets({ dags: [assetDag('many', { assets: [both, nothing] })] }));

    expect((await run(engine, 'many')).tasks).toEqual({ split: 'success', nothing: 'skipped' });
    await heard(engine);

    const { items } = await listAssets(catalog(engine), { now: NOW });
    expect(items.map(({ key, last }) => [key, last === null ? null : Object.keys(last.metadata)])).toEqual([
      ['left', ['rows']],
      ['nothing', null],
      ['right', []],
    ]);
  });

  it('are declared by dags that are not made of assets, and told by their tasks', async () => {
    const table = asset('lake/table', { partitions: quarters });
    const counted = asset('lake/counted');
    const load = task('load', {
      run: ({ extensions }) => extensions.get(assets).materialized(counted, { metadata: { rows: 7 } }),
    });
    const lake = dag('lake', {}, (d) => void d.use('load', load));
    const defined = defineAssets({ assets: [counted], materializes: [materializes(lake, { assets: [table] })] });
    const engine = await open(defined, [lake]);

    await run(engine, 'lake', { window: quarter(FIRST) });
    await heard(engine);

    const { items } = await listAssets(catalog(engine), { now: NOW });
    expect(items.map(({ key, last }) => [key, last?.partition, last?.metadata['rows']?.value])).toEqual([
      ['lake/counted', null, 7],
      ['lake/table', FIRST, undefined],
    ]);
  });

  it('are made by a run that is asked for, one for a key, and only what was selected', async () => {
    const parent = asset(
      'parent',
      { partitions: quarters, checks: [check('fine', {}, () => ({ passed: true }))] },
      () => {},
    );
    const child = asset('child', { deps: [parent], partitions: quarters }, () => {});
    const engine = await open(defineAssets({ dags: [assetDag('family', { assets: [parent, child] })] }));
    await heard(engine);
    const tools = { ...engine, catalog: catalog(engine), runs: pluginRuns(engine, 'assets') };
    const request = { select: 'child', partition: FIRST, what: 'assets', key: 'once' } as const;

    const [started] = await materialize(tools, request);
    if (started?.run.kind !== 'created') throw new Error(JSON.stringify(started));
    expect(await materialize(tools, request)).toMatchObject([
      { run: { kind: 'already_there', runId: started.run.runId } },
    ]);
    expect((await endOf(engine, started.run.runId)).state).toBe('success');
    const checked = await materialize(tools, { select: 'parent', partition: FIRST, what: 'checks' });
    await eventually('the check', async () => {
      const { items } = await listAssets(tools.catalog, { select: 'parent', now: NOW });
      return items[0]?.checks.length === 1 ? true : undefined;
    });

    expect(checked).toMatchObject([{ dagId: 'family', assets: ['parent'] }]);
    const { items } = await listAssets(tools.catalog, { now: NOW });
    expect(items.map(({ key, last }) => [key, last?.partition ?? null])).toEqual([
      ['child', FIRST],
      ['parent', null],
    ]);
  });
});
