import type { ReactNode } from 'react';

import { Icon } from '../values/icon.tsx';
import styles from './controls.module.css';

export interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A field whose text narrows what is shown as it is typed. */
export function SearchField({ label, value, onChange }: SearchFieldProps): ReactNode {
  return (
    <label className={styles['search']}>
      <Icon name="search" size={14} />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
