import { varint } from './thrift.ts';

/** Values of one run, each in so many bits; the last group of eight is filled up with zeros. */
export interface Packed {
  readonly values: Int32Array;
  readonly count: number;
  /** Up to 24. */
  readonly width: number;
}

/** Bits that numbers below `count` need, at least one. */
export function bitsFor(count: number): number {
  return Math.max(1, 32 - Math.clz32(Math.max(1, count - 1)));
}

/** One bit-packed run of Parquet's hybrid encoding, in memory of its own. */
export function packedRun({ values, count, width }: Packed): Uint8Array {
  const groups = (count + 7) >> 3;
  const header = varint(groups * 2 + 1);
  const bytes = new Uint8Array(header.length + groups * width);
  bytes.set(header);
  let position = header.length;
  let waiting = 0;
  let bits = 0;
  for (let index = 0; index < count; index += 1) {
    waiting |= (values[index] ?? 0) << bits;
    for (bits += width; bits >= 8; bits -= 8) {
      bytes[position] = waiting;
      waiting >>>= 8;
      position += 1;
    }
  }
  if (bits > 0) bytes[position] = waiting;
  return bytes;
}
