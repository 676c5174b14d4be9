import { Temporal, runId, silentLog } from '#framework';
import type { RunRequest } from '#framework';
import {
  asset,
  assetDag,
  defineAssets,
  listAutomations,
  multiAsset,
  onMissing,
  onParentsFresh,
  onWindowClose,
  showAutomation,
  windows,
} from '#framework/assets';
import { type Windrow, pluginDatabase } from '#framework/operate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { automate } from '../../framework/plugins/assets/automation/automate.ts';
import { keepNotes } from '../../framework/plugins/assets/record/keep-events.ts';
import { Bench } from '../engine/bench.ts';
import { TestClock } from '../support/test-clock.ts';

const quarters = windows('15m', { start: '2026-01-20T13:00Z' });
const broken = asset('broken', { automation: onMissing() }, () => {});
const fine = asset('fine', { automation: onMissing() }, () => {});
const raw = asset('raw', {}, () => {});
const report = asset('report', { deps: [raw], automation: onParentsFresh() }, () => {});
const both = multiAsset(
  'both',
  {
    assets: {
      left: { partitions: quarters, automation: onWindowClose() },
      right: { partitions: quarters, automation: onMissing() },
    },
  },
  () => ({}),
);

describe('an automation', () => {
  const bench = new Bench();
  const clock = new TestClock('2026-01-20T13:16:00Z');
  let engine: Windrow;
  let asked: RunRequest[];
  beforeEach(async () => {
    asked = [];
    clock.set('2026-01-20T13:16:00Z');
    const { plugin } = defineAssets({ dags: [assetDag('any', { assets: [raw] })] });
    engine = await bench.engine({ dags: [], backend: 'postgres', plugins: [plugin], workers: 0 });
  });
  afterEach(() => bench.close());

  const database = () => pluginDatabase(engine.store.database, 'assets');

  /** Evaluates as a tick does; each run that is asked for begins, and goes on. */
  async function evaluated(
    assets: Parameters<typeof assetDag>[1]['assets'],
    refusal: (request: RunRequest) => string | undefined = () => undefined,
  ) {
    const { graph } = defineAssets({ dags: [assetDag('shop', { assets })] });
    const start = async (request: RunRequest) => {
      const reason = refusal(request);
      if (reason !== undefined) return { kind: 'refused', reason } as const;
      asked.push(request);
      return { kind: 'created', runId: runId(asked.length) } as const;
    };
    const { signal } = new AbortController();
    const tools = { database: database(), clock, log: silentLog, signal, runs: { start } };
    await automate(tools, { graph, dagOf: () => ({ dagId: 'shop', isPipeline: false }) });
  }

  let events = 0;
  async function made(key: string, at: string, run: number): Promise<void> {
    events += 1;
    const source = { id: events, dagId: 'shop', runId: run, taskId: null, recordId: null };
    const note = { kind: 'materialization', asset: key, partition: '', metadata: {} } as const;
    await keepNotes(database(), { ...source, at: Temporal.Instant.from(at) }, [note]);
  }

  it('that cannot be evaluated keeps no other waiting, and says why', async () => {
    const away = (request: RunRequest): undefined => {
      if (request.by === 'automation of broken') throw new Error('The source does not answer.');
    };
    await expect(evaluated([broken, fine], away)).rejects.toThrow('The source does not answer.');
    expect(await listAutomations(database())).toMatchObject([
      { asset: 'broken', refusal: 'The source does not answer.' },
      { asset: 'fine', refusal: null },
    ]);
    expect((await showAutomation(database(), 'fine'))?.runs).toHaveLength(1);
  });

  it('makes a partition of assets of one function once, whichever of them asks on whatever account', async () => {
    await evaluated(both);
    clock.set('2026-01-20T13:31:00Z');
    await evaluated(both);
    expect(asked.map(({ key }) => key)).toEqual(['left 2026-01-20T13:15Z its window closed']);
  });

  it('asks for later windows also where many earlier ones are refused', async () => {
    const orders = asset('orders', { partitions: quarters, automation: onWindowClose() }, () => {});
    await evaluated([orders]);
    clock.set('2026-01-21T13:16:00Z');
    let refused = 0;
    await evaluated([orders], () => {
      refused += 1;
      if (refused <= 94) return 'The window has its record already.';
      return undefined;
    });
    expect(asked.map(({ window }) => window?.start.toString())).toEqual([
      '2026-01-21T12:45:00Z',
      '2026-01-21T13:00:00Z',
    ]);
  });

  it('does not make it again for a parent that the same run has made', async () => {
    await evaluated([raw, report]);
    await made('raw', '2026-01-20T13:17:00Z', 101);
    clock.set('2026-01-20T13:18:00Z');
    await evaluated([raw, report]);
    await made('raw', '2026-01-20T13:20:00Z', 1);
    await made('report', '2026-01-20T13:25:00Z', 1);
    await database().run('update automation_request set ended_at = now()');
    clock.set('2026-01-20T13:26:00Z');
    await evaluated([raw, report]);
    expect(asked.map(({ key }) => key)).toEqual(['report  parents made until 2026-01-20T13:17:00Z']);
  });

  it('makes it again where a parent was made while its run went on', async () => {
    await evaluated([raw, report]);
    await made('raw', '2026-01-20T13:17:00Z', 101);
    clock.set('2026-01-20T13:18:00Z');
    await evaluated([raw, report]);
    await made('raw', '2026-01-20T13:20:00Z', 102);
    await made('report', '2026-01-20T13:25:00Z', 1);
    await database().run('update automation_request set ended_at = now()');
    clock.set('2026-01-20T13:26:00Z');
    await evaluated([raw, report]);
    await made('report', '2026-01-20T13:27:00Z', 2);
    await database().run('update automation_request set ended_at = now()');
    clock.set('2026-01-20T13:28:00Z');
    await evaluated([raw, report]);
    expect(asked.map(({ key }) => key)).toEqual([
      'report  parents made until 2026-01-20T13:17:00Z',
      'report  parents made until 2026-01-20T13:20:00Z',
    ]);
  });
});
