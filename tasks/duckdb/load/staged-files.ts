import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import {
  ConfigFailure,
  DataFailure,
  type ObjectStore,
  type StageManifest,
  type StagedFile,
  type TransferContext,
  bounded,
  filesOf,
} from '#framework';

export interface FilePlace {
  readonly stage: ObjectStore;
  /** The database file; downloads lie in a folder beside it. */
  readonly file: string;
}

/** The path of each staged file by its key. */
export type LocalFiles = ReadonlyMap<string, string>;

const AT_ONCE = 4;

/** Fetches every file of the manifest for the time of the work: DuckDB reads from disk, and needs no net of its own. */
export async function withStagedFiles<T>(
  place: FilePlace,
  { manifest, context }: { readonly manifest: StageManifest; readonly context: TransferContext },
  work: (files: LocalFiles) => Promise<T>,
): Promise<T> {
  const folder = join(downloads(place), `r${context.recordId}_f${context.fence}`);
  const files = filesOf(manifest);
  const prefix = storePrefix(place.stage, manifest);
  await mkdir(folder, { recursive: true });
  try {
    const paths = await bounded([...files.entries()], { atMost: AT_ONCE, signal: context.signal }, (entry, own) => {
      const [index, file] = entry;
      const path = join(folder, `${index}.${manifest.format}`);
      return fetchFile(place.stage, { key: prefix + file.key, file, path }, own.signal);
    });
    return await work(new Map(files.map(({ key }, index) => [key, paths[index] ?? ''])));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes the downloads that this and earlier tries of a record left. */
export async function removeDownloads(place: FilePlace, context: TransferContext): Promise<void> {
  const prefix = `r${context.recordId}_f`;
  const names = await readdir(downloads(place)).catch(() => []);
  const older = names.filter(
    (name) => name.startsWith(prefix) && Number.parseInt(name.slice(prefix.length), 10) <= context.fence,
  );
  for (const name of older) await rm(join(downloads(place), name), { recursive: true, force: true });
}

function downloads({ file }: FilePlace): string {
  return `${file}.stage`;
}

function storePrefix(stage: ObjectStore, { location }: StageManifest): string {
  const root = stage.url('');
  if (location.startsWith(root)) return location.slice(root.length);
  throw new ConfigFailure(
    'E_DUCKDB_STAGE',
    `The stage manifest lies at ${location}, outside the stage store ${root}. Give the target the store of the stage.`,
  );
}

interface Fetch {
  readonly key: string;
  readonly file: StagedFile;
  readonly path: string;
}

async function fetchFile(stage: ObjectStore, { key, file, path }: Fetch, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const from: AsyncIterable<Buffer> = await stage.open(key, { signal });
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const chunk of from) {
      hash.update(chunk);
      yield chunk;
    }
  }
  await pipeline(hashed, createWriteStream(path), { signal });
  const sha256 = hash.digest('hex');
  if (sha256 === file.sha256) return path;
  throw new DataFailure(
    'E_DUCKDB_STAGE_CHANGED',
    `The staged file ${stage.url(key)} has the checksum ${sha256}; its manifest says ${file.sha256}. ` +
      'Nothing was applied. Re-run the window from SOURCE_TO_STAGE to write the files anew.',
  );
}
