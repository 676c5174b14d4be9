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
  const { store, prefix, memory, signal } = tools;
  const staged: StagedFile[] = [];
  let done = source;
  for (const { path, bytes, rows, sha256 } of files) {
    const key = `${folder}/${basename(path)}`;
    const put = (own: AbortSignal) =>
      memory.give({ path, bytes }, (body) => store.put(`${prefix}${key}`, body, { signal: own, metadata: { sha256 } }));
    // A file is removed while the next one is stored.
    const works = done === undefined ? [put] : [put, removal(done)];
    await bounded(works, { atMost: 2, signal }, (work, own) => work(own.signal));
    done = path;
    staged.push({ key, bytes, rows, sha256 });
  }
  if (done !== undefined) await unlink(done);
  return staged;
}

/** Removing with `force` first looks at the file without leaving the thread: 0.1 ms for each of the hundred of a window. */
function removal(path: string): () => Promise<void> {
  return () => unlink(path);
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
