import {
  type ObjectStore,
  type StageManifest,
  type StagedFile,
  type Target,
  type TransferContext,
  bounded,
} from '#framework';
import { z } from 'zod';

import { lakeKey, logKey } from './lake-paths.ts';

export interface LakeOptions {
  readonly store: ObjectStore;
  /** Folder of the lake. */
  readonly lake: string;
}

const AT_ONCE = 4;

/**
 * Copies the files of a window into the lake, under keys that are the same at each try. The window's load log is written before
 * (what may be there) and behind the files (what is there), so that a re-run removes what an earlier load alone had. Tries of one
 * load write the same bytes under the same keys, so one that is late does no harm; the audit compares them with the stage.
 */
export function lakeTarget(options: LakeOptions): Target {
  return {
    count: async (context) => {
      const log = await findLog(options, context);
      if (log?.state === 'loaded') return { kind: 'counted', rows: log.keys.length };
      return { kind: 'unknown', reason: 'the load log of the lake has no such window' };
    },
    // What an unfinished load left is in the load log; the next load replaces it.
    clean: async () => {},
    load: (manifest, context) => load(options, manifest, context),
    audit: (manifest, context) => audit(options, manifest, context),
  };
}

const LoadLog = z.object({
  state: z.enum(['loading', 'loaded']),
  loadId: z.string(),
  keys: z.array(z.string()),
});
type LoadLog = z.infer<typeof LoadLog>;

async function findLog({ store, lake }: LakeOptions, context: TransferContext): Promise<LoadLog | undefined> {
  const text = await store.findText(logKey(lake, context), { signal: context.signal });
  return text === undefined ? undefined : LoadLog.parse(JSON.parse(text));
}

async function writeLog(
  { store, lake }: LakeOptions,
  context: TransferContext,
  written: Pick<LoadLog, 'state' | 'keys'>,
): Promise<void> {
  const { loadId, signal } = context;
  const text = JSON.stringify({ ...written, loadId });
  await store.put(logKey(lake, context), Buffer.from(text), { signal, contentType: 'application/json' });
}

async function load(
  options: LakeOptions,
  manifest: StageManifest,
  context: TransferContext,
): ReturnType<Target['load']> {
  const { signal, loadId } = context;
  const before = await findLog(options, context);
  const receipt = { rows: manifest.rows, tables: manifest.tables.length, schemaChanges: [], details: {} };
  if (before?.state === 'loaded' && before.loadId === loadId) return { outcome: 'already_loaded', ...receipt };
  const files = filesOf(manifest);
  const keys = files.map(({ key }) => lakeKey(options.lake, key, context));
  await writeLog(options, context, { state: 'loading', keys: [...new Set([...keys, ...(before?.keys ?? [])])] });
  await bounded(files, { atMost: AT_ONCE, signal }, (file, own) =>
    copyFile(options, file, { manifest, context: { ...context, signal: own.signal } }),
  );
  const gone = before?.keys.filter((key) => !keys.includes(key)) ?? [];
  if (gone.length > 0) await options.store.removeAll(gone, { signal });
  await writeLog(options, context, { state: 'loaded', keys });
  return { outcome: 'loaded', ...receipt };
}

async function copyFile(
  { store, lake }: LakeOptions,
  { key, sha256 }: StagedFile,
  { manifest, context }: { readonly manifest: StageManifest; readonly context: TransferContext },
): Promise<void> {
  const { signal } = context;
  const staged = manifest.location.slice(store.url('').length) + key;
  await store.put(lakeKey(lake, key, context), await store.open(staged, { signal }), {
    signal,
    metadata: { sha256 },
  });
}

async function audit(
  { store, lake }: LakeOptions,
  manifest: StageManifest,
  context: TransferContext,
): ReturnType<Target['audit']> {
  const { signal } = context;
  const tables = await bounded(manifest.tables, { atMost: AT_ONCE, signal }, async ({ schema, updates }, own) => {
    const found = await bounded(updates.files, { atMost: AT_ONCE, ...own }, async ({ key, bytes, sha256 }) => {
      const object = await store.find(lakeKey(lake, key, context), own);
      return object?.bytes === bytes && object.metadata['sha256'] === sha256;
    });
    const right = found.filter(Boolean).length;
    const expected = updates.rows;
    return { table: schema.table, expected, found: right, missing: expected - right, surplus: 0 };
  });
  const differences = tables.filter(({ missing }) => missing > 0);
  return {
    verdict: differences.length === 0 ? 'PASS' : 'FAIL',
    sourceRows: manifest.rows,
    targetRows: tables.reduce((sum, { found }) => sum + found, 0),
    differences,
  };
}

function filesOf({ tables }: StageManifest): readonly StagedFile[] {
  return tables.flatMap(({ updates }) => updates.files);
}
