import type { ReactNode } from 'react';

import type { HomeJson, HourOfRunsJson } from '../../../../server/api/shapes/home.ts';
import { useZone } from '../../app/preferences.ts';
import { Bars } from '../../components/data/bars.tsx';
import { timeText } from '../../format/time-text.ts';
import { type DayHour, SHOWN_STATES, dayOf } from './day-of.ts';
import styles from './home-page.module.css';

export interface ActivityProps {
  readonly activity: HomeJson['activity'];
  readonly now: string;
}

/** The runs of the last day, hour by hour, by how they ended. */
export function Activity({ activity, now }: ActivityProps): ReactNode {
  const zone = useZone();
  const day = dayOf(activity.hours, Date.parse(now));
  const most = Math.max(...day.map(({ total }) => total), 1);
  const bars = day.map((hour) => ({
    key: hour.at,
    title: `${timeText(hour.at, zone)}: ${wordsOf(hour)}`,
    href: `/runs${hour.counts.failed > 0 ? '?state=failed' : ''}`,
    parts: SHOWN_STATES.map(({ state, tone }) => ({ tone, share: hour.counts[state] / most })),
  }));
  return (
    <figure>
      <Bars label="Runs by hour" bars={bars} size="large" />
      <div className={styles['axis']} aria-hidden="true">
        {day
          .filter((_, index) => index % 6 === 0)
          .map(({ at }) => (
            <span key={at}>{timeText(at, zone).slice(11)}</span>
          ))}
        <span>now</span>
      </div>
      <figcaption className={styles['legend']}>
        {SHOWN_STATES.map(({ state, tone }) => (
          <span key={state}>
            <i className={styles[`${tone}Fill`]} />
            {sumOf(day, state).toLocaleString('en')} {state}
          </span>
        ))}
        {activity.isWhole ? null : <em>More runs than can be counted: the oldest hours are missing.</em>}
      </figcaption>
    </figure>
  );
}

function wordsOf({ total, counts }: DayHour): string {
  if (total === 0) return 'no runs';
  return SHOWN_STATES.filter(({ state }) => counts[state] > 0)
    .map(({ state }) => `${counts[state]} ${state}`)
    .join(', ');
}

function sumOf(day: readonly DayHour[], state: keyof Omit<HourOfRunsJson, 'hour'>): number {
  return day.reduce((sum, { counts }) => sum + counts[state], 0);
}
