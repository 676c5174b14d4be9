import type { AnyColumn } from '../columns/open-column.ts';

const SAMPLE = 2048;
/** A dictionary pays where a value occurs twice on average; for ids and free text it costs a fifth of the speed. */
const REPEATS = 2;

/** Whether the values of a column repeat often enough for a Parquet dictionary, judged by the first rows. */
export function repeats(column: AnyColumn): boolean {
  if (column.kind === 'boolean' || column.rows === 0) return false;
  const seen = new Set<number>();
  const rows = Math.min(SAMPLE, column.rows);
  let values = 0;
  for (let row = 0; row < rows; row += 1) {
    if (column.validity.isNull(row)) continue;
    seen.add(hash(column, row));
    values += 1;
  }
  return seen.size * REPEATS <= values;
}

function hash(column: Exclude<AnyColumn, { kind: 'boolean' }>, row: number): number {
  switch (column.kind) {
    case 'text':
      return textHash(column.values, column.offsets[row] ?? 0, column.offsets[row + 1] ?? 0);
    case 'number':
      return (column.words[4 * row] ?? 0) ^ Math.imul(column.words[4 * row + 1] ?? 0, 0x01_00_01_93);
    case 'date':
      return column.days[row] ?? 0;
    case 'timestamp':
      return (column.words[2 * row] ?? 0) ^ Math.imul(column.words[2 * row + 1] ?? 0, 0x01_00_01_93);
  }
}

/** FNV-1a; a collision only makes the guess a little worse. */
function textHash(bytes: Buffer, from: number, to: number): number {
  let value = 0x81_1c_9d_c5;
  for (let position = from; position < to; position += 1)
    value = Math.imul(value ^ (bytes[position] ?? 0), 0x01_00_01_93);
  return value;
}
