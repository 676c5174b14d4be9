import { createHash } from 'node:crypto';
import { packArchive, unpackArchive } from './archive/tar-gz.ts';
import { applyArchiveFaults } from './faults/archive-faults.ts';
import type { FaultBoard } from './faults/fault-board.ts';
import type { PublishedFile } from './publisher.ts';

/** A slice of an archive. */
export interface FilePart {
  /** `143462-20260120-1330-N.001`. */
  readonly name: string;
  /** `143462-20260120-1330-N.tar.gz.001`. */
  readonly filename: string;
  readonly number: number;
  readonly md5: string;
  readonly bytes: Buffer;
}

/** Cuts archives into parts, after the archive faults in force changed them. */
export class PartStore {
  readonly #faults: FaultBoard;
  readonly #partBytes: number;
  /** By the bytes as published, so that a file that is no longer listed is forgotten with them. */
  readonly #cut = new WeakMap<Buffer, { readonly faults: string; readonly parts: Promise<readonly FilePart[]> }>();

  constructor(faults: FaultBoard, partBytes: number) {
    this.#faults = faults;
    this.#partBytes = partBytes;
  }

  async partsOf(file: PublishedFile): Promise<readonly FilePart[]> {
    const faults = JSON.stringify(this.#faults.archiveFaults(file.name));
    const known = this.#cut.get(file.bytes);
    if (known?.faults === faults) return known.parts;
    const parts = this.#cutIntoParts(file);
    this.#cut.set(file.bytes, { faults, parts });
    return await parts;
  }

  async #cutIntoParts(file: PublishedFile): Promise<readonly FilePart[]> {
    const bytes = await this.#faultyBytes(file);
    const count = Math.max(1, Math.ceil(bytes.length / this.#partBytes));
    return Array.from({ length: count }, (_none, index) => {
      const slice = bytes.subarray(index * this.#partBytes, (index + 1) * this.#partBytes);
      const suffix = String(index + 1).padStart(3, '0');
      return {
        name: `${file.name}.${suffix}`,
        filename: `${file.name}.tar.gz.${suffix}`,
        number: index + 1,
        md5: createHash('md5').update(slice).digest('hex'),
        bytes: slice,
      };
    });
  }

  async #faultyBytes(file: PublishedFile): Promise<Buffer> {
    const faults = this.#faults.archiveFaults(file.name);
    if (faults.length === 0) return file.bytes;
    return await packArchive(applyArchiveFaults(await unpackArchive(file.bytes), faults));
  }
}
