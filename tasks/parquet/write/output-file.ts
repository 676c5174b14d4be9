import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

/** A file that is written once from front to back; knows its own size and SHA-256. */
export class OutputFile {
  readonly path: string;
  readonly #descriptor: number;
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #isOpen = true;

  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, 'w');
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    for (let done = 0; done < bytes.length;) done += writeSync(this.#descriptor, bytes, done);
    this.#bytes += bytes.length;
  }

  close(): { readonly path: string; readonly bytes: number; readonly sha256: string } {
    this.discard();
    return { path: this.path, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** Closes what is open yet, however much of it was written. */
  discard(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#descriptor);
  }
}
