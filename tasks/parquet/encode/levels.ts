import type { Validity } from '../columns/validity.ts';
import { varint } from './thrift.ts';

/** Which rows of a page hold a value, with the length before it. Arrow's bitmap is Parquet's packing of levels of one bit. */
export function levels({ bits, nulls }: Validity, rows: number): Uint8Array {
  const groups = (rows + 7) >> 3;
  const run = nulls === 0 ? [...varint(rows * 2), 1] : varint(groups * 2 + 1);
  const bytes = new Uint8Array(4 + run.length + (nulls === 0 ? 0 : groups));
  new DataView(bytes.buffer).setInt32(0, bytes.length - 4, true);
  bytes.set(run, 4);
  if (nulls > 0) bytes.set(bits.subarray(0, groups), 4 + run.length);
  return bytes;
}
