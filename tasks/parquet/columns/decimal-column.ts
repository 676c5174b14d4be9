import { release } from '../release.ts';
import type { FieldBlock } from '../csv/field-block.ts';
import type { RefusedRow } from '../csv/refused.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { type ExactNumber, readNumber } from './decimal-text.ts';
import { Validity } from './validity.ts';

const [ZERO = 0x30, POINT = 0x2e, MINUS = 0x2d] = Buffer.from('0.-');
const WORD = 2 ** 32;
/** Every integer with so many digits is exact in a JavaScript number. */
const EXACT_DIGITS = 15;
export const MOST_DIGITS = 38;
/** Redshift's largest scale. */
const LARGEST_SCALE = 37;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/**
 * Exact decimals with one scale for the whole column, as 128-bit integers. The scale grows when a value needs more
 * digits behind the point, and the values already held are rescaled; it never shrinks.
 */
export class DecimalColumn implements ColumnBuilder {
  readonly kind = 'number';
  readonly validity: Validity;
  /** Four little-endian words a value, two's complement: Arrow's Decimal128. */
  readonly words: Uint32Array;
  rows = 0;
  scale: number;
  readonly #standingScale: number;
  /** Digits of a number that the quick path may take. */
  readonly #quickDigits: number;
  #integerDigits = 0;
  #scanned = 0;
  #point = -1;

  /** @param standingScale digits behind the point for which every number must leave room */
  constructor(capacity: number, scale: number, standingScale = 0) {
    this.validity = new Validity(capacity);
    this.words = new Uint32Array(4 * capacity);
    this.scale = scale;
    this.#standingScale = standingScale;
    this.#quickDigits = Math.min(EXACT_DIGITS, MOST_DIGITS - standingScale);
  }

  clear(): void {
    this.validity.clear();
    this.rows = 0;
  }

  close(): void {
    this.validity.close();
    release(this.words);
  }

  append(block: FieldBlock, index: number): RefusedRow | undefined {
    const { bytes, starts, ends, width, rows } = block;
    for (let row = 0, field = index; row < rows; row += 1, field += width) {
      const start = starts[field] ?? 0;
      const end = ends[field] ?? 0;
      if (start === end) {
        this.validity.setNull(this.rows);
        this.#storeSmall(0);
      } else if (!this.#appendSmall(bytes, start, end)) {
        const number = readNumber(bytes.toString('latin1', start, end));
        if (number === undefined) return { code: 'E_NUMBER_UNREADABLE', row };
        if (!this.#appendAny(number)) return { code: 'E_NUMBER_TOO_LONG', row };
      }
      this.rows += 1;
    }
    return undefined;
  }

  unscaled(row: number): bigint {
    const [a = 0, b = 0, c = 0, d = 0] = this.words.subarray(4 * row, 4 * row + 4);
    return BigInt.asIntN(128, BigInt(a) | (BigInt(b) << 32n) | (BigInt(c) << 64n) | (BigInt(d) << 96n));
  }

  /** The quick path: plain digits that fit the scale and stay an exact JavaScript integer. */
  #appendSmall(bytes: Buffer, start: number, end: number): boolean {
    const first = bytes[start] === MINUS ? start + 1 : start;
    if (!this.#scan(bytes, first, end)) return false;
    const integerEnd = this.#point < 0 ? end : this.#point;
    const digits = end - first - (this.#point < 0 ? 0 : 1);
    const missing = this.scale - (digits - (integerEnd - first));
    if (missing < 0 || digits + missing > this.#quickDigits) return false;
    if (integerEnd - first > this.#integerDigits) this.#noteInteger(bytes, first, integerEnd);
    const scaled = this.#scanned * (POWERS_OF_TEN[missing] ?? 1);
    this.#storeSmall(first > start ? -scaled : scaled);
    return true;
  }

  /** Leaves the digits as one integer in `#scanned` and the place of the point, or -1, in `#point`. */
  #scan(bytes: Buffer, first: number, end: number): boolean {
    this.#point = -1;
    if (end === first || end - first > EXACT_DIGITS + 1 || (bytes[first] === POINT && end === first + 1)) return false;
    let value = 0;
    for (let position = first; position < end; position += 1) {
      const digit = (bytes[position] ?? 0) - ZERO;
      if (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
      } else {
        if (digit !== POINT - ZERO || this.#point >= 0) return false;
        this.#point = position;
      }
    }
    this.#scanned = value;
    return true;
  }

  #noteInteger(bytes: Buffer, from: number, to: number): void {
    let first = from;
    while (first < to && bytes[first] === ZERO) first += 1;
    this.#integerDigits = Math.max(this.#integerDigits, to - first);
  }

  #storeSmall(value: number): void {
    const { words } = this;
    const index = 4 * this.rows;
    const extension = value < 0 ? 0xff_ff_ff_ff : 0;
    const high = Math.floor(value / WORD);
    words[index] = value - high * WORD;
    words[index + 1] = high;
    words[index + 2] = extension;
    words[index + 3] = extension;
  }

  #appendAny(number: ExactNumber): boolean {
    const scale = Math.max(this.scale, number.scale);
    const integerDigits = Math.max(this.#integerDigits, number.integerDigits);
    const reserved = Math.max(scale, this.#standingScale);
    if (scale > LARGEST_SCALE || integerDigits + reserved > MOST_DIGITS) return false;
    this.#integerDigits = integerDigits;
    if (scale > this.scale) this.#widen(scale);
    this.#store(this.rows, number.unscaled * 10n ** BigInt(scale - number.scale));
    return true;
  }

  #widen(scale: number): void {
    const factor = 10n ** BigInt(scale - this.scale);
    for (let row = 0; row < this.rows; row += 1) this.#store(row, this.unscaled(row) * factor);
    this.scale = scale;
  }

  #store(row: number, value: bigint): void {
    for (let word = 0; word < 4; word += 1) {
      this.words[4 * row + word] = Number(BigInt.asUintN(32, value >> BigInt(32 * word)));
    }
  }
}
