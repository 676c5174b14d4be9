import type { ReactNode } from 'react';

import { stateWords } from '../../../format/tone.ts';
import styles from './dag-grid.module.css';
import { StateMark } from './state-mark.tsx';

const STATES = ['success', 'failed', 'upstream_failed', 'running', 'queued', 'skipped', 'none', 'absent'] as const;

/** What the marks of the grid mean. */
export function GridLegend(): ReactNode {
  return (
    <ul className={styles['legend']} aria-label="What the marks mean">
      {STATES.map((state) => (
        <li key={state}>
          <StateMark state={state} />
          {state === 'absent' ? 'not in this run' : stateWords(state)}
        </li>
      ))}
    </ul>
  );
}
