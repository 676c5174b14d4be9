import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';

import type { ObjectStore, StagedFile } from '#framework';
import type { Converted } from '#tasks/parquet';

/** Far above a converted file of the usual size; what is larger is read as a stream. */
const MOST_BYTES = 16 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

export interface UploadTools {
  readonly store: ObjectStore;
  /** Where staged files go in the store, ending with `/`. */
  readonly prefix: string;
  readonly memory: FileMemory;
  readonly signal: AbortSignal;
}

/** Moves converted files into a folder of the stage. */
export async function upload(converted: Converted, folder: string, tools: UploadTools): Promise<StagedFile[]> {
  const { store, prefix, memory, signal } = tools;
  const files: StagedFile[] = [];
  for (const { path, bytes, rows, sha256 } of converted.files) {
    const key = `${folder}/${basename(path)}`;
    await memory.give({ path, bytes }, (body) => store.put(`${prefix}${key}`, body, { signal, metadata: { sha256 } }));
    await rm(path, { force: true });
    files.push({ key, bytes, rows, sha256 });
  }
  return files;
}

export interface LocalFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Gives the bytes of one file at a time in memory that is used again: for every ten megabytes that a stream allocates V8 would mark its
 * whole heap. A second file at the same time is given as a stream.
 */
export class FileMemory {
  #memory = NOTHING;
  #isTaken = false;

  async give({ path, bytes }: LocalFile, use: (body: Uint8Array | Readable) => Promise<void>): Promise<void> {
    if (this.#isTaken || bytes > MOST_BYTES) return streamed(path, use);
    this.#isTaken = true;
    try {
      await use(await this.#read({ path, bytes }));
    } catch (error) {
      // Something may still be sending from it.
      this.#memory = NOTHING;
      throw error;
    } finally {
      this.#isTaken = false;
    }
  }

  async #read({ path, bytes }: LocalFile): Promise<Uint8Array> {
    if (this.#memory.length < bytes) this.#memory = Buffer.allocUnsafeSlow(bytes);
    await using file = await open(path);
    for (let read = 0; read < bytes;) {
      const { bytesRead } = await file.read(this.#memory, read, bytes - read, read);
      if (bytesRead === 0) throw new Error(`${path} ends after ${read} bytes; ${bytes} were written.`);
      read += bytesRead;
    }
    return this.#memory.subarray(0, bytes);
  }
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
