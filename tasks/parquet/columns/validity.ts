import { release } from '../release.ts';

/** Which rows of a batch hold a value: Arrow's bitmap, one bit a row. */
export class Validity {
  readonly bits: Uint8Array;
  nulls = 0;

  constructor(capacity: number) {
    this.bits = new Uint8Array((capacity + 7) >> 3).fill(255);
  }

  clear(): void {
    this.bits.fill(255);
    this.nulls = 0;
  }

  close(): void {
    release(this.bits);
  }

  setNull(row: number): void {
    const index = row >> 3;
    this.bits[index] = (this.bits[index] ?? 0) & ~(1 << (row & 7));
    this.nulls += 1;
  }

  isNull(row: number): boolean {
    return ((this.bits[row >> 3] ?? 0) & (1 << (row & 7))) === 0;
  }
}
