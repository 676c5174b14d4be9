import type { ColumnType } from '#framework';

const MOST_DIGITS = 38;

/** VARCHAR has no length in DuckDB. */
export const ANY_TEXT: ColumnType = { kind: 'text', bytes: Number.MAX_SAFE_INTEGER };

/** A decimal always gets all 38 digits, so that only its scale can ever be too small; text never needs to grow. */
export function targetType(incoming: ColumnType): ColumnType {
  if (incoming.kind === 'text') return ANY_TEXT;
  return incoming.kind === 'decimal' ? { kind: 'decimal', precision: MOST_DIGITS, scale: incoming.scale } : incoming;
}
