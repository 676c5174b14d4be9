import type { ReactNode } from 'react';

import type { LiveState } from '../api/live.ts';
import styles from './shell.module.css';

const WORDS: Readonly<Record<LiveState, string>> = {
  connecting: 'Connecting …',
  live: 'Live',
  lost: 'Not live, trying again',
};

/** Whether what is shown follows what happens. */
export function LiveMark({ state }: { readonly state: LiveState }): ReactNode {
  return (
    <p className={styles['live']} data-state={state} role="status">
      <i />
      {WORDS[state]}
    </p>
  );
}
