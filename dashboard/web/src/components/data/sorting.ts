export interface Sorting {
  readonly column: string;
  readonly direction: Direction;
}

type Direction = 'ascending' | 'descending';

/** What the next press on a header asks for: ascending, descending, then the order that the rows came in. */
export function nextSorting(sorting: Sorting | undefined, column: string): Sorting | undefined {
  if (sorting?.column !== column) return { column, direction: 'ascending' };
  return sorting.direction === 'ascending' ? { column, direction: 'descending' } : undefined;
}

/** Rows by a value; without one in the order that they came in, and rows without a value at the end. */
export function sorted<Row>(
  rows: readonly Row[],
  by?: (row: Row) => string | number | null,
  direction: Direction = 'ascending',
): readonly Row[] {
  if (by === undefined) return rows;
  const sign = direction === 'ascending' ? 1 : -1;
  return rows.toSorted((one, other) => {
    const [a, b] = [by(one), by(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * compare(a, b);
  });
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}
