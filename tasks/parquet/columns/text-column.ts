import type { LongText } from '../conversion.ts';
import type { FieldBlock } from '../csv/field-block.ts';
import type { RefusedRow } from '../csv/refused.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { Validity } from './validity.ts';

const QUOTE = 0x22;
/** Redshift's longest VARCHAR. */
const LONGEST_TEXT = 65_535;
/** Redshift takes rows up to 4 MB. */
const LONGEST_OF_PARTS = 4_000_000;
/** Up to here a byte loop is quicker than a call of `copy`. */
const SHORT = 48;

/** Most bytes of one text. */
export function longestText(longText: LongText): number {
  return longText === 'refuse' ? LONGEST_TEXT : LONGEST_OF_PARTS;
}

/** UTF-8 text as Arrow holds it: the bytes of all values in a row, and where each ends. */
export class TextColumn implements ColumnBuilder {
  readonly kind = 'text';
  readonly validity: Validity;
  readonly offsets: Int32Array;
  values: Buffer;
  rows = 0;
  size = 0;
  longest = 0;
  readonly #most: number;

  constructor(capacity: number, bytes: number, longText: LongText = 'refuse') {
    this.validity = new Validity(capacity);
    this.offsets = new Int32Array(capacity + 1);
    this.values = Buffer.allocUnsafeSlow(Math.max(64, bytes));
    this.#most = longestText(longText);
  }

  clear(): void {
    this.validity.clear();
    this.rows = 0;
    this.size = 0;
  }

  append(block: FieldBlock, index: number): RefusedRow | undefined {
    const { starts, ends, escaped, width, rows } = block;
    const { offsets } = this;
    for (let row = 0, field = index; row < rows; row += 1, field += width) {
      const start = starts[field] ?? 0;
      const end = ends[field] ?? 0;
      const before = this.size;
      if (start === end) this.validity.setNull(this.rows);
      else if (escaped[field] === 1) this.#unescape(block.bytes, start, end);
      else this.#copy(block.bytes, start, end);
      const length = this.size - before;
      if (length > this.longest) {
        if (length > this.#most) return { code: 'E_TEXT_TOO_LONG', row };
        this.longest = length;
      }
      this.rows += 1;
      offsets[this.rows] = this.size;
    }
    return undefined;
  }

  /** Takes one value as it is; nothing is NULL. */
  add(bytes: Buffer, start: number, end: number): void {
    if (start === end) this.validity.setNull(this.rows);
    else this.#copy(bytes, start, end);
    this.rows += 1;
    this.offsets[this.rows] = this.size;
  }

  #copy(bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    if (this.size + length > this.values.length) this.#grow(length);
    const { values } = this;
    let target = this.size;
    if (length > SHORT) {
      bytes.copy(values, target, start, end);
    } else {
      for (let position = start; position < end; position += 1, target += 1) values[target] = bytes[position] ?? 0;
    }
    this.size += length;
  }

  #unescape(bytes: Buffer, start: number, end: number): void {
    if (this.size + end - start > this.values.length) this.#grow(end - start);
    const { values } = this;
    let target = this.size;
    for (let position = start; position < end; position += 1, target += 1) {
      const byte = bytes[position] ?? 0;
      values[target] = byte;
      if (byte === QUOTE) position += 1;
    }
    this.size = target;
  }

  #grow(length: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.values.length * 2, this.size + length));
    this.values.copy(larger, 0, 0, this.size);
    this.values = larger;
  }
}
