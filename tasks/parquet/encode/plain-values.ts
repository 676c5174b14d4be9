import type { BooleanColumn } from '../columns/boolean-column.ts';
import type { DecimalColumn } from '../columns/decimal-column.ts';
import type { AnyColumn } from '../columns/open-column.ts';
import type { Validity } from '../columns/validity.ts';

/** The values of a batch that are not NULL, in Parquet's plain encoding and in the column's own memory: the column is used up. */
export function plainValues(column: AnyColumn, rows: number): Uint8Array {
  switch (column.kind) {
    case 'text':
      return bytesOf(column.values, column.size);
    case 'number':
      return decimals(column, rows);
    case 'boolean':
      return booleans(column, rows);
    case 'date':
      return words({ values: column.days, validity: column.validity, each: 1 }, rows);
    case 'timestamp':
      return words({ values: column.words, validity: column.validity, each: 2 }, rows);
  }
}

interface Words {
  readonly values: Int32Array;
  readonly validity: Validity;
  /** Words of a value. */
  readonly each: number;
}

/** Little-endian integers, as they are held. */
function words({ values, validity, each }: Words, rows: number): Uint8Array {
  if (validity.nulls === 0) return bytesOf(values, 4 * each * rows);
  let count = 0;
  for (let row = 0; row < rows; row += 1) {
    if (validity.isNull(row)) continue;
    for (let word = 0; word < each; word += 1, count += 1) values[count] = values[each * row + word] ?? 0;
  }
  return bytesOf(values, 4 * count);
}

/** 16 bytes each, big-endian. */
function decimals({ words: held, validity }: DecimalColumn, rows: number): Uint8Array {
  const view = new DataView(held.buffer, held.byteOffset, held.byteLength);
  let position = 0;
  for (let row = 0; row < rows; row += 1) {
    if (validity.nulls > 0 && validity.isNull(row)) continue;
    const [first, second] = [view.getUint32(16 * row, true), view.getUint32(16 * row + 4, true)];
    const [third, fourth] = [view.getUint32(16 * row + 8, true), view.getUint32(16 * row + 12, true)];
    view.setUint32(position, fourth);
    view.setUint32(position + 4, third);
    view.setUint32(position + 8, second);
    view.setUint32(position + 12, first);
    position += 16;
  }
  return bytesOf(held, position);
}

/** One bit each, the lowest first. */
function booleans(column: BooleanColumn, rows: number): Uint8Array {
  const { validity } = column;
  if (validity.nulls === 0) return bytesOf(column.bits, (rows + 7) >> 3);
  const { bits } = column;
  let count = 0;
  for (let row = 0; row < rows; row += 1) {
    if (validity.isNull(row)) continue;
    const others = (bits[count >> 3] ?? 0) & ~(1 << (count & 7));
    bits[count >> 3] = others | (column.isTrue(row) ? 1 << (count & 7) : 0);
    count += 1;
  }
  return bytesOf(bits, (count + 7) >> 3);
}

function bytesOf({ buffer, byteOffset }: ArrayBufferView, length: number): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
