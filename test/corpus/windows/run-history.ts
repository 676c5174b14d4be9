import { expect } from 'vitest';

import {
  type HeldLoad,
  type LoadReceipt,
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
  /** Absent: the first window only is. */
  readonly isFull?: boolean;
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
    const delivery = { manifest, before, fault: window.fault };
    await Promise.all(tools.targets.map(({ target }) => deliver(target, delivery)));
    const isLast = index === windows.length - 1;
    const tables = loading.vault.tables.filter((table) => isLast || table.isChanged);
    await Promise.all(tools.targets.map(({ compare }) => compare(tables)));
    compared += tables.length * tools.targets.length;
    const codes = loading.vault.expectedCodes;
    if (codes.length > 0 || isLast)
      for (const { leftOut } of tools.targets) expect(await leftOut(loading.pipelineId, index + 1)).toEqual(codes);
    before = manifest;
  }
  const last = windows.at(-1);
  if (last !== undefined && number % RECONCILED === 1) await reconcile(loading, windows.length - 1, last);
  return compared;
}

/** One of so many histories ends with a Full, which takes as long as several windows. */
const RECONCILED = 5;

/** A Full at the end, compared by the targets themselves, finds that the windows brought everything. */
async function reconcile(loading: Loading, index: number, window: HistoryWindow): Promise<void> {
  const full = { ...loading, pipelineId: `full_of_${loading.pipelineId}`, isFull: true };
  const { pipelineId, recordId: id, window: covered, ...manifest } = await stage(full, index, window);
  const expected = loading.vault.expectedCodes.length === 0 ? NO_DIFFERENCE : ONLY_LEFT_OUT;
  for (const { target } of loading.targets) {
    const context = { ...try1(index), pipelineId, recordId: recordId(id), window: covered, loadId: pipelineId };
    const given = { ...manifest, pipelineId, recordId: id, window: covered };
    const { details } = loadedBy(await target.load(given, { ...context, covers: [loading.pipelineId] }));
    expect(details['reconciliation']).toMatchObject({ sentence: expect.stringMatching(expected) });
  }
}

/** But in `metadata`, which all histories of a run share. */
const NO_DIFFERENCE = / tables: (no difference|rows [^.]*, in metadata)\.( No window was loaded |$)/;

/** The Full brings the last window's unloadable rows too; the tables still have their older versions. */
const ONLY_LEFT_OUT =
  / tables: (no difference|rows missing 0, extra \d+, changed 0, in .*|rows [^.]*, in [^.]*metadata.*)\..* The Full itself is without /;

function loadedBy(answer: LoadReceipt | HeldLoad): LoadReceipt {
  if (answer.outcome === 'held') throw new Error('A contract holds the window.');
  return answer;
}

async function stage(loading: Loading, index: number, { format, turn }: HistoryWindow): Promise<StageManifest> {
  const { store, vault, converter, directory, pipelineId, isFull } = loading;
  const kind = index === 0 || isFull === true ? 'full' : 'incremental';
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
    options: {
      ...options,
      atOnce: 4,
      unpackedLimit: 1e9,
      threadBytes: Number.POSITIVE_INFINITY,
      earlyBytes: 1,
      badRows: QUARANTINE,
      longText: 'refuse',
      onMissingColumn: 'fail',
    },
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
