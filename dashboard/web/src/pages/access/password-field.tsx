import type { ReactNode } from 'react';

import { Button } from '../../components/controls/button.tsx';
import { TextField } from '../../components/operate/text-field.tsx';
import { CopyButton } from '../../components/values/copy-button.tsx';
import { madePassword } from './password.ts';
import styles from './access-page.module.css';

interface PasswordFieldProps {
  readonly password: string;
  readonly onChange: (password: string) => void;
}

/** A password that is to be handed over, so it can be read and copied; it cannot be had again later. */
export function PasswordField({ password, onChange }: PasswordFieldProps): ReactNode {
  return (
    <div className={styles['password']}>
      <TextField label="Password, at least 12 characters" value={password} onChange={onChange} />
      <Button onClick={() => onChange(madePassword())}>Make one</Button>
      {password === '' ? null : <CopyButton text={password} what="password" />}
    </div>
  );
}
