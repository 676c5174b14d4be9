import { Temporal } from '#framework';
import { asset, assetCatalog, assetDag, defineAssets, names, partitionBar, showAsset, wipe } from '#framework/assets';
import { type Windrow, pluginDatabase } from '#framework/operate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { keepNotes } from '../../framework/plugins/assets/record/keep-events.ts';
import { syncAssets } from '../../framework/plugins/assets/sync-assets.ts';
import { previewWipe } from '../../framework/plugins/assets/wipe.ts';
import { Bench } from '../engine/bench.ts';

const AT = Temporal.Instant.from('2026-01-20T14:00Z');
const regions = names('eu', 'us');
const sales = asset('sales', { partitions: regions }, () => {});
const dag = assetDag('sell', { assets: [sales] });

describe('what is forgotten of an asset', () => {
  const bench = new Bench();
  let engine: Windrow;
  const database = () => pluginDatabase(engine.store.database, 'assets');
  beforeEach(async () => {
    const { plugin } = defineAssets({ dags: [dag] });
    engine = await bench.engine({ dags: [dag], backend: 'postgres', plugins: [plugin], workers: 0 });
    const maker = { kind: 'task', dagId: 'sell', taskId: 'sales' } as const;
    await syncAssets(database(), { known: [{ asset: sales, maker }], prefixes: [] });
    await sell(1, { partition: 'eu', passed: true });
    await sell(2, { partition: 'us', passed: false });
  });
  afterEach(() => bench.close());

  const sell = async (id: number, { partition, passed }: { readonly partition: string; readonly passed: boolean }) => {
    const source = { id, at: AT, dagId: 'sell', runId: id, taskId: 'sales', recordId: null };
    const of = { asset: 'sales', partition, metadata: {} };
    await keepNotes(database(), source, [
      { kind: 'materialization', ...of },
      { kind: 'check', ...of, check: 'filled', passed, severity: 'error', blocking: false },
    ]);
  };
  const shown = async () => {
    const detail = await showAsset(assetCatalog(database()), 'sales', AT);
    const { counts } = await partitionBar(assetCatalog(database()), { asset: 'sales', partitions: regions, now: AT });
    return {
      last: detail?.last?.partition,
      checks: detail?.checks.map(({ partition, passed }) => [partition, passed]),
      counts,
    };
  };

  it('is one partition, and the newest result of a check is that of another one', async () => {
    expect(await shown()).toMatchObject({ last: 'us', checks: [['us', false]] });
    expect(await wipe(database(), 'sales', 'us')).toEqual({ events: 1, checks: 1 });
    expect(await shown()).toEqual({
      last: 'eu',
      checks: [['eu', true]],
      counts: { materialized: 1, failed: 0, missing: 1 },
    });
  });

  it('is all of it, and nothing of it before that is asked for', async () => {
    expect(await previewWipe(database(), 'sales')).toEqual({ events: 2, checks: 2 });
    expect(await previewWipe(database(), 'sales', 'eu')).toEqual({ events: 1, checks: 1 });
    expect((await shown()).counts.materialized).toBe(2);
    expect(await wipe(database(), 'sales')).toEqual({ events: 2, checks: 2 });
    expect(await shown()).toEqual({ last: undefined, checks: [], counts: { materialized: 0, failed: 0, missing: 2 } });
  });
});
