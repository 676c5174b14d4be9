import { release } from '../release.ts';
import type { FieldBlock } from '../csv/field-block.ts';
import type { PackedInstants } from '../csv/field-memory.ts';
import type { RefusedRow } from '../csv/refused.ts';
import { UNREADABLE, readDay, readTwoDigits } from './calendar.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { Validity } from './validity.ts';

const [LETTER_T, LETTER_Z, COLON, POINT, PLUS, ZERO] = Buffer.from('TZ:.+0');
const UTC_OFFSET = '+00:00';
const MINUTE_FORM = 'YYYY-MM-DDTHH:MM'.length;
const MOST_FRACTION_DIGITS = 6;
const MICROS = Int32Array.of(0, 100_000, 10_000, 1000, 100, 10, 1);
const WORD = 2 ** 32;

/** Instants in UTC: `YYYY-MM-DDTHH:MM[:SS[.f]]` and `Z` or `+00:00`, with at most six digits that are not zero. */
export class TimestampColumn implements ColumnBuilder {
  readonly kind = 'timestamp';
  readonly validity: Validity;
  /** Microseconds from 1970-01-01, 64 bits as two little-endian words: beyond 2^53 from the year 2255 on. */
  readonly words: Int32Array;
  rows = 0;
  #position = 0;
  /** Of the day. */
  #second = 0;
  #micros = 0;

  constructor(capacity: number) {
    this.validity = new Validity(capacity);
    this.words = new Int32Array(2 * capacity);
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
    const taken = this.#take(block.instants(index));
    for (let row = taken, field = index + taken * width; row < rows; row += 1, field += width) {
      const start = starts[field] ?? 0;
      const end = ends[field] ?? 0;
      if (start === end) {
        this.validity.setNull(this.rows);
        this.#store(0, 0);
      } else {
        const day = this.#read(bytes, start, end);
        if (day === UNREADABLE) return { code: 'E_TIMESTAMP_UNREADABLE', row };
        this.#store(day * 86_400 + this.#second, this.#micros);
      }
      this.rows += 1;
    }
    return undefined;
  }

  /** Returns how many rows that were. */
  #take(packed: PackedInstants | undefined): number {
    if (packed === undefined) return 0;
    const { words, nulls } = packed;
    this.words.set(words, 2 * this.rows);
    for (const row of nulls) this.validity.setNull(this.rows + row);
    this.rows += words.length / 2;
    return words.length / 2;
  }

  /** Days from 1970-01-01, or `UNREADABLE`; leaves the rest in `#second` and `#micros`. */
  #read(bytes: Buffer, start: number, end: number): number {
    this.#micros = 0;
    this.#position = start + MINUTE_FORM;
    if (end <= this.#position || bytes[start + 10] !== LETTER_T || bytes[start + 13] !== COLON) return UNREADABLE;
    const hour = readTwoDigits(bytes, start + 11);
    const minute = readTwoDigits(bytes, start + 14);
    const second = bytes[this.#position] === COLON ? this.#seconds(bytes, end) : 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || !this.#isZoneUtc(bytes, end))
      return UNREADABLE;
    this.#second = hour * 3600 + minute * 60 + second;
    return readDay(bytes, start);
  }

  /** The second of the minute; negative where it cannot be read. */
  #seconds(bytes: Buffer, end: number): number {
    const second = readTwoDigits(bytes, this.#position + 1);
    if (second > 59) return -1;
    this.#position += 3;
    if (bytes[this.#position] === POINT) this.#micros = this.#fraction(bytes, end);
    return this.#micros < 0 ? -1 : second;
  }

  /** The fraction in microseconds, or -1 where there is none or it is finer than a microsecond. */
  #fraction(bytes: Buffer, end: number): number {
    const first = this.#position + 1;
    let position = first;
    let value = 0;
    for (; position < end; position += 1) {
      const digit = (bytes[position] ?? 0) - (ZERO ?? 0);
      if (digit < 0 || digit > 9) break;
      if (position - first < MOST_FRACTION_DIGITS) value = value * 10 + digit;
      else if (digit !== 0) return -1;
    }
    this.#position = position;
    return position === first ? -1 : value * (MICROS[Math.min(position - first, MOST_FRACTION_DIGITS)] ?? 1);
  }

  #isZoneUtc(bytes: Buffer, end: number): boolean {
    const length = end - this.#position;
    if (length === 1) return bytes[this.#position] === LETTER_Z;
    return (
      length === UTC_OFFSET.length &&
      bytes[this.#position] === PLUS &&
      bytes.toString('latin1', this.#position, end) === UTC_OFFSET
    );
  }

  /** Every step is exact: seconds * 15,625 stays below 2^53 up to the year 9999, and 10^6 = 15,625 * 64. */
  #store(seconds: number, micros: number): void {
    const units = seconds * 15_625;
    const high = Math.floor(units / 2 ** 26);
    const low = (units - high * 2 ** 26) * 64 + micros;
    this.words[2 * this.rows] = low | 0;
    this.words[2 * this.rows + 1] = low >= WORD ? high + 1 : high;
  }
}
