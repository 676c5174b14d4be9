import { release } from '../release.ts';
import type { FieldBlock } from '../csv/field-block.ts';
import type { RefusedRow } from '../csv/refused.ts';
import { UNREADABLE, readDay } from './calendar.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { Validity } from './validity.ts';

const DATE_LENGTH = 10;

export class DateColumn implements ColumnBuilder {
  readonly kind = 'date';
  readonly validity: Validity;
  /** Days from 1970-01-01. */
  readonly days: Int32Array;
  rows = 0;

  constructor(capacity: number) {
    this.validity = new Validity(capacity);
    this.days = new Int32Array(capacity);
  }

  clear(): void {
    this.validity.clear();
    this.rows = 0;
  }

  close(): void {
    this.validity.close();
    release(this.days);
  }

  append(block: FieldBlock, index: number): RefusedRow | undefined {
    const { bytes, starts, ends, width, rows } = block;
    for (let row = 0, field = index; row < rows; row += 1, field += width) {
      const start = starts[field] ?? 0;
      const length = (ends[field] ?? 0) - start;
      let day = 0;
      if (length === 0) this.validity.setNull(this.rows);
      else day = length === DATE_LENGTH ? readDay(bytes, start) : UNREADABLE;
      if (day === UNREADABLE) return { code: 'E_DATE_UNREADABLE', row };
      this.days[this.rows] = day;
      this.rows += 1;
    }
    return undefined;
  }
}
