import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { useLocation } from 'wouter';

import { Icon } from '../values/icon.tsx';
import styles from './data.module.css';
import { type Sorting, nextSorting, sorted } from './sorting.ts';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** The value that rows are sorted by; without it the column cannot be sorted. */
  readonly sortBy?: (row: Row) => string | number | null;
  readonly align?: 'end';
  /** Left out where the table gets narrow; where rows stand as cards, it is back. */
  readonly isExtra?: boolean;
  /** Holds a sentence, which takes a second line before the table gets too wide. */
  readonly isText?: boolean;
}

export interface DataTableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string | number;
  /** Where a row leads: by Enter, and up and down by the arrow keys. */
  readonly rowHref?: (row: Row) => string;
}

const ROW_HEIGHT = 37;

/**
 * A table that keeps only the rows in sight in the page, sorts by its headers, and is walked by the arrow keys.
 * Where there is no room for columns, each row stands as a card.
 */
export function DataTable<Row>({ label, rows, columns, rowKey, rowHref }: DataTableProps<Row>): ReactNode {
  const [sorting, setSorting] = useState<Sorting | undefined>();
  const body = useRef<HTMLTableSectionElement>(null);
  const shown = sorted(rows, columns.find(({ id }) => id === sorting?.column)?.sortBy, sorting?.direction);
  const virtual = useWindowVirtualizer({
    count: shown.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: placeOf(body.current),
  });
  const walk = useWalk(rowHref === undefined ? undefined : shown.map(rowHref), (index) => virtual.scrollToIndex(index));
  const visible = virtual.getVirtualItems();
  const above = (visible[0]?.start ?? 0) - virtual.options.scrollMargin;
  const below = virtual.getTotalSize() - ((visible.at(-1)?.end ?? 0) - virtual.options.scrollMargin);
  return (
    <div className={styles['scroll']}>
      <table className={styles['table']} aria-label={label} aria-rowcount={shown.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sorting={sorting} onSort={setSorting} />
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={walk}>
          <Gap height={above} columns={columns.length} />
          {visible.map(({ index }) => {
            const row = shown[index];
            return row === undefined ? null : (
              <tr
                key={rowKey(row)}

                ref={virtual.measureElement}
                data-index={index}
                aria-rowindex={index + 2}
                tabIndex={rowHref === undefined ? undefined : 0}
              >
                {columns.map((column) => (
                  <td key={column.id} className={cellClass(column)} data-title={column.title}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          <Gap height={below} columns={columns.length} />
        </tbody>
      </table>
    </div>
  );
}

/** How far down the page an element begins: what stands above it comes and goes, so it is looked up at each scroll. */
function placeOf(element: HTMLElement | null): number {
  return element === null ? 0 : Math.round(element.getBoundingClientRect().top + window.scrollY);
}

/** Arrow keys from row to row, Enter into the focused one. */
function useWalk(
  hrefs: readonly string[] | undefined,
  scrollTo: (index: number) => void,
): (event: KeyboardEvent<HTMLTableSectionElement>) => void {
  const [, navigate] = useLocation();
  return (event) => {
    const row = event.target;
    if (hrefs === undefined || !(row instanceof HTMLTableRowElement)) return;
    const index = Number(row.dataset['index']);
    const href = hrefs[index];
    if (event.key === 'Enter' && href !== undefined) navigate(href);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const next = index + step;
    if (step === 0 || next < 0 || next >= hrefs.length) return;
    event.preventDefault();
    scrollTo(next);
    const body = event.currentTarget;
    const focus = (): void =>
      body.querySelector<HTMLElement>(`tr[data-index="${next}"]`)?.focus({ preventScroll: true });
    focus();
    // A row that was out of sight is there after the next paint.
    requestAnimationFrame(focus);
  };
}

interface HeaderCellProps<Row> {
  readonly column: Column<Row>;
  readonly sorting: Sorting | undefined;
  readonly onSort: (sorting: Sorting | undefined) => void;
}

function HeaderCell<Row>({ column, sorting, onSort }: HeaderCellProps<Row>): ReactNode {
  const { id, title, sortBy } = column;
  const direction = sorting?.column === id ? sorting.direction : undefined;
  return (
    <th scope="col" className={cellClass(column)} aria-sort={direction}>
      {sortBy === undefined ? (
        title
      ) : (
        <button type="button" onClick={() => onSort(nextSorting(sorting, id))} data-direction={direction}>
          {title}
          <Icon name="next" size={11} />
        </button>
      )}
    </th>
  );
}

function Gap({ height, columns }: { readonly height: number; readonly columns: number }): ReactNode {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true">
      <td colSpan={columns} className={styles['gap']} style={{ height }} />
    </tr>
  );
}

function cellClass<Row>({ align, isExtra, isText }: Column<Row>): string {
  const classes = [align === 'end' ? styles['end'] : '', isExtra ? styles['extra'] : '', isText ? styles['text'] : ''];
  return classes.join(' ').trim();
}
