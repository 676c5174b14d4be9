import type { ReactNode } from 'react';

import { zone } from '../../app/preferences.ts';
import { fieldText, momentOf } from '../../format/moment-text.ts';
import styles from './operate.module.css';

interface MomentFieldProps {
  readonly label: string;
  /** In UTC as the API takes it; nothing where none is given. */
  readonly value: string;
  readonly onChange: (moment: string) => void;
}

/** A moment, written in the clock in which the viewer reads times. */
export function MomentField({ label, value, onChange }: MomentFieldProps): ReactNode {
  const clock = zone.useChoice();
  return (
    <label className={styles['field']}>
      <span>
        {label} <small>{clock === 'utc' ? 'UTC' : 'your time'}</small>
      </span>
      <input
        type="datetime-local"
        value={fieldText(value, clock)}
        onChange={(event) => onChange(momentOf(event.target.value, clock))}
      />
    </label>
  );
}
