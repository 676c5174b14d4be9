import { Temporal, every, silentLog } from '#framework';
import { asset, assetDag, defineAssets, maxAge, readFreshness, windows } from '#framework/assets';
import { type Windrow, pluginDatabase } from '#framework/operate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { keepFreshness } from '../../framework/plugins/assets/freshness/keep-freshness.ts';
import { keepNotes } from '../../framework/plugins/assets/record/keep-events.ts';
import { Bench } from '../engine/bench.ts';
import { TestClock } from '../support/test-clock.ts';

const orders = asset(
  'orders',
  { partitions: windows('15m', { start: '2026-01-20T13:00Z' }), freshness: maxAge('2h') },
  () => {},
);
const dag = assetDag('shop', { assets: [orders], schedule: every('15m', { start: '2026-01-20T13:00Z' }) });

describe('the freshness of what is cut by windows', () => {
  const bench = new Bench();
  let engine: Windrow;
  const database = () => pluginDatabase(engine.store.database, 'assets');
  beforeEach(async () => {
    const { plugin } = defineAssets({ dags: [dag] });
    engine = await bench.engine({ dags: [dag], backend: 'postgres', plugins: [plugin], workers: 0 });
  });
  afterEach(() => bench.close());

  let events = 0;
  const made = (partition: string, at: string) => {
    events += 1;
    const source = { dagId: 'shop', runId: events, taskId: null, recordId: null };
    const note = { kind: 'materialization', asset: 'orders', partition, metadata: {} } as const;
    return keepNotes(database(), { ...source, id: events, at: Temporal.Instant.from(at) }, [note]);
  };
  const found = async (now: string) => {
    await keepFreshness({ database: database(), clock: new TestClock(now), log: silentLog }, [orders]);
    const [fresh] = await readFreshness(database());
    return fresh;
  };

  it('follows what was made as a whole behind the newest window, as by a Full', async () => {
    await made('2026-01-20T13:00Z', '2026-01-20T13:16:00Z');
    expect(await found('2026-01-20T18:00Z')).toMatchObject({ state: 'overdue' });
    await made('', '2026-01-20T17:00:00Z');
    expect(await found('2026-01-20T18:00Z')).toMatchObject({
      state: 'fresh',
      sentence: expect.stringContaining('Its newest data is of 2026-01-20T17:00:00Z'),
    });
    await made('2026-01-20T17:30Z', '2026-01-20T17:46:00Z');
    expect((await found('2026-01-20T18:00Z'))?.sentence).toContain('Its newest data is of 2026-01-20T17:45:00Z');
  });

  it('takes no name of an earlier cut for the newest window', async () => {
    await made('us', '2026-01-20T12:00:00Z');
    await made('2026-01-20T13:00Z', '2026-01-20T18:00:00Z');
    expect(await found('2026-01-20T18:00Z')).toMatchObject({
      state: 'overdue',
      sentence: expect.stringContaining('Its newest data is of 2026-01-20T13:15:00Z'),
    });
  });
});
