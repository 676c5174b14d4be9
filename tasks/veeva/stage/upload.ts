import { createReadStream } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';

import { type ObjectStore, type StagedFile, bounded } from '#framework';
import type { ConvertedFile } from '#tasks/parquet';

/** Far above a converted file of the usual size; what is larger is read as a stream. */
const MOST_BYTES = 16 * 1024 * 1024;
/** No larger than the chunks of a stream, which takes twice the processor time. */
const SMALL_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);

export interface UploadTools {
  readonly store: ObjectStore;
  /** Where staged files go in the store, ending with `/`. */
  readonly prefix: string;
  readonly memory: FileMemory;
  readonly signal: AbortSignal;
}

export interface Upload {
  readonly files: readonly ConvertedFile[];
  /** What they were made of, where it goes with them. */
  readonly source?: string;
}

/** Moves converted files into a folder of the stage. Nothing is under way any more when it fails. */
export async function upload({ files, source }: Upload, folder: string, tools: UploadTools): Promise<StagedFile[]> {
  const store = (signal: AbortSignal) => storeEach(files, folder, { ...tools, signal });
  return (await whileRemoving(source, tools.signal, store)) ?? [];
}

async function storeEach(files: readonly ConvertedFile[], folder: string, tools: UploadTools): Promise<StagedFile[]> {
  const { store, prefix, memory, signal } = tools;
  const staged: StagedFile[] = [];
  let last: string | undefined;
  for (const { path, bytes, rows, sha256 } of files) {
    const key = `${folder}/${basename(path)}`;
    await whileRemoving(last, signal, (signal) =>
      memory.give({ path, bytes }, (body) => store.put(`${prefix}${key}`, body, { signal, metadata: { sha256 } })),
    );
    last = path;
    staged.push({ key, bytes, rows, sha256 });
  }
  if (last !== undefined) await unlink(last);
  return staged;
}

type Work<T> = (signal: AbortSignal) => Promise<T>;

/** Removes a file that is done with beside other work. Where one of both fails, the other is stopped and waited for. */
async function whileRemoving<T>(path: string | undefined, signal: AbortSignal, work: Work<T>): Promise<T | undefined> {
  // Removing with `force` first looks at the file without leaving the thread: 0.1 ms for each of the hundred of a window.
  const removal = async (): Promise<undefined> => {
    if (path !== undefined) await unlink(path);
  };
  const works: Work<T | undefined>[] = [work, removal];
  const [done] = await bounded(works, { atMost: works.length, signal }, (each, own) => each(own.signal));
  return done;
}

export interface LocalFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Gives the bytes of one file at a time in memory that is used again: for every ten megabytes that a stream allocates V8 would mark its
 * whole heap. A second file at the same time is given as a stream, or in memory of its own where it is small.
 */
export class FileMemory {
  #memory = NOTHING;
  #isTaken = false;

  async give(file: LocalFile, use: (body: Uint8Array | Readable) => Promise<void>): Promise<void> {
    if (this.#isTaken && file.bytes <= SMALL_BYTES)
      return use(await readInto(Buffer.allocUnsafeSlow(file.bytes), file));
    if (this.#isTaken || file.bytes > MOST_BYTES) return streamed(file.path, use);
    this.#isTaken = true;
    try {
      await use(await this.#read(file));
    } catch (error) {
      // Something may still be sending from it.
      this.#memory = NOTHING;
      throw error;
    } finally {
      this.#isTaken = false;
    }
  }

  #read(file: LocalFile): Promise<Uint8Array> {
    if (this.#memory.length < file.bytes) this.#memory = Buffer.allocUnsafeSlow(file.bytes);
    return readInto(this.#memory, file);
  }
}

async function readInto(memory: Buffer, { path, bytes }: LocalFile): Promise<Uint8Array> {
  await using file = await open(path);
  for (let read = 0; read < bytes;) {
    const { bytesRead } = await file.read(memory, read, bytes - read, read);
    if (bytesRead === 0) throw new Error(`${path} ends after ${read} bytes; ${bytes} were written.`);
    read += bytesRead;
  }
  return memory.subarray(0, bytes);
}

/** Whoever is given a stream may fail before reading it to its end. */
async function streamed(path: string, use: (body: Readable) => Promise<void>): Promise<void> {
  const body = createReadStream(path);
  try {
    await use(body);
  } finally {
    body.destroy();
  }
}
