import { type ColumnType, DataFailure } from '#framework';

const MOST_TEXT_BYTES = 65_535;
const MOST_DIGITS = 38;

/**
 * A decimal always gets all 38 digits, so that only its scale can ever be too small.
 * @throws DataFailure `E_REDSHIFT_TEXT_TOO_WIDE` above 65,535 bytes
 */
export function targetType(incoming: ColumnType): ColumnType {
  if (incoming.kind === 'decimal') return { kind: 'decimal', precision: MOST_DIGITS, scale: incoming.scale };
  if (incoming.kind !== 'text') return incoming;
  if (incoming.bytes <= MOST_TEXT_BYTES) return { kind: 'text', bytes: roundedUp(incoming.bytes) };
  throw new DataFailure(
    'E_REDSHIFT_TEXT_TOO_WIDE',
    `A text of ${incoming.bytes} bytes does not fit into a Redshift column, which holds at most ${MOST_TEXT_BYTES} bytes. ` +
      'Leave the field out of the pipeline, set ON_LONG_TEXT=super or split, or leave such rows to quarantine (ON_BAD_ROW).',
  );
}

const LEAST_TEXT_BYTES = 16;

/** Sizes are learnt from each window's values, so a column gets room at once instead of growing by a few bytes again and again. */
function roundedUp(bytes: number): number {
  return Math.min(MOST_TEXT_BYTES, Math.max(LEAST_TEXT_BYTES, 2 ** Math.ceil(Math.log2(bytes))));
}
