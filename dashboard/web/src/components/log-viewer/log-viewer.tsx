import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef, useState } from 'react';

import { Choice } from '../controls/choice.tsx';
import { SearchField } from '../controls/search-field.tsx';
import { EmptyState } from '../states/states.tsx';
import { Clock } from './clock.tsx';
import { LOG_LEVELS, type LogLevel, type ShownLine, fieldsText, filterLines, findStretches } from './log-lines.ts';
import styles from './log-viewer.module.css';

interface LogViewerProps {
  readonly lines: readonly ShownLine[];
  /** Of the task, for people who hear the page. */
  readonly name: string;
  /** Where the whole log is, of which there may be more than the lines. */
  readonly file: string;
  /** Lines come still: the view follows the last one while it is in sight. */
  readonly isLive: boolean;
}

/** Somebody who reads above it is not taken away from there. */
const NEAR_END_PX = 66;

const LEVELS = LOG_LEVELS.map((value) => ({ value, words: value }));

/** The log of a task: search, level, download of the whole; only the rows in sight are in the page. */
export function LogViewer({ lines, name, file, isLive }: LogViewerProps): ReactNode {
  const [search, setSearch] = useState('');
  const [level, setLevel] = useState<LogLevel>('trace');
  const shown = filterLines(lines, { level, search });
  return (
    <section className={styles['viewer']} aria-label={`Log of ${name}`}>
      <div className={styles['bar']}>
        <SearchField label="Search the log" value={search} onChange={setSearch} />
        <Choice label="From level" value={level} options={LEVELS} onChange={setLevel} />
        <span className={styles['count']} role="status">
          {countText(shown.length, lines.length)}
        </span>
        <a className={styles['download']} href={file}>
          Download all of it
        </a>
      </div>
      {shown.length === 0 ? (
        <NoLines hasLines={lines.length > 0} isLive={isLive} />
      ) : (
        <Rows {...{ shown, search, isLive }} />
      )}
    </section>
  );
}

function countText(shown: number, all: number): string {
  const lines = all === 1 ? '1 line' : `${all} lines`;
  return shown === all ? lines : `${shown} of ${lines}`;
}

function NoLines({ hasLines, isLive }: { readonly hasLines: boolean; readonly isLive: boolean }): ReactNode {
  if (hasLines) return <EmptyState title="No line fits">Lower the level or shorten the search.</EmptyState>;
  if (isLive) return <EmptyState title="No lines yet">Lines of a running try arrive about once a second.</EmptyState>;
  return <EmptyState title="No lines">The task has logged nothing.</EmptyState>;
}

interface RowsProps {
  readonly shown: readonly ShownLine[];
  readonly search: string;
  readonly isLive: boolean;
}

function Rows({ shown, search, isLive }: RowsProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: () => 22,
    overscan: 20,
    getItemKey: (index) => shown[index]?.id ?? index,
  });
  const last = shown.length - 1;
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (isLive && isAtEnd.current) rows.scrollToIndex(last, { align: 'end' });
  }, [isLive, last, rows]);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reached by the keyboard
    <div
      ref={box}
      className={styles['rows']}
      role="log"
      aria-label="Lines"
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
      }}
    >
      <div className={styles['all']} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start, key }) => {
          const line = shown[index];
          return line === undefined ? null : (
            <div
              key={key}
              ref={rows.measureElement}
              data-index={index}
              className={styles['row']}
              data-level={line.level}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Line line={line} search={search} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Line({ line, search }: { readonly line: ShownLine; readonly search: string }): ReactNode {
  const fields = fieldsText(line.fields);
  return (
    <>
      <span className={styles['at']}>
        <Clock at={line.at} />
      </span>
      <span className={styles['level']}>{line.level}</span>
      <span className={styles['message']}>
        <Marked text={line.message} search={search} />
        {fields === '' ? null : (
          <span className={styles['fields']}>
            <Marked text={fields} search={search} />
          </span>
        )}
      </span>
    </>
  );
}

function Marked({ text, search }: { readonly text: string; readonly search: string }): ReactNode {
  return findStretches(text, search).map(({ text: part, isFound }, index) =>
    // oxlint-disable-next-line react/no-array-index-key -- stretches of one text have no other name
    isFound ? <mark key={index}>{part}</mark> : <span key={index}>{part}</span>,
  );
}
