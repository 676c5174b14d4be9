import { ConfigFailure, type Secret } from '#framework';

export interface Credentials {
  readonly user: string;
  readonly password: Secret;
}

/** Who may come in: whoever has the credentials, or whoever sits at this machine. */
export type AccessRules =
  | { readonly kind: 'credentials'; readonly credentials: Credentials; readonly isLocal: boolean }
  | { readonly kind: 'this_machine'; readonly isLocal: true };

const LOCAL: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1']);

/** @throws ConfigFailure `E_DASHBOARD_OPEN`, `E_DASHBOARD_CREDENTIALS` */
export function accessRules(options: {
  readonly host: string;
  readonly user?: string;
  readonly password?: Secret;
}): AccessRules {
  const { host, user, password } = options;
  const isLocal = LOCAL.has(host);
  if (user !== undefined && password !== undefined) {
    return { kind: 'credentials', credentials: usable(user, password), isLocal };
  }
  if (user !== undefined || password !== undefined) throw incomplete(user === undefined ? 'password' : 'user');
  if (!isLocal) throw open(host);
  return { kind: 'this_machine', isLocal };
}

function usable(user: string, password: Secret): Credentials {
  if (user !== '' && !user.includes(':') && password.reveal() !== '') return { user, password };
  throw new ConfigFailure(
    'E_DASHBOARD_CREDENTIALS',
    'The credentials of the dashboard cannot be used: expected a user name without ":" and a password, neither of them empty. ' +
      'Correct WINDROW_DASHBOARD_USER and WINDROW_DASHBOARD_PASSWORD.',
  );
}

function incomplete(given: string): ConfigFailure {
  return new ConfigFailure(
    'E_DASHBOARD_CREDENTIALS',
    `The dashboard has a ${given} only: expected user and password, or neither. ` +
      'Set both WINDROW_DASHBOARD_USER and WINDROW_DASHBOARD_PASSWORD.',
  );
}

function open(host: string): ConfigFailure {
  return new ConfigFailure(
    'E_DASHBOARD_OPEN',
    `The dashboard would be open to everybody who reaches ${host}: off this machine it needs credentials. ` +
      'Set WINDROW_DASHBOARD_USER and WINDROW_DASHBOARD_PASSWORD, or WINDROW_DASHBOARD_HOST=127.0.0.1.',
  );
}
