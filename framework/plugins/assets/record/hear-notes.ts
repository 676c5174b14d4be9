import {
  type HookTools,
  type RecordStateChanged,
  type RunFinished,
  type TaskFinished,
  type Window,
  windowText,
} from '#framework';

import type { Asset } from '../asset.ts';
import { type AssetKey, assetKey } from '../key.ts';
import type { Materializes } from '../materializes.ts';
import type { Metadata } from '../metadata.ts';
import { findPartition, partitionKey } from '../partition-key.ts';
import { discoverTables } from '../sync-assets.ts';
import { type EventSource, type KeptNote, keepChecks, keepFailed, keepNotes } from './keep-events.ts';
import { pipelineCheck } from './pipeline-checks.ts';
import { loadedRows, loadedTables } from './loaded-tables.ts';
import { Noted } from './noted.ts';
import { windowCut } from './window-cut.ts';

type FindAsset = (key: AssetKey) => Asset | undefined;

/** What a try told counts once it has succeeded; checks count, and what it began is marked, when it failed. */
export async function hearTask(
  find: FindAsset,
  event: TaskFinished,
  { database }: Pick<HookTools, 'database'>,
): Promise<void> {
  const notes = event.notes.map((note) => placed(Noted.parse(note), find, event.window));
  if (event.outcome === 'success') return keepNotes(database, event, notes);
  if (event.outcome !== 'fail') return;
  await keepChecks(database, event, notes);
  await keepFailed(database, event, notes);
}

/** The counts and the audit of a window are checks of what its pipeline declares. */
export async function hearPipelineCheck(
  { dag, assets }: Materializes,
  event: TaskFinished,
  { database }: Pick<HookTools, 'database'>,
): Promise<void> {
  const found = dag.pipeline === undefined ? undefined : pipelineCheck(event);
  if (found === undefined) return;
  const notes = assets.map((asset): KeptNote => ({
    kind: 'check',
    asset: asset.key,
    partition: partitionOf(asset, event.window),
    severity: 'error',
    blocking: true,
    ...found,
  }));
  await keepChecks(database, event, notes);
}

/** A pipeline has made what it declares when a window is complete, and each table that the window loaded. */
export async function hearRecord(
  { dag, assets, tables }: Materializes,
  event: RecordStateChanged,
  { database, find }: Pick<HookTools, 'database'> & { readonly find: FindAsset },
): Promise<void> {
  if (event.to.status !== 'COMPLETED' || event.from.status === 'COMPLETED') return;
  const rows = loadedRows(event.receipt);
  const facts: Metadata = rows === undefined ? {} : { rows: { type: 'int', value: rows } };
  const declared = assets.map((asset) => materialized(asset.key, facts, partitionOf(asset, event.window)));
  const loaded = tables === undefined ? [] : loadedTables(event.receipt);
  const cut = windowCut(dag, event.window);
  const partition = cut === undefined ? '' : partitionKey(cut, { window: event.window });
  const ofTables = loaded.map(({ table, updated, deleted }) => {
    const key = assetKey(`${tables?.prefix ?? ''}/${table}`);
    const own = find(key);
    const counts: Metadata = {
      rows: { type: 'int', value: updated },
      deleted: { type: 'int', value: deleted },
      window: { type: 'text', value: windowText(event.window) },
    };
    return materialized(key, counts, own === undefined ? partition : partitionOf(own, event.window));
  });
  if (tables !== undefined && ofTables.length > 0) {
    const keys = ofTables.map(({ asset }) => assetKey(asset));
    await discoverTables(database, { dagId: dag.id, tables, keys, ...(cut && { partitions: cut }) });
  }
  // A window that is loaded again brings what it brought before, so its event names what is new.
  const notes = [...declared, ...ofTables].map((note) => ({ ...note, dataVersion: String(event.id) }));
  if (notes.length > 0) await keepNotes(database, { ...event, taskId: null }, notes);
}

/** A dag that is no pipeline has made what it declares when a run succeeded. */
export async function hearRun(
  { assets }: Materializes,
  event: RunFinished,
  { database }: Pick<HookTools, 'database'>,
): Promise<void> {
  if (event.state !== 'success' || assets.length === 0) return;
  const source: EventSource = { ...event, taskId: null };
  await keepNotes(
    database,
    source,
    assets.map((asset) => materialized(asset.key, {}, partitionOf(asset, event.window))),
  );
}

function materialized(asset: AssetKey, metadata: Metadata, partition: string): KeptNote {
  return { kind: 'materialization', asset, metadata, partition };
}

function placed(note: Noted, find: FindAsset, window: Window | null): KeptNote {
  if (note.partition !== undefined) return { ...note, partition: note.partition ?? '' };
  return { ...note, partition: partitionOf(find(assetKey(note.asset)), window) };
}

/** The partition of a run's window; an asset that is cut otherwise is taken as one whole. */
function partitionOf(asset: Asset | undefined, window: Window | null): string {
  const partitions = asset?.partitions;
  if (partitions === undefined || partitions.kind !== 'windows' || window === null) return '';
  const key = partitionKey(partitions, { window });
  return findPartition(partitions, key)?.window?.end.equals(window.end) === true ? key : '';
}
