import { type ReactNode, useState } from 'react';

import type { UserJson } from '../../../../server/api/shapes/access.ts';
import { ConfirmDialog } from '../../components/operate/confirm-dialog.tsx';
import { PasswordField } from './password-field.tsx';
import { isPassword } from './password.ts';
import { RoleChoice } from './role-choice.tsx';

interface ChangeUserProps {
  readonly user: UserJson;
  readonly onClose: () => void;
}

/** Gives a user another role. */
export function ChangeRole({ user: { name, role: before }, onClose }: ChangeUserProps): ReactNode {
  const [role, setRole] = useState(before);
  return (
    <ConfirmDialog
      title={`Role of ${name}`}
      words="Give the role"
      demands="admin"
      deed={{ path: `/users/${encodeURIComponent(name)}/role`, body: { role } }}
      isReady={role !== before}
      command={`windrow users role ${name} ${role}`}
      onClose={onClose}
    >
      <RoleChoice role={role} onChange={setRole} />
      <p>It counts from the next request of {name} on.</p>
    </ConfirmDialog>
  );
}

/** Sets a new password. */
export function ChangePassword({ user: { name }, onClose }: ChangeUserProps): ReactNode {
  const [password, setPassword] = useState('');
  return (
    <ConfirmDialog
      title={`Password of ${name}`}
      words="Set the password"
      demands="admin"
      deed={{ path: `/users/${encodeURIComponent(name)}/password`, body: { password } }}
      isReady={isPassword(password)}
      command={`windrow users password ${name}`}
      onClose={onClose}
    >
      <PasswordField password={password} onChange={setPassword} />
      <p>Every session of {name} ends.</p>
    </ConfirmDialog>
  );
}

/** Takes a user away. */
export function RemoveUser({ user: { name }, onClose }: ChangeUserProps): ReactNode {
  return (
    <ConfirmDialog
      title={`Remove ${name}`}
      words="Remove the user"
      tone="danger"
      demands="admin"
      deed={{ path: `/users/${encodeURIComponent(name)}/remove`, body: {} }}
      command={`windrow users remove ${name}`}
      onClose={onClose}
    >
      <p>{name} is logged out and cannot come in again. What they did stays in the audit log.</p>
    </ConfirmDialog>
  );
}
