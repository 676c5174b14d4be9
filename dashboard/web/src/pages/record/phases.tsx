import type { ReactNode } from 'react';

import type { RecordJson } from '../../../../server/api/shapes/record.ts';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Duration, Time } from '../../components/values/time.tsx';
import { toneOf } from '../../format/tone.ts';
import { phaseWords } from './phase-words.ts';
import styles from './record-page.module.css';

/** The three phases as steps behind each other. */
export function Phases({ phases }: { readonly phases: RecordJson['phases'] }): ReactNode {
  return (
    <ol className={styles['phases']} aria-label="Phases">
      {phases.map(({ phase, status, startedAt, endedAt }) => (
        <li key={phase} data-tone={toneOf(status)}>
          <strong>{phaseWords(phase)}</strong>
          <StatusBadge state={status} />
          <span className={styles['times']}>
            {startedAt === null ? (
              'not started'
            ) : (
              <>
                <Time at={startedAt} /> · <Duration from={startedAt} to={endedAt} />
              </>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
