import type { TextColumn } from '../columns/text-column.ts';
import { wordHash } from './word-hash.ts';

const SAMPLE = 2048;
/** A dictionary pays where a value occurs twice on average; for ids and free text it costs a fifth of the speed. */
const REPEATS = 2;

/** Whether the texts of a column repeat often enough for a Parquet dictionary, judged by the first rows; a collision only makes the guess a little worse. */
export function repeats({ values, offsets, validity, rows }: TextColumn): boolean {
  const words = new DataView(values.buffer, values.byteOffset, values.length);
  const seen = new Set<number>();
  const sampled = Math.min(SAMPLE, rows);
  let count = 0;
  for (let row = 0; row < sampled; row += 1) {
    if (validity.isNull(row)) continue;
    seen.add(wordHash(words, offsets[row] ?? 0, offsets[row + 1] ?? 0));
    count += 1;
  }
  return seen.size * REPEATS <= count;
}
