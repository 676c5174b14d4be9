import type { ColumnType } from '../table-schema.ts';

/** Which values of one type a column of another type holds exactly. NULL always fits. */
export type Conversion =
  | { readonly kind: 'all' }
  /** Those whose text matches the whole pattern, which every SQL dialect of ours understands alike. */
  | { readonly kind: 'matching'; readonly pattern: string }
  /** Those whose text has at most so many bytes. */
  | { readonly kind: 'short'; readonly bytes: number }
  | { readonly kind: 'none' };

/** What a plain column holds. */
type PlainType = Exclude<ColumnType, { readonly kind: 'long_text' }>;
type Kind = PlainType['kind'];
type TypeOf<K extends Kind> = Extract<ColumnType, { readonly kind: K }>;

/** What becomes of values of type `from` in a column of type `to`. */
export function conversionOf(from: ColumnType, to: ColumnType): Conversion {
  if (to.kind === 'long_text') return ALL;
  if (from.kind === 'long_text') return NONE;
  switch (to.kind) {
    case 'text':
      return intoText(from, to);
    case 'decimal':
      return intoDecimal(from, to);
    case 'boolean':
    case 'date':
    case 'timestamp':
      return SIMPLE[from.kind][to.kind];
  }
}

const ALL: Conversion = { kind: 'all' };
const NONE: Conversion = { kind: 'none' };
const DAY = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';

const BOOLEANS: Conversion = { kind: 'matching', pattern: 'true|false' };
const DATES: Conversion = { kind: 'matching', pattern: DAY };
const MOMENTS: Conversion = {
  kind: 'matching',
  pattern: `${DAY}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?Z`,
};

const SIMPLE: Readonly<Record<Kind, Readonly<Record<'boolean' | 'date' | 'timestamp', Conversion>>>> = {
  text: { boolean: BOOLEANS, date: DATES, timestamp: MOMENTS },
  decimal: { boolean: NONE, date: NONE, timestamp: NONE },
  boolean: { boolean: ALL, date: NONE, timestamp: NONE },
  date: { boolean: NONE, date: ALL, timestamp: ALL },
  timestamp: { boolean: NONE, date: NONE, timestamp: ALL },
};

function intoText(from: PlainType, { bytes }: TypeOf<'text'>): Conversion {
  return mostBytes(from) <= bytes ? ALL : { kind: 'short', bytes };
}

/** A sign, a point and a zero before it; `2026-01-20T13:30:00.000000Z`. */
const TEXT_BYTES: Readonly<Record<'boolean' | 'date' | 'timestamp', number>> = { boolean: 5, date: 10, timestamp: 27 };

/** The longest text of a value. */
export function mostBytes(type: ColumnType): number {
  if (type.kind === 'text') return type.bytes;
  if (type.kind === 'long_text') return Number.MAX_SAFE_INTEGER;
  return type.kind === 'decimal' ? type.precision + 3 : TEXT_BYTES[type.kind];
}

/** Leading zeros, a plus sign or an exponent say more than the number does. */
function intoDecimal(from: PlainType, to: TypeOf<'decimal'>): Conversion {
  if (from.kind !== 'text' && from.kind !== 'decimal') return NONE;
  const whole = to.precision - to.scale;
  if (from.kind === 'decimal' && from.precision - from.scale <= whole && from.scale <= to.scale) return ALL;
  const digits = whole === 0 ? '0' : `0|[1-9][0-9]{0,${whole - 1}}`;
  const fraction = to.scale === 0 ? '[.]0+' : `[.][0-9]{1,${to.scale}}0*`;
  return { kind: 'matching', pattern: `-?(${digits})(${fraction})?` };
}
