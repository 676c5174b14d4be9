import { type ReactNode, useId } from 'react';

import styles from './operate.module.css';

export interface JsonFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly example: string;
  /** What keeps it from being read. */
  readonly trouble: string | undefined;
}

/** JSON that a deed asks for, with what is wrong with it as it is written. */
export function JsonField({ label, value, onChange, example, trouble }: JsonFieldProps): ReactNode {
  const id = useId();
  return (
    <label className={styles['field']}>
      {label}
      <textarea
        rows={Math.min(Math.max(value.split('\n').length, 2), 10)}
        spellCheck={false}
        value={value}
        placeholder={example}
        aria-invalid={trouble !== undefined}
        aria-describedby={id}
        onChange={(event) => onChange(event.target.value)}
      />
      <small id={id} role="status" className={styles['trouble']}>
        {trouble}
      </small>
    </label>
  );
}
