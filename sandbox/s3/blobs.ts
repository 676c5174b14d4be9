import { randomUUID } from 'node:crypto';
import { closeSync, createReadStream, mkdirSync, openSync, readSync, readdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** A stretch of an object's bytes: one file. An object made from parts has one for each part. */
export interface Segment {
  readonly blob: string;
  readonly bytes: number;
}

const READ_BYTES = 256 * 1024;

/** So few bytes are read at once: the steps of a stream cost more than all of them. */
const SMALL_BYTES = 64 * 1024;

/**
 * Files of bytes under random names. A file belongs to an object once the bucket's journal says so; until then nobody
 * can see it, and files that belong to nothing are removed at start.
 */
export class Blobs {
  readonly #directory: string;
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** Writes what `source` yields; when it fails nothing is left. */
  async write(source: AsyncIterable<Buffer>): Promise<Segment> {
    const blob = randomUUID();
    const file = await open(this.#path(blob), 'wx');
    let bytes = 0;
    try {
      for await (const chunk of source) {
        await file.write(chunk);
        bytes += chunk.length;
      }
    } catch (error) {
      this.remove([blob]);
      throw error;
    } finally {
      await file.close();
    }
    return { blob, bytes };
  }

  /** Bytes `from` to `to`, both included, where they are few. */
  readSmall(segments: readonly Segment[], from: number, to: number): Buffer | undefined {
    if (to - from >= SMALL_BYTES) return undefined;
    return Buffer.concat(stretchesOf(segments, from, to).map((stretch) => this.#bytesOf(stretch)));
  }

  /** Bytes `from` to `to`, both included. The files stay until the stream ends, even if the object is replaced meanwhile. */
  read(segments: readonly Segment[], from: number, to: number): Readable {
    const stretches = stretchesOf(segments, from, to);
    for (const { blob } of stretches) this.#readers.set(blob, (this.#readers.get(blob) ?? 0) + 1);
    const stream = Readable.from(this.#chunks(stretches), { objectMode: false, highWaterMark: READ_BYTES });
    stream.once('close', () => this.#release(stretches.map(({ blob }) => blob)));
    return stream;
  }

  remove(blobs: readonly string[]): void {
    for (const blob of blobs) {
      if (this.#readers.has(blob)) this.#doomed.add(blob);
      else rmSync(this.#path(blob), { force: true });
    }
  }

  removeAllBut(kept: ReadonlySet<string>): void {
    this.remove(readdirSync(this.#directory).filter((name) => !kept.has(name)));
  }

  async *#chunks(stretches: readonly Stretch[]): AsyncGenerator<Buffer> {
    for (const { blob, start, end } of stretches) {
      yield* createReadStream(this.#path(blob), { start, end, highWaterMark: READ_BYTES });
    }
  }

  #bytesOf({ blob, start, end }: Stretch): Buffer {
    const file = openSync(this.#path(blob), 'r');
    try {
      const bytes = Buffer.alloc(end - start + 1);
      const read = readSync(file, bytes, 0, bytes.length, start);
      if (read < bytes.length) throw new RangeError(`The blob ${blob} ends after ${read} of ${bytes.length} bytes.`);
      return bytes;
    } finally {
      closeSync(file);
    }
  }

  #release(blobs: readonly string[]): void {
    for (const blob of blobs) {
      const left = (this.#readers.get(blob) ?? 1) - 1;
      if (left > 0) this.#readers.set(blob, left);
      else this.#readers.delete(blob);
      if (left === 0 && this.#doomed.delete(blob)) this.remove([blob]);
    }
  }

  #path(blob: string): string {
    return join(this.#directory, blob);
  }
}

interface Stretch {
  readonly blob: string;
  readonly start: number;
  readonly end: number;
}

function stretchesOf(segments: readonly Segment[], from: number, to: number): Stretch[] {
  const stretches: Stretch[] = [];
  let offset = 0;
  for (const { blob, bytes } of segments) {
    const start = Math.max(from - offset, 0);
    const end = Math.min(to - offset, bytes - 1);
    if (start <= end) stretches.push({ blob, start, end });
    offset += bytes;
  }
  return stretches;
}
