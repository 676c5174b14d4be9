import { type Dag, Temporal, every, recordId } from '#framework';
import {
  type Asset,
  asset,
  assetCatalog,
  assetEvents,
  defineAssets,
  findAssetKey,
  materializes,
  showAsset,
} from '#framework/assets';
import { type Windrow, pluginDatabase } from '#framework/operate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { hearRecord } from '../../framework/plugins/assets/record/hear-notes.ts';
import { syncAssets } from '../../framework/plugins/assets/sync-assets.ts';
import { deliverToPlugins } from '../../framework/process/plugin-delivery.ts';
import { Bench } from '../engine/bench.ts';
import { eventually } from '../support/engine.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';

const NOW = Temporal.Instant.from('2026-01-20T14:00Z');
const PRODUCT = 'redshift/veeva/product__v';
const orders = doublesPipeline('orders', transferDoubles(), { schedule: every('15m', { start: '2026-01-20T13:15Z' }) });
const full = doublesPipeline('orders_full', transferDoubles());
const tables = { prefix: 'redshift/veeva' };

describe('a table that a window loaded', () => {
  const bench = new Bench();
  let engine: Windrow;
  const database = () => pluginDatabase(engine.store.database, 'assets');
  const catalog = () => assetCatalog(database());
  beforeEach(async () => {
    // Nobody ticks: the tests say themselves what a project has.
    const { plugin } = defineAssets({ materializes: [materializes(orders, { tables })] });
    engine = await bench.engine({ dags: [orders, full], backend: 'postgres', plugins: [plugin], workers: 0 });
  });
  afterEach(() => bench.close());

  const projectOf = (assets: readonly Asset[]) =>
    defineAssets({ assets, materializes: [materializes(orders, { tables })] });
  const keep = (assets: readonly Asset[], prefixes = [tables.prefix]) => {
    const { graph } = projectOf(assets);
    const known = graph.keys.flatMap((key) => {
      const found = graph.find(key);
      return found === undefined ? [] : [{ asset: found, maker: { kind: 'pipeline', dagId: 'orders' } as const }];
    });
    return syncAssets(database(), { known, prefixes: prefixes.flatMap((prefix) => findAssetKey(prefix) ?? []) });
  };
  let events = 1_000_000;
  /** The plugin hears that a window of the product was loaded. */
  const load = (assets: readonly Asset[], dag: Dag, [from, to]: readonly [string, string]) => {
    events += 1;
    const window = { start: Temporal.Instant.from(from), end: Temporal.Instant.from(to), zone: 'UTC' };
    const state = { status: 'IN_PROGRESS', phase: 'AUDIT' } as const;
    const event = {
      kind: 'recordStateChanged',
      id: events,
      at: window.end,
      dagId: dag.id,
      window,
      recordId: recordId(events),
      runId: null,
      from: state,
      to: { ...state, status: 'COMPLETED' },
      receipt: { details: { loaded: { product__v: [1, 0] } } },
    } as const;
    const { find } = projectOf(assets).graph;
    return hearRecord(materializes(dag, { tables }), event, { database: database(), find });
  };
  const FIRST = ['2026-01-20T13:15Z', '2026-01-20T13:30Z'] as const;
  const SECOND = ['2026-01-20T13:30Z', '2026-01-20T13:45Z'] as const;
  const shown = () => showAsset(catalog(), PRODUCT, NOW);

  it('is known again by its next window, when the project no longer says something of it itself', async () => {
    await keep([asset(PRODUCT, { description: 'Own words' })]);
    await load([], orders, FIRST);
    expect(await shown()).toMatchObject({ definition: { description: 'Own words' } });

    await keep([]);
    expect(await shown()).toBeUndefined();
    await load([], orders, SECOND);
    expect(await shown()).toMatchObject({ definition: { description: null, partitions: { kind: 'windows' } } });
  });

  it('is gone with the last pipeline that loads below its path, and back with it', async () => {
    await load([], orders, FIRST);
    await keep([], ['redshift/other', 'redshift/vee']);
    expect(await shown()).toBeUndefined();
    await keep([], ['redshift/veeva']);
    expect(await shown()).toMatchObject({ partitions: { materialized: 1 } });
  });

  it('is cut as the project says, where it says so itself', async () => {
    const own = asset(PRODUCT, { description: 'One whole' });
    await keep([own]);
    await load([own], orders, FIRST);
    expect((await assetEvents(database(), { asset: PRODUCT })).map(({ partition }) => partition)).toEqual([null]);
  });

  it('is made by the pipeline whose windows are scheduled, also where the project says something of it itself', async () => {
    const own = asset(PRODUCT, { owners: ['shop@example.com'] });
    const made = [full, orders].map((dag) => materializes(dag, { tables }));
    const { plugin } = defineAssets({ assets: [own], materializes: made });
    bench.keep(deliverToPlugins({ ...engine, plugins: [plugin], id: 'one' }));
    const found = await eventually('the table', shown);
    expect(found.definition).toMatchObject({
      owners: ['shop@example.com'],
      maker: { kind: 'pipeline', dagId: 'orders' },
    });
  });

  it('counts no Full as one of its windows', async () => {
    await load([], orders, FIRST);
    await load([], full, ['2026-01-01T00:00Z', '2026-01-20T13:45Z']);
    expect(await shown()).toMatchObject({ last: { partition: null }, partitions: { materialized: 1, failed: 0 } });
  });
});
