import type { ReactNode } from 'react';

import styles from './operate.module.css';

/** Questions of a deed beside each other, as many as there is room for. */
export function Form({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className={styles['form']}>{children}</div>;
}

/** A question that takes the whole width of its form. */
export function Wide({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className={styles['wide']}>{children}</div>;
}

interface CheckFieldProps {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
}

/** Yes or no. */
export function CheckField({ label, isChecked, onChange }: CheckFieldProps): ReactNode {
  return (
    <label className={styles['check']}>
      <input type="checkbox" checked={isChecked} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  );
}
