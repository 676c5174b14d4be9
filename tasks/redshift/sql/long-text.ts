import type { AppliedColumn } from '#framework';

import { castText, plainText, quote, superText } from './text.ts';

/** A staged value with the type of its target column. `staged` names the staging table where the column's name alone would not do. */
export function stagedValue(column: AppliedColumn, staged?: string): string {
  const { name, type, targetType } = column;
  if (targetType.kind === 'long_text') return superText(stagedPieces(column, staged));
  return castText(placed(name, staged), type, targetType);
}

/** A long text as texts that Redshift compares: how many pieces it has, and each of them. */
export interface ComparedPieces {
  readonly count: string;
  readonly pieces: readonly string[];
}

export function stagedText(column: AppliedColumn): ComparedPieces {
  // What stands in for staged rows where there are none is the target itself.
  if (column.type.kind === 'long_text' && column.parts === undefined) return standingText(column);
  const pieces = stagedPieces(column);
  const counted = pieces.map((piece) => `case when ${piece} is null then 0 else 1 end`);
  return { count: `nullif(${counted.join(' + ')}, 0)`, pieces };
}

/** As many pieces of a standing text as the window may have: one that has more differs in their number. */
export function standingText({ name, parts = [] }: AppliedColumn): ComparedPieces {
  const place = quote(name);
  return {
    count: `get_array_length(${place})`,
    pieces: Array.from({ length: parts.length + 1 }, (_, index) => `cast(${place}[${index}] as varchar(65535))`),
  };
}

function stagedPieces({ name, type, parts = [] }: AppliedColumn, staged?: string): readonly string[] {
  const first = placed(name, staged);
  const isText = type.kind === 'text' || parts.length > 0;
  return [isText ? first : plainText(first, type), ...parts.map((part) => placed(part, staged))];
}

function placed(name: string, staged: string | undefined): string {
  return staged === undefined ? quote(name) : `${staged}.${quote(name)}`;
}
