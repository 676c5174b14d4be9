import type { ReactNode } from 'react';

import styles from './operate.module.css';

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What may be written, such as 2026-01-20T13:15Z. */
  readonly example?: string;
}

/** One line of text that a deed asks for. */
export function TextField({ label, value, onChange, example }: TextFieldProps): ReactNode {
  return (
    <label className={styles['field']}>
      {label}
      <input type="text" value={value} placeholder={example} onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}
