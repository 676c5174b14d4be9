import { readdir } from 'node:fs/promises';

import {
  DataFailure,
  MANIFEST_KEY,
  Temporal,
  type StageManifest,
  type SourceContext,
  recordId,
  silentLog,
  systemClock,
} from '#framework';
import type { Converter } from '#tasks/parquet';

import type { ListedFile } from '../../../tasks/veeva/files/file-list.ts';
import { STOP_AT_BAD_ROWS } from '../../../tasks/veeva/stage/bad-rows.ts';
import { stageWindow } from '../../../tasks/veeva/stage/stage-window.ts';
import { NEW_FILES } from '../../support/new-files.ts';
import type { BaseArchive } from './base-archives.ts';
import { judge } from './judge.ts';
import { MemoryStore } from './memory-store.ts';

export interface Desk {
  /** An empty local folder. */
  readonly directory: string;
  readonly converter: Converter;
  /** Unpacks in a thread of its own. */
  readonly inThread?: boolean;
}

export type Outcome =
  | { readonly kind: 'exact' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'wrong'; readonly why: string };

/** Only ever reached by an archive that hangs, also on a slow machine with other work. */
const LONGEST_MS = 120_000;
/** Far above what any of these archives needs, and far below what a bomb would take. */
const UNPACKED_BYTES = 32 * 1024 * 1024;

/** Stages an archive by the product's own way from the object store to the stage, and judges how that ended. */
export async function stageArchive(
  base: Pick<BaseArchive, 'name' | 'kind'>,
  parts: readonly Buffer[],
  { directory, converter, inThread = false }: Desk,
): Promise<Outcome> {
  const store = new MemoryStore();
  const keys = parts.map((_part, index) => `direct-data/${index}`);
  for (const [index, part] of parts.entries()) await store.put(`direct-data/${index}`, part);
  const options = {
    store,
    converter,
    format: 'csv',
    stageRoot: 'stage',
    temporaryDirectory: directory,
    atOnce: 4,
    unpackedLimit: UNPACKED_BYTES,
    threadBytes: inThread ? 0 : Number.POSITIVE_INFINITY,
    earlyBytes: 1,
    badRows: STOP_AT_BAD_ROWS,
    longText: 'refuse',
    onMissingColumn: 'fail',
  } as const;
  const work = stageWindow(listed(base), keys, { options, context: context(AbortSignal.timeout(LONGEST_MS)) });
  const outcome = await work.then(
    (manifest) => ({ manifest }),
    (error: unknown) => ({ error }),
  );
  const left = await readdir(directory);
  if (left.length > 0) return { kind: 'wrong', why: `left ${left.join(', ')} behind` };
  if ('manifest' in outcome) return judgeStaged(Buffer.concat(parts), outcome.manifest, store);
  return judgeRefused(outcome.error, store);
}

async function judgeStaged(archive: Buffer, manifest: StageManifest, store: MemoryStore): Promise<Outcome> {
  const why = await judge(archive, manifest, store);
  return why === undefined ? { kind: 'exact' } : { kind: 'wrong', why };
}

async function judgeRefused(error: unknown, store: MemoryStore): Promise<Outcome> {
  if (!(error instanceof DataFailure))
    return { kind: 'wrong', why: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  const staged = await store.list('stage/');
  if (staged.some(({ key }) => key.endsWith(MANIFEST_KEY)))
    return { kind: 'wrong', why: `${error.code}, and yet the stage has a manifest` };
  return { kind: 'refused', code: error.code };
}

function listed({ name, kind }: Pick<BaseArchive, 'name' | 'kind'>): ListedFile {
  const [start, stop] = [ORIGIN, ORIGIN.add({ minutes: 15 })];
  const file = { kind: 'file', name: name.replace('.tar.gz', ''), filename: name, extractKind: kind } as const;
  return { ...file, start, stop, rows: 0, bytes: 0, partCount: 0, parts: [] };
}

const ORIGIN = Temporal.Instant.from('2026-01-20T08:00Z');

function context(signal: AbortSignal): SourceContext {
  return {
    pipelineId: 'corpus',
    recordId: recordId(1),
    window: { start: ORIGIN, end: ORIGIN.add({ minutes: 15 }), zone: 'UTC' },
    fence: 1,
    params: {},
    loadId: 'corpus-1',
    files: NEW_FILES,
    covers: [],
    signal,
    log: silentLog,
    clock: systemClock,
  };
}
