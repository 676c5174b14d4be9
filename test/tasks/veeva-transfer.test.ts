import { afterEach, describe, expect, it } from 'vitest';

import { DataFailure, Temporal, acceleratedClock, manifestFromJson } from '#framework';

import { failureOfAsync } from '../support/failure-of.ts';
import { Replica, differences } from './veeva-replica.ts';
import { BEGINNING, type Bench, ENABLED_AT, openBench, quarter } from './veeva-window.ts';

let bench: Bench | undefined;

afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function open(options: Parameters<typeof openBench>[0] = {}): Promise<Bench> {
  bench = await openBench(options);
  return bench;
}

/** Everything but the audit logs, which come in files of their own. */
function dataOf(vault: Bench['vault'], upTo: Temporal.Instant) {
  return vault.truth(upTo).filter(({ extract }) => !extract.startsWith('Log.'));
}

describe('a window of Direct Data', () => {
  it('lands in the stage exactly: a Full and twelve windows with every kind of schema change equal the Vault', async () => {
    const { vault, store, source, context } = await open({
      clock: acceleratedClock(ENABLED_AT.add({ hours: 3, minutes: 16 }), 1),
    });
    const replica = new Replica(store);
    await replica.apply(await source('full').transfer(context(BEGINNING)));
    expect(differences(replica, dataOf(vault, ENABLED_AT))).toEqual([]);
    for (const index of Array.from({ length: 12 }).keys()) {
      await replica.apply(await source('incremental').transfer(context(quarter(index))));
      expect(differences(replica, dataOf(vault, quarter(index).end))).toEqual([]);
    }
    expect(replica.tables.get('metadata')?.size).toBeGreaterThan(100);
  });

  it('lands in the stage exactly: two days of audit logs', async () => {
    const nextDay = ENABLED_AT.add({ hours: 24 });
    const clock = acceleratedClock(nextDay.add({ hours: 2 }), 1);
    const { vault, store, source, context } = await open({ clock, changesPerWindow: 1 });
    const replica = new Replica(store);
    for (const end of [ENABLED_AT, nextDay]) {
      const manifest = await source('log').transfer(context({ start: end.subtract({ hours: 24 }), end, zone: 'UTC' }));
      expect(manifest.tables.map(({ mode }) => mode)).toEqual(['merge', 'merge', 'merge', 'merge']);
      await replica.apply(manifest);
    }
    const logs = vault.truth(nextDay).filter(({ extract }) => extract.startsWith('Log.'));
    expect(logs).toHaveLength(4);
    expect(differences(replica, logs)).toEqual([]);
  });
});
