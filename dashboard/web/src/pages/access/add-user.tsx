import { type ReactNode, useState } from 'react';

import type { Role } from '../../api/session.ts';
import { ConfirmDialog } from '../../components/operate/confirm-dialog.tsx';
import { TextField } from '../../components/operate/text-field.tsx';
import { PasswordField } from './password-field.tsx';
import { isPassword } from './password.ts';
import { RoleChoice } from './role-choice.tsx';

interface AddUserProps {
  /** Nobody has to log in yet. */
  readonly isFirst: boolean;
  readonly onClose: () => void;
}

const NAME = /^[a-z0-9][a-z0-9._@-]{0,63}$/;

/** Asks for name, role and password of a new user. */
export function AddUser({ isFirst, onClose }: AddUserProps): ReactNode {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>(isFirst ? 'admin' : 'viewer');
  const [password, setPassword] = useState('');
  return (
    <ConfirmDialog
      title="Add a user"
      words="Add the user"
      demands="admin"
      deed={{ path: '/users', body: { name, role, password } }}
      isReady={NAME.test(name) && isPassword(password)}
      command={`windrow users add ${name === '' ? 'NAME' : name} --role ${role}`}
      onClose={onClose}
    >
      <TextField label="Name, in lower case" value={name} onChange={setName} example="alice" />
      <RoleChoice role={role} onChange={setRole} />
      <PasswordField password={password} onChange={setPassword} />
      {isFirst ? (
        <p>
          From the first user on <strong>everybody has to log in</strong>, at this machine too. Make the first one an
          admin, and keep the password: you are asked for it next.
        </p>
      ) : null}
    </ConfirmDialog>
  );
}
