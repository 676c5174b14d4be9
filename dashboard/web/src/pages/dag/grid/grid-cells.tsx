import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';

import type { GridColumnJson } from '../../../../../server/api/shapes/grid.ts';
import { useZone } from '../../../app/preferences.ts';
import { timeText, windowText } from '../../../format/time-text.ts';
import { stateWords } from '../../../format/tone.ts';
import styles from './dag-grid.module.css';
import { type JoinedColumn, type JoinedGrid, type Place, placeBehind } from './joined-grid.ts';
import { type Looked, columnKey } from './looked.ts';
import { StateMark } from './state-mark.tsx';

export interface GridCellsProps {
  readonly grid: JoinedGrid<GridColumnJson>;
  readonly reading: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => Promise<unknown>;
  };
  readonly looked: Looked;
  readonly onLook: (looked: Looked) => void;
}

const COLUMN_PX = 22;
/** Older columns are asked for when so few are left to scroll to. */
const AHEAD = 60;

/** The cells themselves: only the columns in sight are in the page, however many there are. */
export function GridCells({ grid, reading, looked, onLook }: GridCellsProps): ReactNode {
  const { tasks, columns } = grid;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => COLUMN_PX,
    overscan: 12,
  });
  const visible = virtual.getVirtualItems();
  useMore((visible.at(-1)?.index ?? 0) > columns.length - AHEAD, reading);
  const size = { row: tasks.length + 1, column: columns.length };
  const { active, setActive, walk } = useWalk(size, (column) => virtual.scrollToIndex(column));
  const look = (wanted: Looked, place: Place): void => {
    setActive(place);
    onLook(wanted);
  };
  return (
    <div className={styles['table']}>
      <Names tasks={tasks} />
      <div ref={scroller} className={styles['scroller']}>
        <div
          role="grid"
          tabIndex={-1}
          aria-label="Windows and tasks"
          aria-rowcount={tasks.length + 1}
          aria-colcount={columns.length}
          style={{ width: virtual.getTotalSize() }}
          onKeyDown={walk}
        >
          <Days columns={columns} visible={visible} />
          {[undefined, ...tasks].map((task, row) => (
            <div key={task ?? ''} role="row" aria-rowindex={row + 1} className={styles['row']}>
              {visible.map(({ index, start }) => (
                <Cell
                  key={index}
                  joined={columns[index]}
                  place={{ row, column: index }}
                  task={task}
                  start={start}
                  active={active}
                  looked={looked}
                  onLook={look}
                />
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function Names({ tasks }: { readonly tasks: readonly string[] }): ReactNode {
  return (
    <div className={styles['names']} aria-hidden="true">
      <span />
      <span>run</span>
      {tasks.map((task) => (
        <span key={task} title={task}>
          {task}
        </span>
      ))}
    </div>
  );
}

interface Walk {
  readonly active: Place;
  readonly setActive: (place: Place) => void;
  readonly walk: (event: KeyboardEvent<HTMLDivElement>) => void;
}

/** The one cell that Tab reaches, and the keys that move it. */
function useWalk(size: Place, scrollTo: (column: number) => void): Walk {
  const [active, setActive] = useState<Place>({ row: 0, column: 0 });
  const walk = (event: KeyboardEvent<HTMLDivElement>): void => {
    const next = placeBehind(event.key, active, size);
    if (next === undefined) return;
    event.preventDefault();
    setActive(next);
    scrollTo(next.column);
    const place = `[data-place="${next.row} ${next.column}"]`;
    const body = event.currentTarget;
    // A column that was out of sight is there after the next paint.
    requestAnimationFrame(() => requestAnimationFrame(() => body.querySelector<HTMLElement>(place)?.focus()));
  };
  return { active, setActive, walk };
}

function useMore(
  isWanted: boolean,
  { hasNextPage, isFetchingNextPage, fetchNextPage }: GridCellsProps['reading'],
): void {
  useEffect(() => {
    if (isWanted && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isWanted, hasNextPage, isFetchingNextPage, fetchNextPage]);
}

interface CellProps {
  readonly joined: JoinedColumn<GridColumnJson> | undefined;
  readonly place: Place;
  /** Undefined in the row of the runs. */
  readonly task: string | undefined;
  readonly start: number;
  readonly active: Place;
  readonly looked: Looked;
  readonly onLook: (looked: Looked, place: Place) => void;
}

function Cell({ joined, place, task, start, active, looked, onLook }: CellProps): ReactNode {
  const zone = useZone();
  if (joined === undefined) return null;
  const { column, states } = joined;
  const key = columnKey(column);
  const state = task === undefined ? runState(column) : (states[place.row - 1] ?? 'absent');
  const words = state === 'absent' ? 'not in this run' : stateWords(state);
  const label = `${task ?? 'run'}, ${columnWords(column, zone)}, ${words}`;
  const isActive = active.row === place.row && active.column === place.column;
  return (
    <div
      role="gridcell"
      aria-colindex={place.column + 1}
      className={styles['cell']}
      style={{ transform: `translateX(${start}px)` }}
    >
      <button
        type="button"
        tabIndex={isActive ? 0 : -1}
        data-place={`${place.row} ${place.column}`}
        data-state={state}
        aria-label={label}
        aria-pressed={key === looked.column && task === looked.task}
        title={label}
        onClick={() => onLook({ column: key, task }, place)}
      >
        <StateMark state={state} />
      </button>
    </div>
  );
}

interface DaysProps {
  readonly columns: readonly JoinedColumn<GridColumnJson>[];
  readonly visible: readonly { readonly index: number; readonly start: number }[];
}

/** The date above the first column of each day that is in sight. */
function Days({ columns, visible }: DaysProps): ReactNode {
  const zone = useZone();
  const dayAt = (index: number): string | undefined => {
    const at = columns[index] === undefined ? undefined : momentOf(columns[index].column);
    return at === undefined ? undefined : timeText(at, zone).slice(0, 10);
  };
  const marks = visible.filter(({ index }, place) => place === 0 || dayAt(index) !== dayAt(index - 1));
  return (
    <div className={styles['days']} aria-hidden="true">
      {marks.map(({ index, start }, place) => {
        const room = (marks[place + 1]?.start ?? Number.POSITIVE_INFINITY) - start;
        return (
          <span key={index} style={{ transform: `translateX(${start}px)` }}>
            {room < 5 * COLUMN_PX ? '' : dayAt(index)}
          </span>
        );
      })}
    </div>
  );
}

function momentOf({ window, run }: GridColumnJson): number | undefined {
  const at = window?.start ?? run?.startedAt;
  return at === null || at === undefined ? undefined : Date.parse(at);
}

function columnWords(column: GridColumnJson, zone: string | undefined): string {
  const { window, run } = column;
  if (window !== null) return windowText(Date.parse(window.start), Date.parse(window.end), zone);
  return `run ${run?.id ?? ''}`;
}

function runState({ run, recordStatus }: GridColumnJson): string {
  return run?.state ?? recordStatus ?? 'none';
}
