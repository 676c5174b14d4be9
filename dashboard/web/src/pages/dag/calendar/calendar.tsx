import type { ReactNode } from 'react';

import type { GridColumnJson } from '../../../../../server/api/shapes/grid.ts';
import { useZone } from '../../../app/preferences.ts';
import { MoreButton } from '../../../components/data/more-button.tsx';
import { EmptyState, Ready } from '../../../components/states/states.tsx';
import { Icon, type IconName } from '../../../components/values/icon.tsx';
import type { Tone } from '../../../format/tone.ts';
import { useWindows } from '../use-windows.ts';
import styles from './calendar.module.css';
import { type CalendarDay, type CalendarMonth, type CalendarWindow, monthsOf, toneOfDay } from './days-of.ts';

const AT_ONCE = 500;
const WEEK = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

const WORDS: Readonly<Record<Tone, string>> = {
  good: 'complete',
  bad: 'failed',
  busy: 'running',
  waiting: 'waiting',
  off: 'given up',
};

const SHAPES: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  bad: 'cross',
  busy: 'turn',
  waiting: 'wait',
  off: 'dash',
};

/** Day by day how many windows are complete, wait or failed. */
export function Calendar({ dag }: { readonly dag: string }): ReactNode {
  const zone = useZone();
  const { items, reading } = useWindows(dag, AT_ONCE);
  const windows = items.flatMap(windowOf);
  const months = monthsOf(windows, zone, reading.hasNextPage ? windows.at(-1)?.at : undefined);
  return (
    <>
      <Ready reading={reading} what="calendar">
        {() =>
          months.length === 0 ? (
            <EmptyState title="This dag has no windows and no runs yet" />
          ) : (
            <div className={styles['months']}>
              {months.map((month) => (
                <Month key={month.month} month={month} />
              ))}
            </div>
          )
        }
      </Ready>
      <MoreButton reading={reading} what="days" />
    </>
  );
}

function Month({ month: { month, lead, days } }: { readonly month: CalendarMonth }): ReactNode {
  return (
    <section className={styles['month']} aria-label={month}>
      <h2>{month}</h2>
      <ol className={styles['days']}>
        {WEEK.map((name) => (
          <li key={name} className={styles['week']} aria-hidden="true">
            {name}
          </li>
        ))}
        {days.map((day, index) => (
          <li key={day.day} style={index === 0 ? { gridColumnStart: lead + 1 } : undefined}>
            <Day day={day} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Day({ day }: { readonly day: CalendarDay }): ReactNode {
  const tone = toneOfDay(day);
  const words = wordsOf(day);
  return (
    <span
      className={`${styles['day']} ${tone === undefined ? '' : styles[tone]}`}
      title={`${day.day}: ${words}`}
      role="img"
      aria-label={`${day.day}: ${words}`}
    >
      <span>{Number(day.day.slice(8))}</span>
      {tone === undefined ? null : (
        <strong>
          <Icon name={SHAPES[tone]} size={11} />
          {tone === 'good' ? day.total : day.counts[tone]}
          {day.isWhole ? '' : '+'}
        </strong>
      )}
    </span>
  );
}

function wordsOf({ counts, total, isWhole }: CalendarDay): string {
  if (total === 0) return isWhole ? 'no windows' : 'not read yet';
  const words = (['bad', 'busy', 'waiting', 'off', 'good'] as const)
    .filter((tone) => counts[tone] > 0)
    .map((tone) => `${counts[tone]} ${WORDS[tone]}`);
  return [...words, ...(isWhole ? [] : ['others not read yet'])].join(', ');
}

function windowOf({ window, run, recordStatus }: GridColumnJson): readonly CalendarWindow[] {
  const at = window?.start ?? run?.startedAt;
  if (at === null || at === undefined) return [];
  return [{ at: Date.parse(at), state: recordStatus ?? run?.state ?? 'none' }];
}
