import { ConfigFailure, type Secret } from '#framework';
import type { OidcSettings } from '#framework/operate';

/** Somebody whom the settings name. */
export interface SettingsUser {
  readonly name: string;
  readonly password: Secret;
}

/** Who may come in. */
export interface AccessRules {
  /** The dashboard can be reached from this machine alone. */
  readonly isLocal: boolean;
  /** Whether somebody may come in besides users of the database. */
  readonly asksAlways: boolean;
  readonly settingsUser: SettingsUser | undefined;
  readonly oidc: OidcSettings | undefined;
  /** Where people find it, when something stands in front. */
  readonly publicUrl: URL | undefined;
}

export interface AccessOptions {
  readonly host: string;
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
  readonly url?: string | undefined;
  readonly oidc?: OidcSettings | undefined;
}

export const LOCAL_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1', '[::1]']);

/**
 * What the settings say; `hasUsers`: the database has users.
 * @throws ConfigFailure `E_DASHBOARD_OPEN` when anybody could come in, `E_DASHBOARD_CREDENTIALS`, `E_DASHBOARD_URL`
 */
export function accessRules(options: AccessOptions, hasUsers: boolean): AccessRules {
  const { host, url, oidc } = options;
  const settingsUser = settingsUserOf(options);
  const isLocal = LOCAL_NAMES.has(host);
  const isNamed = settingsUser !== undefined || oidc !== undefined;
  const asksAlways = isNamed || !isLocal || url !== undefined;
  if (oidc !== undefined && !isLocal && url === undefined) throw homeless(host);
  if (asksAlways && !isNamed && !hasUsers) throw open(url ?? host);
  const publicUrl = url === undefined ? undefined : new URL(url);
  return { isLocal, asksAlways, settingsUser, oidc, publicUrl };
}

function settingsUserOf({ user, password }: AccessOptions): SettingsUser | undefined {
  if (user === undefined && password === undefined) return undefined;
  if (user === undefined || password === undefined) throw incomplete(user === undefined ? 'password' : 'user');
  if (user !== '' && !user.includes(':') && password.reveal() !== '') return { name: user, password };
  throw new ConfigFailure(
    'E_DASHBOARD_CREDENTIALS',
    'The credentials of the dashboard cannot be used: expected a user name without ":" and a password, neither of them empty. ' +
      'Correct WINDROW_DASHBOARD_USER and WINDROW_DASHBOARD_PASSWORD.',
  );
}

function homeless(host: string): ConfigFailure {
  return new ConfigFailure(
    'E_DASHBOARD_URL',
    `The identity provider must know where it sends people back to, and ${host} is no address of theirs. ` +
      'Set WINDROW_DASHBOARD_URL to where they find the dashboard, such as https://windrow.example.com.',
  );
}

function incomplete(given: string): ConfigFailure {
  return new ConfigFailure(
    'E_DASHBOARD_CREDENTIALS',
    `The dashboard has a ${given} only: expected user and password, or neither. ` +
      'Set both WINDROW_DASHBOARD_USER and WINDROW_DASHBOARD_PASSWORD.',
  );
}

function open(place: string): ConfigFailure {
  return new ConfigFailure(
    'E_DASHBOARD_OPEN',
    `The dashboard would be open to everybody who reaches ${place}: off this machine somebody must be named who may come in. ` +
      'Add a user (windrow users add NAME --role admin), set WINDROW_DASHBOARD_USER and WINDROW_DASHBOARD_PASSWORD or WINDROW_OIDC_ISSUER, ' +
      'or listen here alone: WINDROW_DASHBOARD_HOST=127.0.0.1 without WINDROW_DASHBOARD_URL.',
  );
}
