import type { ColumnType } from '../table-schema.ts';
import type { ExistingType } from './schema-plan.ts';
import { mostBytes } from './type-conversion.ts';

const MOST_DIGITS = 38;

/**
 * The type that a column must have so that it holds both what it has and what comes: text grows, a decimal gains scale,
 * what may hold long text stays so, and a column whose kind changed takes the new kind, with room for its old values as
 * text, except that a timestamp holds a date already.
 * Returns `existing` itself where nothing needs to change.
 */
export function holdingType(
  existing: ExistingType,
  incoming: ColumnType,
  targetType: (incoming: ColumnType) => ColumnType,
): ColumnType {
  const wanted = targetType(incoming);
  if (existing.kind === 'foreign') return wanted;
  if (existing.kind === 'long_text') return existing;
  if (existing.kind === 'timestamp' && wanted.kind === 'date') return existing;
  if (existing.kind === 'text' && incoming.kind === 'text' && existing.bytes >= incoming.bytes) return existing;
  if (existing.kind === 'decimal' && wanted.kind === 'decimal') return widerDecimal(existing, wanted);
  if (wanted.kind === 'text')
    return targetType({ kind: 'text', bytes: Math.max(mostBytes(existing), mostBytes(incoming)) });
  return existing.kind === wanted.kind ? existing : wanted;
}

type Decimal = Extract<ColumnType, { readonly kind: 'decimal' }>;

/** Digits before the point are not reserved: a value that does not fit stops the load at the insert. */
function widerDecimal(existing: Decimal, wanted: Decimal): ColumnType {
  if (existing.precision === MOST_DIGITS && existing.scale >= wanted.scale) return existing;
  return { kind: 'decimal', precision: MOST_DIGITS, scale: Math.max(existing.scale, wanted.scale) };
}
