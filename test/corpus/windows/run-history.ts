import { expect } from 'vitest';

import {
  type StageManifest,
  type Target,
  Temporal,
  type TransferContext,
  recordId,
  silentLog,
  systemClock,
} from '#framework';
import type { Converter } from '#tasks/parquet';

import { packArchive } from '../../../sandbox/vault/archive/tar-gz.ts';
import { stageWindow } from '../../../tasks/veeva/stage/stage-window.ts';
import { NEW_FILES } from '../../support/new-files.ts';
import type { Ground } from '../../tasks/redshift-ground.ts';
import type { HistoryWindow } from './history.ts';
import type { HostileTarget } from './hostile-targets.ts';
import { HostileVault } from './hostile-vault.ts';

export interface HistoryTools {
  readonly store: Ground['store'];
  /** Each takes every window, from the same staged files. */
  readonly targets: readonly HostileTarget[];
  readonly converter: Converter;
  readonly directory: string;
}

const START = Temporal.Instant.from('2026-01-20T13:00:00Z');

const QUARANTINE = { rows: 'quarantine', characters: 'fail', mostRows: 10 } as const;

interface Loading extends HistoryTools {
  readonly vault: HostileVault;
  readonly pipelineId: string;
}

/**
 * Takes every window of a history through archive, stage and load, and compares each changed table with the truth after
 * each, and all of them at the end. Returns how many tables were compared.
 */
export async function runHistory(
  number: number,
  windows: readonly HistoryWindow[],
  tools: HistoryTools,
): Promise<number> {
  const loading = { ...tools, vault: new HostileVault(number), pipelineId: `history_${number}` };
  let before: StageManifest | undefined;
  let compared = 0;
  for (const [index, window] of windows.entries()) {
    loading.vault.apply(window);
    const manifest = await stage(loading, index, window);
    for (const { target } of tools.targets) await deliver(target, { manifest, before, fault: window.fault });
    const isLast = index === windows.length - 1;
    const tables = loading.vault.tables.filter((table) => isLast || table.isChanged);
    for (const { compare } of tools.targets) for (const table of tables) await compare(table);
    compared += tables.length * tools.targets.length;
    const codes = loading.vault.expectedCodes;
    if (codes.length > 0 || isLast)
      for (const { leftOut } of tools.targets) expect(await leftOut(loading.pipelineId, index + 1)).toEqual(codes);
    before = manifest;
  }
  return compared;
}

async function stage(loading: Loading, index: number, { format, turn }: HistoryWindow): Promise<StageManifest> {
  const { store, vault, converter, directory, pipelineId } = loading;
  const kind = index === 0 ? 'full' : 'incremental';
  const [start, stop] = [START.add({ minutes: 15 * (index - 1) }), START.add({ minutes: 15 * index })];
  const bytes = await packArchive(vault.entries(kind, turn));
  const key = `direct-data/${pipelineId}-${index}`;
  await store.put(key, bytes);
  const name = `${pipelineId}-${index}`;
  const file = {
    kind: 'file',
    name,
    filename: name,
    extractKind: kind,
    start,
    stop,
    rows: 0,
    bytes: bytes.length,
  } as const;
  const options = { store, converter, format, stageRoot: 'stage', temporaryDirectory: directory };
  return stageWindow({ ...file, partCount: 1, parts: [] }, [key], {
    options: { ...options, atOnce: 4, unpackedLimit: 1e9, badRows: QUARANTINE, longText: 'refuse' },
    context: {
      pipelineId,
      recordId: recordId(index + 1),
      window: { start, end: stop, zone: 'UTC' },
      ...try1(index),
      files: NEW_FILES,
    },
  });
}

interface Delivery {
  readonly manifest: StageManifest;
  readonly before: StageManifest | undefined;
  readonly fault: HistoryWindow['fault'];
}

async function deliver(target: Target, { manifest, before, fault }: Delivery): Promise<void> {
  const load = async (given: StageManifest, tried: number): Promise<string> => {
    const { pipelineId, recordId: id, window } = given;
    const own = { ...try1(id), fence: tried, loadId: `${pipelineId}:${id}:${tried}` };
    const { outcome } = await target.load(given, { pipelineId, recordId: recordId(id), window, ...own });
    return outcome;
  };
  expect(await load(manifest, 1)).toBe('loaded');
  if (fault === 'twice') expect(await load(manifest, 1)).toBe('already_loaded');
  if (fault === 'again') expect(await load(manifest, 2)).toBe('loaded');
  if (fault === 'old' && before !== undefined) expect(await load(before, 9)).toBe('loaded');
}

function try1(
  id: number,
): Pick<TransferContext, 'fence' | 'params' | 'loadId' | 'covers' | 'signal' | 'log' | 'clock'> {
  const signal = new AbortController().signal;
  return { fence: 1, params: {}, loadId: String(id), covers: [], signal, log: silentLog, clock: systemClock };
}
