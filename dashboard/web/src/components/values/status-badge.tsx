import type { ReactNode } from 'react';

import { type Tone, stateWords, toneOf } from '../../format/tone.ts';
import { Icon, type IconName } from './icon.tsx';
import styles from './values.module.css';

/** The shape says the same as the colour. */
const SHAPES: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  bad: 'cross',
  busy: 'turn',
  waiting: 'wait',
  off: 'dash',
};

export interface StatusBadgeProps {
  readonly state: string;
  /** Where the state's own name is not what a person should read. */
  readonly words?: string;
  readonly tone?: Tone;
}

/** A state as shape, word and colour. */
export function StatusBadge({ state, words = stateWords(state), tone = toneOf(state) }: StatusBadgeProps): ReactNode {
  return (
    <span className={`${styles['badge']} ${styles[tone]}`} data-state={state}>
      <Icon name={SHAPES[tone]} size={12} />
      {words}
    </span>
  );
}
