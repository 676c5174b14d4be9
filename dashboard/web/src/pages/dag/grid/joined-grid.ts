/** A page of the grid, as the API answers it. */
export interface GridPage<Column extends { readonly cells: string }> {
  readonly tasks: readonly { readonly id: string }[];
  readonly legend: Readonly<Record<string, string>>;
  readonly items: readonly Column[];
}

/** All pages that were read so far as one grid. */
export interface JoinedGrid<Column> {
  readonly tasks: readonly string[];
  readonly columns: readonly JoinedColumn<Column>[];
}

export interface JoinedColumn<Column> {
  readonly column: Column;
  /** The state of each task of the grid; `absent` where the run did not have it. */
  readonly states: readonly string[];
}

const ABSENT = 'absent';

/** Joins pages, of which older ones may have had other tasks: those stand last. */
export function joinedGrid<Column extends { readonly cells: string }>(
  pages: readonly GridPage<Column>[],
): JoinedGrid<Column> {
  const tasks = [...new Set(pages.flatMap((page) => page.tasks.map(({ id }) => id)))];
  const columns = pages.flatMap((page) => {
    const places = new Map(page.tasks.map(({ id }, index) => [id, index]));
    const order = tasks.map((id) => places.get(id));
    return page.items.map((column) => ({
      column,
      states: order.map((place) =>
        place === undefined ? ABSENT : (page.legend[column.cells.charAt(place)] ?? ABSENT),
      ),
    }));
  });
  return { tasks, columns };
}

export interface Place {
  readonly row: number;
  readonly column: number;
}

const STEPS: Readonly<Record<string, (at: Place, size: Place) => Place>> = {
  ArrowRight: ({ row, column }) => ({ row, column: column + 1 }),
  ArrowLeft: ({ row, column }) => ({ row, column: column - 1 }),
  ArrowDown: ({ row, column }) => ({ row: row + 1, column }),
  ArrowUp: ({ row, column }) => ({ row: row - 1, column }),
  PageDown: ({ row, column }) => ({ row, column: column + 20 }),
  PageUp: ({ row, column }) => ({ row, column: column - 20 }),
  Home: ({ row }) => ({ row, column: 0 }),
  End: ({ row }, { column }) => ({ row, column: column - 1 }),
};

/** Where a key leads from a place in a grid of that size; undefined for a key that leads nowhere. */
export function placeBehind(key: string, at: Place, size: Place): Place | undefined {
  const { row, column } = STEPS[key]?.(at, size) ?? at;
  const next = { row: within(row, size.row), column: within(column, size.column) };
  return STEPS[key] === undefined || (next.row === at.row && next.column === at.column) ? undefined : next;
}

function within(value: number, count: number): number {
  return Math.min(Math.max(value, 0), count - 1);
}
