import type { Conversion } from '#framework';

import type { CsvType, LongText } from '../conversion.ts';
import { BooleanColumn } from './boolean-column.ts';
import { DateColumn } from './date-column.ts';
import { DecimalColumn } from './decimal-column.ts';
import { TextColumn } from './text-column.ts';
import { TimestampColumn } from './timestamp-column.ts';

export type AnyColumn = TextColumn | DecimalColumn | BooleanColumn | DateColumn | TimestampColumn;

export interface ColumnPlan {
  readonly name: string;
  readonly type: CsvType;
  /** Place of the field in a record of the source. */
  readonly index: number;
  /** Digits behind the point to begin with; for numbers only. */
  readonly scale: number;
  readonly longText: LongText;
  /** Columns that a split text has to begin with; 1 for everything else. */
  readonly parts: number;
  /** Which values the column of the target holds; absent: all of the type. */
  readonly holds?: Conversion;
  /** Digits behind the point that the column of the target has already: they leave fewer before it. */
  readonly standingScale?: number;
}

/** @param bytes text to make room for at once */
export function openColumn(plan: ColumnPlan, capacity: number, bytes: number): AnyColumn {
  switch (plan.type) {
    case 'text':
      return new TextColumn(capacity, bytes, plan.longText);
    case 'number':
      return new DecimalColumn(capacity, plan.scale, plan.standingScale);
    case 'boolean':
      return new BooleanColumn(capacity);
    case 'date':
      return new DateColumn(capacity);
    case 'timestamp':
      return new TimestampColumn(capacity);
  }
}
