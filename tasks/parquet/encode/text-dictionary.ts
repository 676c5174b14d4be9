import type { TextColumn } from '../columns/text-column.ts';
import { wordHash } from './word-hash.ts';

/** With more values, or more bytes of them, a dictionary no longer pays. */
const MOST_VALUES = 16_384;
const MOST_BYTES = 1024 * 1024;
const FIRST_SLOTS = 1024;
const FIRST_BYTES = 8 * 1024;

/** The different values of a column, each with its number, in the form in which Parquet stores them: behind their lengths. */
export class TextDictionary {
  values = 0;
  #bytes = new Uint8Array(FIRST_BYTES);
  #words = new DataView(this.#bytes.buffer);
  #starts = new Int32Array(FIRST_SLOTS);
  /** Number of the value plus one, by its hash; 0 is free. At most half of them are taken. */
  #slots = new Int32Array(FIRST_SLOTS);

  /** The values as a page of a dictionary holds them. */
  get page(): Uint8Array {
    return this.#bytes.subarray(0, this.#starts[this.values]);
  }

  /** Writes the number of each value that is not NULL into `numbers`; false where the dictionary is full. */
  number({ values, offsets, validity }: TextColumn, rows: number, numbers: Int32Array): boolean {
    const words = new DataView(values.buffer, values.byteOffset, values.length);
    let count = 0;
    for (let row = 0; row < rows; row += 1) {
      if (validity.nulls > 0 && validity.isNull(row)) continue;
      const number = this.#find(words, offsets[row] ?? 0, offsets[row + 1] ?? 0);
      if (number < 0) return false;
      numbers[count] = number;
      count += 1;
    }
    return true;
  }

  /** The number of a value, or -1 where there is no room for it. */
  #find(words: DataView, from: number, to: number): number {
    const [slots, starts] = [this.#slots, this.#starts];
    const mask = slots.length - 1;
    let slot = wordHash(words, from, to) & mask;
    for (let number = (slots[slot] ?? 0) - 1; number >= 0; number = (slots[slot] ?? 0) - 1) {
      const length = (starts[number + 1] ?? 0) - (starts[number] ?? 0);
      if (length === to - from && this.#isSame(number, words, from)) return number;
      slot = (slot + 1) & mask;
    }
    return this.#add(new Uint8Array(words.buffer, words.byteOffset + from, to - from));
  }

  /** Whether the bytes at `from` are those of a value of the same length: four at a time, the last ones first. */
  #isSame(number: number, words: DataView, from: number): boolean {
    const held = this.#words;
    const start = this.#starts[number] ?? 0;
    const last = (this.#starts[number + 1] ?? 0) - start - 4;
    if (held.getInt32(start + last, true) !== words.getInt32(from + last, true)) return false;
    for (let done = 0; done < last; done += 4)
      if (held.getInt32(start + done, true) !== words.getInt32(from + done, true)) return false;
    return true;
  }

  #add(value: Uint8Array): number {
    const start = this.#starts[this.values] ?? 0;
    const end = start + value.length;
    if (this.values === MOST_VALUES || end > MOST_BYTES) return -1;
    if (end > this.#bytes.length) this.#widen(2 * end);
    if (2 * (this.values + 1) > this.#slots.length) this.#grow();
    this.#bytes.set(value, start);
    this.values += 1;
    this.#starts[this.values] = end;
    this.#take(this.values - 1);
    return this.values - 1;
  }

  #widen(length: number): void {
    const larger = new Uint8Array(length);
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#words = new DataView(larger.buffer);
  }

  #grow(): void {
    const starts = new Int32Array(2 * this.#starts.length);
    starts.set(this.#starts);
    this.#starts = starts;
    this.#slots = new Int32Array(2 * this.#slots.length);
    for (let number = 0; number < this.values; number += 1) this.#take(number);
  }

  /** Puts the number of a value into the first free slot for its hash. */
  #take(number: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = wordHash(this.#words, this.#starts[number] ?? 0, this.#starts[number + 1] ?? 0) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = number + 1;
  }
}
