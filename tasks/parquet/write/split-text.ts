import type { AnyColumn, ColumnPlan } from '../columns/open-column.ts';
import { TextColumn } from '../columns/text-column.ts';

/** Redshift's longest VARCHAR. */
const LONGEST_PART = 65_535;
/** A part is cut between characters, so it may be up to 3 bytes shorter. */
const SHORTEST_PART = LONGEST_PART - 3;

/** Columns that hold every text of up to so many bytes, when it is cut into parts. */
export function partsFor(longest: number): number {
  return longest <= LONGEST_PART ? 1 : Math.ceil(longest / SHORTEST_PART);
}

/** `notes__c`, `notes__c__2`, `notes__c__3` … */
export function partNames(name: string, parts: number): readonly string[] {
  return Array.from({ length: parts }, (_, index) => (index === 0 ? name : `${name}__${index + 1}`));
}

/** The types of parts: only the last one may be shorter. */
export function partBytes(longest: number, parts: number): number {
  return parts === 1 ? longest : LONGEST_PART;
}

export interface WrittenColumns {
  readonly plans: readonly ColumnPlan[];
  readonly columns: readonly AnyColumn[];
}

/** The columns as files hold them: a text of several parts becomes that many columns. `parts` has one number for each column. */
export function splitText({ plans, columns }: WrittenColumns, parts: readonly number[]): WrittenColumns {
  if (parts.every((count) => count === 1)) return { plans, columns };
  const split = columns.map((column, index) => {
    const count = parts[index] ?? 1;
    return column.kind === 'text' && count > 1 ? partColumns(column, count) : [column];
  });
  return {
    plans: plans.flatMap((plan, index) =>
      partNames(plan.name, split[index]?.length ?? 1).map((name) => ({ ...plan, name })),
    ),
    columns: split.flat(),
  };
}

function partColumns(column: TextColumn, count: number): readonly TextColumn[] {
  const { values, offsets, rows } = column;
  const parts = Array.from({ length: count }, () => new TextColumn(rows, rows));
  for (let row = 0; row < rows; row += 1) {
    const end = offsets[row + 1] ?? 0;
    let from = column.validity.isNull(row) ? end : column.startOf(row);
    for (const part of parts) {
      const to = cutBefore(values, from, end);
      part.add(values, from, to);
      from = to;
    }
  }
  return parts;
}

/** The end of a part that begins at `from`: as far as it goes, between two characters. */
function cutBefore(bytes: Buffer, from: number, end: number): number {
  let to = Math.min(end, from + LONGEST_PART);
  while (to < end && ((bytes[to] ?? 0) & 0xc0) === 0x80) to -= 1;
  return to;
}
