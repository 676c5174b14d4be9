import type { ReactNode } from 'react';

import type { Role } from '../../api/session.ts';
import { Choice } from '../../components/controls/choice.tsx';

const ROLES: readonly { readonly value: Role; readonly words: string }[] = [
  { value: 'viewer', words: 'viewer: looks' },
  { value: 'operator', words: 'operator: also triggers, re-runs, cancels, skips' },
  { value: 'admin', words: 'admin: also decides who may' },
];

/** What somebody may do. */
export function RoleChoice({
  role,
  onChange,
}: {
  readonly role: Role;
  readonly onChange: (role: Role) => void;
}): ReactNode {
  return <Choice label="Role" value={role} options={ROLES} onChange={onChange} />;
}
