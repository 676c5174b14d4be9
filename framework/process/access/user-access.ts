import { hashPassword } from '../../core/password-hash.ts';
import type { Secret } from '../../core/secret.ts';
import { noteAccess } from '../../store/access/audit-log.ts';
import type { Role } from '../../store/access/role.ts';
import { deleteSessionsOf } from '../../store/access/sessions.ts';
import {
  type DashboardUser,
  deleteUser,
  hasUsers,
  insertUser,
  listUsers,
  setPasswordHash,
  setUserRole,
} from '../../store/access/users.ts';
import type { Transaction } from '../../store/database.ts';
import type { Refused } from '../trigger.ts';
import type { AccessTools } from './access-tools.ts';

/** Users with a password; `by` says who decides, for the audit log. */
export interface UserAccess {
  readonly list: () => Promise<readonly DashboardUser[]>;
  /** Whether there is one. */
  readonly any: () => Promise<boolean>;
  readonly add: (user: NewUser) => Promise<{ readonly kind: 'added' } | Refused>;
  /** What they may do from their next request on. */
  readonly setRole: (change: UserChange & { readonly role: Role }) => Promise<ChangedUser>;
  /** Ends their sessions. */
  readonly setPassword: (change: NewPassword) => Promise<ChangedUser | Refused>;
  /** Ends their sessions. */
  readonly remove: (user: UserChange) => Promise<ChangedUser>;
}

interface UserChange {
  readonly name: string;
  readonly by: string;
  /** Only says what would become of it. */
  readonly dryRun?: boolean;
}

export interface NewPassword extends UserChange {
  readonly password: Secret;
}

export interface NewUser extends NewPassword {
  readonly role: Role;
}

export type ChangedUser = { readonly kind: 'changed' } | { readonly kind: 'not_found' };

const SALT_BYTES = 16;

export function userAccess({ database, randomBytes }: AccessTools): UserAccess {
  const hashOf = (password: Secret): Promise<string> => hashPassword(password, randomBytes(SALT_BYTES));
  const change = (work: (transaction: Transaction) => Promise<boolean>): Promise<ChangedUser> =>
    database.transaction(async (transaction) => ({ kind: (await work(transaction)) ? 'changed' : 'not_found' }));
  const preview = async (name: string): Promise<ChangedUser> => {
    const isThere = (await listUsers(database)).some((user) => user.name === name);
    return { kind: isThere ? 'changed' : 'not_found' };
  };
  return {
    list: () => listUsers(database),
    any: () => hasUsers(database),
    add: async ({ name, role, password, by, dryRun = false }) => {
      const reason = unusableName(name) ?? unusablePassword(password, name);
      if (reason !== undefined) return { kind: 'refused', reason };
      const refused = { kind: 'refused', reason: taken(name) } as const;
      if (dryRun) return (await preview(name)).kind === 'changed' ? refused : { kind: 'added' };
      const hash = await hashOf(password);
      const added = await change(async (transaction) => {
        if (!(await insertUser(transaction, { name, role, hash, by }))) return false;
        await noteAccess(transaction, { actor: by, action: 'user_added', details: { user: name, role } });
        return true;
      });
      return added.kind === 'changed' ? { kind: 'added' } : refused;
    },
    setRole: async ({ name, role, by, dryRun = false }) => {
      if (dryRun) return preview(name);
      return change(async (transaction) => {
        if (!(await setUserRole(transaction, name, role))) return false;
        await noteAccess(transaction, { actor: by, action: 'user_role_set', details: { user: name, role } });
        return true;
      });
    },
    setPassword: async ({ name, password, by, dryRun = false }) => {
      const reason = unusablePassword(password, name);
      if (reason !== undefined) return { kind: 'refused', reason };
      if (dryRun) return preview(name);
      const hash = await hashOf(password);
      return change(async (transaction) => {
        if (!(await setPasswordHash(transaction, name, hash))) return false;
        await deleteSessionsOf(transaction, name);
        await noteAccess(transaction, { actor: by, action: 'user_password_set', details: { user: name } });
        return true;
      });
    },
    remove: async ({ name, by, dryRun = false }) => {
      if (dryRun) return preview(name);
      return change(async (transaction) => {
        if (!(await deleteUser(transaction, name))) return false;
        await noteAccess(transaction, { actor: by, action: 'user_removed', details: { user: name } });
        return true;
      });
    },
  };
}

// Lower case only, so that no two users look alike, and without ":", which stands in names that are no user's.
const NAME = /^[a-z0-9][a-z0-9._@-]{0,63}$/;

function unusableName(name: string): string | undefined {
  if (NAME.test(name)) return undefined;
  return `"${name}" cannot name a user. Expected 1 to 64 lower-case letters, digits and . _ @ -, of which the first is a letter or digit.`;
}

const [SHORTEST, LONGEST] = [12, 1024];

function unusablePassword(password: Secret, name: string): string | undefined {
  const { length } = password.reveal();
  if (length < SHORTEST || length > LONGEST)
    return `The password for ${name} has ${length} characters. Expected ${SHORTEST} to ${LONGEST}.`;
  return password.reveal().toLowerCase() === name ? `The password for ${name} is the name itself.` : undefined;
}

function taken(name: string): string {
  return `There is a user ${name} already. Set another role or password: windrow users role ${name} ROLE, windrow users password ${name}.`;
}
