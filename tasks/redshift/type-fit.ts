import { type ColumnType, DataFailure } from '#framework';

import type { ExistingType } from './schema-plan.ts';

const MOST_TEXT_BYTES = 65_535;
const MOST_DIGITS = 38;

/**
 * The type that a column must have so that it holds both what it has and what comes: text grows, a decimal gains scale,
 * and a column whose kind changed takes the new kind, except that a timestamp holds a date already.
 * Returns `existing` itself where nothing needs to change.
 * @throws DataFailure `E_REDSHIFT_TEXT_TOO_WIDE` above 65,535 bytes
 */
export function holdingType(existing: ExistingType | undefined, incoming: ColumnType): ColumnType {
  const wanted = targetType(incoming);
  if (existing === undefined || existing.kind === 'foreign') return wanted;
  if (existing.kind === 'timestamp' && wanted.kind === 'date') return existing;
  if (existing.kind === 'text' && incoming.kind === 'text' && existing.bytes >= incoming.bytes) return existing;
  if (existing.kind === 'decimal' && wanted.kind === 'decimal') return widerDecimal(existing, wanted);
  return existing.kind === wanted.kind && wanted.kind !== 'text' ? existing : wanted;
}

type Decimal = Extract<ColumnType, { readonly kind: 'decimal' }>;

/** Digits before the point are not reserved: a value that does not fit stops the load at the insert. */
function widerDecimal(existing: Decimal, wanted: Decimal): ColumnType {
  if (existing.precision === MOST_DIGITS && existing.scale >= wanted.scale) return existing;
  return { kind: 'decimal', precision: MOST_DIGITS, scale: Math.max(existing.scale, wanted.scale) };
}

/** A decimal always gets all 38 digits, so that only its scale can ever be too small. */
function targetType(incoming: ColumnType): ColumnType {
  if (incoming.kind === 'decimal') return { kind: 'decimal', precision: MOST_DIGITS, scale: incoming.scale };
  if (incoming.kind !== 'text') return incoming;
  if (incoming.bytes <= MOST_TEXT_BYTES) return { kind: 'text', bytes: roundedUp(incoming.bytes) };
  throw new DataFailure(
    'E_REDSHIFT_TEXT_TOO_WIDE',
    `A text of ${incoming.bytes} bytes does not fit into a Redshift column, which holds at most ${MOST_TEXT_BYTES} bytes. ` +
      'Leave the field out of the pipeline or send such values to quarantine.',
  );
}

const LEAST_TEXT_BYTES = 16;

/** Sizes are learnt from each window's values, so a column gets room at once instead of growing by a few bytes again and again. */
function roundedUp(bytes: number): number {
  return Math.min(MOST_TEXT_BYTES, Math.max(LEAST_TEXT_BYTES, 2 ** Math.ceil(Math.log2(bytes))));
}
