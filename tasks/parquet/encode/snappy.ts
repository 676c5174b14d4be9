import { compressSync } from 'snappy';

import { release } from '../release.ts';

/** The package's default is memory outside of V8, which its collector does not see: the conversion of 270 MB took 399 MB with it instead of 238. */
const IN_V8 = { copyOutputData: true };

/** Compresses in Snappy's format, which knows no pieces: they are put together in memory that is kept. */
export class Snappy {
  #memory = new Uint8Array(0);

  /** @param total the length of all pieces together */
  compress(pieces: readonly Uint8Array[], total: number): Uint8Array {
    if (this.#memory.length < total) {
      release(this.#memory);
      this.#memory = new Uint8Array(total);
    }
    let end = 0;
    for (const piece of pieces) {
      this.#memory.set(piece, end);
      end += piece.length;
    }
    return compressSync(this.#memory.subarray(0, total), IN_V8);
  }

  close(): void {
    release(this.#memory);
  }
}
