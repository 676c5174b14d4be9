import type { ReactNode } from 'react';

import { lengthText } from '../../format/length-text.ts';
import type { GanttBar, GanttTry } from './gantt-rows.ts';
import { ganttRows } from './gantt-rows.ts';
import styles from './gantt-chart.module.css';

interface GanttChartProps {
  readonly tasks: readonly string[];
  readonly tries: readonly GanttTry[];
  readonly now: number;
  readonly onSelect: (task: string, attempt: number) => void;
}

/** When each try of a run began and ended, on one line of time. */
export function GanttChart({ tasks, tries, now, onSelect }: GanttChartProps): ReactNode {
  const gantt = ganttRows(tasks, tries, now);
  if (gantt === undefined) return undefined;
  return (
    <div className={styles['gantt']} role="table" aria-label="Tries over time">
      <div className={styles['axis']} aria-hidden="true">
        {gantt.ticks.map(({ at, millis }) => (
          <span key={millis} className={styles['tick']} style={{ left: share(at) }}>
            {lengthText(millis)}
          </span>
        ))}
      </div>
      {gantt.rows.map(({ task, bars }) => (
        <div key={task} className={styles['row']} role="row">
          <span className={styles['task']} role="rowheader" title={task}>
            {task}
          </span>
          <span className={styles['track']} role="cell">
            {gantt.ticks.map(({ at, millis }) => (
              <span key={millis} className={styles['line']} style={{ left: share(at) }} />
            ))}
            {bars.map((bar) => (
              <Bar key={`${bar.attempt} ${bar.startedAt}`} bar={bar} onSelect={onSelect} />
            ))}
          </span>
        </div>
      ))}
    </div>
  );
}

function Bar({ bar, onSelect }: { readonly bar: GanttBar; readonly onSelect: GanttChartProps['onSelect'] }): ReactNode {
  const said = `${bar.task}, try ${bar.attempt}: ${bar.words} after ${lengthText(bar.millis)}`;
  // Where the bar ends near the right edge, its figure stands before it.
  const side = bar.from + bar.width > 0.85 ? 'before' : 'behind';
  return (
    <button
      type="button"
      className={styles['bar']}
      data-tone={bar.tone}
      style={{ left: share(bar.from), width: share(bar.width) }}
      title={said}
      aria-label={said}
      onClick={() => onSelect(bar.task, bar.attempt)}
    >
      <span className={styles['figure']} data-side={side}>
        {lengthText(bar.millis)}
      </span>
    </button>
  );
}

function share(part: number): string {
  return `${(part * 100).toFixed(3)}%`;
}
