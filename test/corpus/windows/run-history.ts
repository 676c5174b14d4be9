import { createHash } from 'node:crypto';

import { expect } from 'vitest';

import { type StageManifest, Temporal, type TransferContext, recordId, silentLog, systemClock } from '#framework';
import type { Converter } from '#tasks/parquet';

import { columnOf, exactText } from '../../../sandbox/demo/exact-text.ts';
import { packArchive } from '../../../sandbox/vault/archive/tar-gz.ts';
import { stageWindow } from '../../../tasks/veeva/stage/stage-window.ts';
import { NEW_FILES } from '../../support/new-files.ts';
import type { Ground } from '../../tasks/redshift-ground.ts';
import type { HistoryWindow, Kind } from './history.ts';
import { type HostileTable, HostileVault } from './hostile-vault.ts';

export interface HistoryTools {
  readonly ground: Ground;
  readonly converter: Converter;
  readonly directory: string;
}

const START = Temporal.Instant.from('2026-01-20T13:00:00Z');
const VAULT_TYPES: Readonly<Record<Kind, 'String' | 'Number' | 'Boolean' | 'Date' | 'DateTime'>> = {
  text: 'String',
  number: 'Number',
  wide: 'Number',
  boolean: 'Boolean',
  date: 'Date',
  timestamp: 'DateTime',
};

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
    await deliver(loading, { manifest, before, fault: window.fault });
    const isLast = index === windows.length - 1;
    const tables = loading.vault.tables.filter((table) => isLast || table.isChanged);
    for (const table of tables) await compare(tools.ground, table);
    compared += tables.length;
    before = manifest;
  }
  return compared;
}

async function stage(loading: Loading, index: number, { format, turn }: HistoryWindow): Promise<StageManifest> {
  const { ground, vault, converter, directory, pipelineId } = loading;
  const kind = index === 0 ? 'full' : 'incremental';
  const [start, stop] = [START.add({ minutes: 15 * (index - 1) }), START.add({ minutes: 15 * index })];
  const bytes = await packArchive(vault.entries(kind, turn));
  const key = `direct-data/${pipelineId}-${index}`;
  await ground.store.put(key, bytes);
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
  const options = { store: ground.store, converter, format, stageRoot: 'stage', temporaryDirectory: directory };
  return stageWindow({ ...file, partCount: 1, parts: [] }, [key], {
    options: { ...options, atOnce: 4, unpackedLimit: 1e9 },
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

async function deliver({ ground }: Loading, { manifest, before, fault }: Delivery): Promise<void> {
  const load = async (given: StageManifest, tried: number): Promise<string> => {
    const { pipelineId, recordId: id, window } = given;
    const own = { ...try1(id), fence: tried, loadId: `${pipelineId}:${id}:${tried}` };
    const { outcome } = await ground.target.load(given, { pipelineId, recordId: recordId(id), window, ...own });
    return outcome;
  };
  expect(await load(manifest, 1)).toBe('loaded');
  if (fault === 'twice') expect(await load(manifest, 1)).toBe('already_loaded');
  if (fault === 'again') expect(await load(manifest, 2)).toBe('loaded');
  if (fault === 'old' && before !== undefined) expect(await load(before, 9)).toBe('loaded');
}

function try1(id: number): Pick<TransferContext, 'fence' | 'params' | 'loadId' | 'signal' | 'log' | 'clock'> {
  const signal = new AbortController().signal;
  return { fence: 1, params: {}, loadId: String(id), signal, log: silentLog, clock: systemClock };
}

async function compare({ opened }: Ground, { name, columns, rows }: HostileTable): Promise<void> {
  expect((await opened.reader.listColumns(name)).toSorted()).toEqual(columns.map((column) => column.name).toSorted());
  const texts = columns.filter(({ kind }) => kind === 'text');
  const others = columns.filter(({ kind, name: column }) => kind !== 'text' || column === 'id');
  const cells = texts.map((column) => TEXT.replaceAll('?', `"${column.name}"`));
  const read = { name: `texts of ${name}`, sql: `select ${cells.join(', ')} from "vault"."${name}"` };
  expect(sorted(await opened.warehouse.rows(read))).toEqual(sorted(expected(rows, texts).map((row) => row.map(brief))));
  const typed = others.map((column) => columnOf(column.name, VAULT_TYPES[column.kind]));
  const found: (readonly (string | null)[])[] = [];
  for await (const page of opened.reader.readTable(name, typed)) found.push(...page);
  expect(sorted(found)).toEqual(sorted(expected(rows, others)));
}

/** A row of an answer has at most 64 KB, so longer texts are compared by length and md5. */
const LONG = 1000;
const TEXT = `case when octet_length(?) > ${LONG} then octet_length(?)::varchar || ' ' || md5(?) else ? end`;

function brief(value: string | null): string | null {
  if (value === null || Buffer.byteLength(value) <= LONG) return value;
  return `${Buffer.byteLength(value)} ${createHash('md5').update(value).digest('hex')}`;
}

function expected(rows: HostileTable['rows'], columns: HostileTable['columns']): (string | null)[][] {
  return [...rows.values()].map((row) =>
    columns.map(({ name, kind }) => exactText(row.get(name) ?? '', VAULT_TYPES[kind])),
  );
}

function sorted(rows: readonly (readonly (string | null)[])[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}
