import { afterEach, describe, expect, it } from 'vitest';

import {
  type ArrivedFile,
  type FileManifest,
  type Temporal,
  acceleratedClock,
  manifestFromJson,
  recordId,
} from '#framework';
import { objectStage } from '#tasks/s3';

import type { Fault } from '../../sandbox/vault/index.ts';
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

  it('is taken in by its name and checksum before a row is staged, and brings nothing where it was loaded before', async () => {
    const { store, source, context } = await open();
    const asked: ArrivedFile[] = [];
    const files: FileManifest = {
      admit: async (file) => {
        asked.push(file);
        expect(await store.list('stage/')).toEqual([]);
        return { kind: 'loaded_before', recordId: recordId(3), at: ENABLED_AT };
      },
    };
    const manifest = await source('full').transfer({ ...context(BEGINNING), files });
    expect(manifest).toMatchObject({ tables: [], removals: [], rows: 0 });
    expect(asked).toEqual(manifest.sources.map(({ name, ...facts }) => ({ path: name, model: 'full', ...facts })));
    expect(asked).toMatchObject([
      { path: '143462-20260120-0800-F.tar.gz', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
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

  it('arrives in many parts, in both formats, with a stage that verifies', async () => {
    const { store, source, context } = await open({ partBytes: 5000 });
    const window = context(BEGINNING);
    for (const format of ['csv', 'parquet'] as const) {
      const manifest = await source('full', { format }).transfer(window);
      await objectStage(store, 'stage').verify(manifest, window);
      expect(await objectStage(store, 'stage').find(window)).toEqual(manifest);
      expect(manifest.tables.every(({ mode }) => mode === 'replace')).toBe(true);
    }
    expect((await store.list('direct-data/full/')).length).toBeGreaterThan(2);
  });

  it('names its archive with bytes and checksum, and is described before it is whole nowhere', async () => {
    const { store, source, context, leftovers } = await open();
    const manifest = await source('full').transfer(context(BEGINNING));
    const [archive] = await store.list('direct-data/full/');
    expect(manifest.sources).toMatchObject([
      { bytes: archive?.bytes, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    const text = await store.findText('stage/veeva/20000101T0000Z_20260120T0800Z/_manifest.json');
    expect(manifestFromJson(text ?? '', 'here')).toEqual(manifest);
    expect(await leftovers()).toEqual([]);
  });

  it('empties a table that the Full brings without rows, and creates it with the columns of the metadata', async () => {
    const { source, context, vault } = await open();
    const manifest = await source('full').transfer(context(BEGINNING));
    const empty = manifest.tables.filter(({ updates }) => updates.rows === 0);
    const truth = new Map(vault.truth(ENABLED_AT).map((table) => [table.table, table]));
    for (const { schema, mode } of empty) {
      expect(mode).toBe('replace');
      expect(schema.columns.map(({ name }) => name).toSorted()).toEqual(
        truth
          .get(schema.table)
          ?.columns.map(({ name }) => name)
          .toSorted(),
      );
    }
  });

  const TOLERATED: readonly Fault[] = [
    { kind: 'manifest_without_type', file: '143462-20260120-0800-F' },
    { kind: 'extra_metadata_column', name: 'formula', at: 3 },
    { kind: 'metadata_date_name', name: 'modified_date__v' },
    { kind: 'directory_entries' },
    { kind: 'extra_folder', name: 'export' },
    { kind: 'members_reversed' },
    { kind: 'delete_extract_suffix', suffix: '_deletes' },
    { kind: 'unsorted', order: 'descending' },
    { kind: 'times_with_seconds' },
    { kind: 'listed_twice' },
    { kind: 'no_md5' },
    { kind: 'private_url' },
    { kind: 'truncated', bytes: 100, times: 2 },
    { kind: 'corrupted', times: 2 },
    { kind: 'reset', endpoint: 'download', afterBytes: 500, times: 2 },
    { kind: 'status', endpoint: 'download', status: 503, times: 2 },
    { kind: 'session_expired', endpoint: 'download', times: 1 },
    { kind: 'delay', endpoint: 'download', ms: 30, times: 1 },
    { kind: 'member', name: 'READ ME.txt', type: 'file' },
  ];

  it.each(TOLERATED)('lands exactly in spite of %j', async (fault) => {
    const { vault, store, source, context } = await open({ rows: 150, faults: [fault] });
    const replica = new Replica(store);
    await replica.apply(await source('full').transfer(context(BEGINNING)));
    for (const index of [0, 1]) await replica.apply(await source('incremental').transfer(context(quarter(index))));
    expect(differences(replica, dataOf(vault, quarter(1).end))).toEqual([]);
  });
});
