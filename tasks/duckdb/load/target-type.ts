import type { ColumnType, PinnedColumns } from '#framework';

import { typeText } from '../sql/text.ts';

const MOST_DIGITS = 38;

/** VARCHAR has no length in DuckDB. */
export const ANY_TEXT = { kind: 'text', bytes: Number.MAX_SAFE_INTEGER } as const;

/** A decimal always gets all 38 digits, so that only its scale can ever be too small; text never needs to grow. */
export function targetType(incoming: ColumnType): ColumnType {
  if (incoming.kind === 'text' || incoming.kind === 'long_text') return ANY_TEXT;
  return incoming.kind === 'decimal' ? { kind: 'decimal', precision: MOST_DIGITS, scale: incoming.scale } : incoming;
}

/** Pinned columns get just their type; a length of text is held to when values come. */
export function pinnedTypes(pins: PinnedColumns): PinnedColumns {
  return new Map(
    [...pins].map(([table, columns]) => [
      table,
      new Map([...columns].map(([name, type]) => [name, type.kind === 'text' ? ANY_TEXT : type])),
    ]),
  );
}

/** A type as people pin it, with the length of a text. */
export function pinText(type: ColumnType): string {
  return type.kind === 'text' && type.bytes < ANY_TEXT.bytes ? `varchar(${type.bytes})` : typeText(type);
}
