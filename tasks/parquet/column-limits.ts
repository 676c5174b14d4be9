import { type ColumnLimit, type ColumnType, type Conversion, boundedName, conversionOf } from '#framework';

import type { ColumnPlan } from './columns/open-column.ts';
import type { ConvertRequest, CsvType } from './conversion.ts';

interface LimitSource {
  readonly limits?: ConvertRequest['limits'];
  readonly key: readonly string[];
}

/** What the column of a header name takes in the target. Values of a key are left to the target. */
export function limitOf(name: string, { limits, key }: LimitSource): ColumnLimit | undefined {
  return key.includes(name) ? undefined : limits?.get(boundedName(name).toLowerCase());
}

/** Which values a pinned column holds; undefined where it holds all, or where the column as a whole is of another kind. */
export function heldValues(
  { type, longText }: Pick<ColumnPlan, 'type' | 'longText'>,
  limit: ColumnLimit | undefined,
): Conversion | undefined {
  if (limit?.kind !== 'pinned' || (type === 'text' && limit.type.kind !== 'text')) return undefined;
  const conversion = conversionOf(type === 'text' && longText === 'split' ? FIRST_PART : ANY_VALUE[type], limit.type);
  return conversion.kind === 'all' || conversion.kind === 'none' ? undefined : conversion;
}

/** A longer text goes on in further columns. */
const FIRST_PART: ColumnType = { kind: 'text', bytes: 65_535 };
/** Holds whatever is read as such. */
const ANY_VALUE: Readonly<Record<CsvType, ColumnType>> = {
  text: { kind: 'text', bytes: Number.MAX_SAFE_INTEGER },
  // 38 digits, of which up to 37 are behind the point.
  number: { kind: 'decimal', precision: 38 + 37, scale: 37 },
  boolean: { kind: 'boolean' },
  date: { kind: 'date' },
  timestamp: { kind: 'timestamp' },
};

/** A type as people pin it. */
export function pinText(type: ColumnType): string {
  if (type.kind === 'text') return `varchar(${type.bytes})`;
  return type.kind === 'decimal' ? `decimal(${type.precision}, ${type.scale})` : type.kind;
}
