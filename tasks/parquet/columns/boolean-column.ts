import { release } from '../release.ts';
import type { FieldBlock } from '../csv/field-block.ts';
import type { RefusedRow } from '../csv/refused.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { Validity } from './validity.ts';

const TRUE = Buffer.from('true').readUInt32BE();
const FALS = Buffer.from('fals').readUInt32BE();
const LETTER_E = 0x65;

export class BooleanColumn implements ColumnBuilder {
  readonly kind = 'boolean';
  readonly validity: Validity;
  readonly bits: Uint8Array;
  rows = 0;

  constructor(capacity: number) {
    this.validity = new Validity(capacity);
    this.bits = new Uint8Array((capacity + 7) >> 3);
  }

  clear(): void {
    this.validity.clear();
    this.bits.fill(0);
    this.rows = 0;
  }

  close(): void {
    this.validity.close();
    release(this.bits);
  }

  isTrue(row: number): boolean {
    return ((this.bits[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
  }

  append(block: FieldBlock, index: number): RefusedRow | undefined {
    const { bytes, starts, ends, width, rows } = block;
    for (let row = 0, field = index; row < rows; row += 1, field += width) {
      const start = starts[field] ?? 0;
      const length = (ends[field] ?? 0) - start;
      if (length === 0) {
        this.validity.setNull(this.rows);
      } else if (length === 4 && bytes.readUInt32BE(start) === TRUE) {
        const target = this.rows >> 3;
        this.bits[target] = (this.bits[target] ?? 0) | (1 << (this.rows & 7));
      } else if (length !== 5 || bytes.readUInt32BE(start) !== FALS || bytes[start + 4] !== LETTER_E) {
        return { code: 'E_BOOLEAN_UNREADABLE', row };
      }
      this.rows += 1;
    }
    return undefined;
  }
}
