import { isUtf8 } from 'node:buffer';
import { readSync } from 'node:fs';

import { release } from '../release.ts';
import { type Chunk, firstRecord } from './chunks.ts';
import type { FieldBlock } from './field-block.ts';
import { type FieldMemory, READ_BYTES } from './field-memory.ts';
import { Refused, type RefusedRow } from './refused.ts';

const LINE_FEED = 0x0a;
/** A record longer than this is a quote that never closes: Redshift takes rows up to 4 MB. */
const LONGEST_RECORD = 16 * 1024 * 1024;
/** With so many bytes behind the end of a chunk, a reader never comes to the end of what is there of a file that still grows. */
export const BYTES_BEHIND = LONGEST_RECORD + 2 * READ_BYTES;

export interface ChunkSource {
  readonly file: number;
  /** Of the whole file. */
  readonly bytes: number;
  readonly chunk: Chunk;
}

/** Reads the records that belong to one chunk, a block at a time, with memory for one block. */
export class ChunkReader {
  readonly #file: number;
  readonly #chunk: Chunk;
  readonly #fileBytes: number;
  #bytes: Buffer;
  /** Position in the file of the first byte at hand. */
  #base: number;
  #from = 0;
  #to = 0;
  #found: boolean;

  /** @param memory absent: its own */
  constructor({ file, bytes, chunk }: ChunkSource, memory?: FieldMemory) {
    this.#file = file;
    this.#chunk = chunk;
    this.#fileBytes = bytes;
    this.#base = chunk.start;
    this.#found = chunk.opens === 'record';
    this.#bytes = memory?.bytes ?? Buffer.allocUnsafeSlow(Math.min(READ_BYTES, bytes - chunk.start + 1) + 1);
  }

  /** Position in the file of the first byte of the block that was filled last. */
  get base(): number {
    return this.#base;
  }

  /**
   * Fills the block with the next records; false at the end of the chunk. A sparing block may hold what is not UTF-8.
   * @throws Refused when the bytes are not CSV in UTF-8
   */
  next(block: FieldBlock): boolean {
    if (!this.#found && !this.#findFirst()) return false;
    for (;;) {
      const first = this.#from;
      const behind = block.fill(this.#bytes, { from: first, to: this.#to, lastStart: this.#chunk.end - this.#base });
      this.#from = behind;
      if (block.rows > 0 || block.overlong.length > 0) {
        if (!block.isSparing) assertText(block, this.#bytes.subarray(first, behind));
        return true;
      }
      if (this.#base + behind > this.#chunk.end || !this.#read()) return false;
    }
  }

  /** Gives the memory back, and with it the bytes of the block that was filled last. */
  close(): void {
    release(this.#bytes);
  }

  #findFirst(): boolean {
    let inside = this.#chunk.opens === 'inside';
    while (this.#read()) {
      const bytes = this.#bytes.subarray(0, this.#to);
      const first = firstRecord(bytes, inside);
      if (first >= 0) {
        this.#from = first;
        this.#found = true;
        return this.#base + first <= this.#chunk.end;
      }
      if (this.#base + this.#to >= this.#chunk.end) return false;
      for (const byte of bytes) if (byte === 0x22) inside = !inside;
      this.#from = this.#to;
    }
    return false;
  }

  /** Moves what is left to the front and reads on; false when the file has ended and nothing is left. */
  #read(): boolean {
    const left = this.#to - this.#from;
    const target = this.#room(left);
    this.#bytes.copy(target, 0, this.#from, this.#to);
    this.#bytes = target;
    this.#base += this.#from;
    this.#from = 0;
    const read = readSync(this.#file, target, left, target.length - left - 2, this.#base + left);
    this.#to = left + read;
    if (this.#base + this.#to >= this.#fileBytes || read === 0) return this.#finish(left, read);
    target[this.#to] = LINE_FEED;
    return true;
  }

  #room(left: number): Buffer {
    if (left > LONGEST_RECORD) throw this.#quoteOpen();
    const isFull = left + 2 >= this.#bytes.length;
    return isFull ? Buffer.allocUnsafeSlow(this.#bytes.length * 2) : this.#bytes;
  }

  /** At the end of the file: a last record without a line feed gets one. */
  #finish(left: number, read: number): boolean {
    const isOpen = this.#to > 0 && this.#bytes[this.#to - 1] !== LINE_FEED;
    if (read === 0 && left > 0) throw this.#quoteOpen();
    if (isOpen) {
      this.#bytes[this.#to] = LINE_FEED;
      this.#to += 1;
    }
    this.#bytes[this.#to] = LINE_FEED;
    return read > 0;
  }

  #quoteOpen(): Refused {
    return new Refused({ code: 'E_CSV_QUOTE_OPEN', row: 0, position: this.#base + this.#from });
  }
}

/** Separators are ASCII, so the fields are valid UTF-8 exactly when the bytes of their records are. */
function assertText(block: FieldBlock, bytes: Buffer): void {
  if (isUtf8(bytes) && !bytes.includes(0)) return;
  for (let row = 0; row < block.rows; row += 1) {
    const refused = badCharacters(block, row);
    if (refused !== undefined) throw new Refused(refused);
  }
}

/** The first field of a record that holds what no target can store. */
export function badCharacters(block: FieldBlock, row: number): RefusedRow | undefined {
  const { width } = block;
  for (let field = 0; field < width; field += 1) {
    const index = row * width + field;
    const value = block.bytes.subarray(block.starts[index], block.ends[index]);
    const code = value.includes(0) ? 'E_TEXT_NUL' : isUtf8(value) ? undefined : 'E_TEXT_NOT_UTF8';
    if (code !== undefined) return { code, row, field };
  }
  return undefined;
}
