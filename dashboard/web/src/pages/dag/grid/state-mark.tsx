import type { ReactNode } from 'react';

import { toneOf } from '../../../format/tone.ts';
import styles from './dag-grid.module.css';

/** A state as a small mark: its shape says the same as its colour. */
export function StateMark({ state }: { readonly state: string }): ReactNode {
  const shape = state === 'absent' ? 'absent' : toneOf(state);
  return <i className={`${styles['mark']} ${styles[shape]}`} aria-hidden="true" />;
}
