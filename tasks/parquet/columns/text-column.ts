import type { LongText } from '../conversion.ts';
import { release } from '../release.ts';
import type { FieldBlock } from '../csv/field-block.ts';
import type { PackedTexts } from '../csv/field-memory.ts';
import { hasQuote } from '../csv/has-quote.ts';
import type { RefusedRow } from '../csv/refused.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { Validity } from './validity.ts';

const QUOTE = 0x22;
/** Redshift's longest VARCHAR. */
const LONGEST_TEXT = 65_535;
/** Redshift takes rows up to 4 MB. */
const LONGEST_OF_PARTS = 4_000_000;
/** Up to here steps of four bytes are quicker than a call of `copy`. */
const SHORT = 64;
/** The length that stands before each value. */
const LENGTH_BYTES = 4;

/** Most bytes of one text. */
export function longestText(longText: LongText): number {
  return longText === 'refuse' ? LONGEST_TEXT : LONGEST_OF_PARTS;
}

/** UTF-8 text as Parquet holds it: the bytes of all values in a row, each behind its length, and where each ends. NULL has no bytes. */
export class TextColumn implements ColumnBuilder {
  readonly kind = 'text';
  readonly validity: Validity;
  readonly offsets: Int32Array;
  values: Buffer;
  #words: DataView;
  rows = 0;
  size = 0;
  longest = 0;
  readonly #most: number;

  constructor(capacity: number, bytes: number, longText: LongText = 'refuse') {
    this.validity = new Validity(capacity);
    this.offsets = new Int32Array(capacity + 1);
    this.values = Buffer.allocUnsafeSlow(Math.max(64, bytes));
    this.#words = wordsOf(this.values);
    this.#most = longestText(longText);
  }

  clear(): void {
    this.validity.clear();
    this.rows = 0;
    this.size = 0;
  }

  close(): void {
    this.validity.close();
    release(this.offsets);
    release(this.values);
  }

  append(block: FieldBlock, index: number): RefusedRow | undefined {
    const packed = block.texts(index, this.size);
    if (packed === undefined || packed.longest > this.#most) return this.#appendEach(block, index);
    this.#take(packed);
    return undefined;
  }

  #take({ bytes, ends, nulls, longest }: PackedTexts): void {
    if (this.size + bytes.length > this.values.length) this.#grow(bytes.length);
    this.values.set(bytes, this.size);
    this.offsets.set(ends, this.rows + 1);
    for (const row of nulls) this.validity.setNull(this.rows + row);
    this.size += bytes.length;
    this.rows += ends.length;
    if (longest > this.longest) this.longest = longest;
  }

  #appendEach(block: FieldBlock, index: number): RefusedRow | undefined {
    const { bytes, starts, ends, escaped, width, rows } = block;
    const { offsets } = this;
    const source = wordsOf(bytes);
    const lastWord = bytes.length - 4;
    for (let row = 0, field = index; row < rows; row += 1, field += width) {
      const start = starts[field] ?? 0;
      const end = ends[field] ?? 0;
      let length = 0;
      if (start === end) this.validity.setNull(this.rows);
      else if (escaped[field] === 1) length = this.#unescape(source, start, end);
      else if (end - start <= SHORT && end <= lastWord) length = this.#copyShort(source, start, end);
      else length = this.#copyLong(bytes, start, end);
      if (length > this.longest) {
        if (length > this.#most) return { code: 'E_TEXT_TOO_LONG', row };
        this.longest = length;
      }
      this.rows += 1;
      offsets[this.rows] = this.size;
    }
    return undefined;
  }

  /** Takes bytes of another column as one value; nothing is NULL. */
  add(bytes: Buffer, start: number, end: number): void {
    if (start === end) this.validity.setNull(this.rows);
    else this.#copyLong(bytes, start, end);
    this.rows += 1;
    this.offsets[this.rows] = this.size;
  }

  /** Where the value of a row begins that is not NULL; it ends at the next offset. */
  startOf(row: number): number {
    return (this.offsets[row] ?? 0) + LENGTH_BYTES;
  }

  /** Four bytes a step; the last one may read and write up to three bytes beyond the value. */
  #copyShort(source: DataView, start: number, end: number): number {
    const length = end - start;
    if (this.size + LENGTH_BYTES + length + 3 > this.values.length) this.#grow(length);
    const words = this.#words;
    words.setInt32(this.size, length, true);
    let target = this.size + LENGTH_BYTES;
    this.size = target + length;
    for (let position = start; position < end; position += 4, target += 4)
      words.setInt32(target, source.getInt32(position, true), true);
    return length;
  }

  #copyLong(bytes: Buffer, start: number, end: number): number {
    const length = end - start;
    if (this.size + LENGTH_BYTES + length + 3 > this.values.length) this.#grow(length);
    this.#words.setInt32(this.size, length, true);
    this.values.set(bytes.subarray(start, end), this.size + LENGTH_BYTES);
    this.size += LENGTH_BYTES + length;
    return length;
  }

  /** Of two quotes one is taken; four bytes without any are copied together. */
  #unescape(source: DataView, start: number, end: number): number {
    if (this.size + LENGTH_BYTES + end - start > this.values.length) this.#grow(end - start);
    const words = this.#words;
    const first = this.size + LENGTH_BYTES;
    let target = first;
    for (let position = start; position < end;) {
      if (position <= end - 4 && !hasQuote(source.getInt32(position, true))) {
        words.setInt32(target, source.getInt32(position, true), true);
        position += 4;
        target += 4;
      } else {
        const byte = source.getUint8(position);
        words.setUint8(target, byte);
        position += byte === QUOTE ? 2 : 1;
        target += 1;
      }
    }
    words.setInt32(this.size, target - first, true);
    this.size = target;
    return target - first;
  }

  #grow(length: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.values.length * 2, this.size + length + 2 * LENGTH_BYTES));
    this.values.copy(larger, 0, 0, this.size);
    release(this.values);
    this.values = larger;
    this.#words = wordsOf(larger);
  }
}

function wordsOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
