import type { ReactNode } from 'react';

import { StatusBadge } from '../../components/values/status-badge.tsx';
import { toneOf } from '../../format/tone.ts';
import styles from './backfill.module.css';
import { type WindowCounts, countParts, countsText } from './window-counts.ts';

interface ProgressProps {
  readonly counts: WindowCounts;
}

/** How far a backfill is, as a small bar and in words. */
export function Progress({ counts }: ProgressProps): ReactNode {
  return (
    <span className={styles['progress']}>
      <Bar counts={counts} />
      <span className={styles['words']}>{countsText(counts)}</span>
    </span>
  );
}

/** How far a backfill is: a bar over the whole width, and below it every state with its count. */
export function WholeProgress({ counts }: ProgressProps): ReactNode {
  return (
    <div className={styles['whole']}>
      <Bar counts={counts} />
      <ul aria-label="Windows by state">
        {countParts(counts).map(({ state, count }) => (
          <li key={state}>
            <strong>{count.toLocaleString('en')}</strong>
            <StatusBadge state={state} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Bar({ counts }: ProgressProps): ReactNode {
  return (
    <span className={styles['bar']} role="img" aria-label={countsText(counts)}>
      {countParts(counts).map(({ state, share }) => (
        <i key={state} data-tone={toneOf(state)} style={{ width: `${share * 100}%` }} />
      ))}
    </span>
  );
}
