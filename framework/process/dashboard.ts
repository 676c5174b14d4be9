import type { Closable } from '../core/closable.ts';
import type { Millis } from '../core/duration.ts';
import type { Secret } from '../core/secret.ts';
import type { OidcSettings } from './oidc-settings.ts';
import type { Windrow } from './windrow.ts';

export interface DashboardOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** An admin besides the users of the database: with a password, or neither. */
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
  /** Where people find it, when something stands in front of it. */
  readonly url?: string | undefined;
  /** A session ends after so long without a request, and at the latest after its lifetime. */
  readonly idle?: Millis;
  readonly lifetime?: Millis;
  /** A provider that vouches for people besides. */
  readonly oidc?: OidcSettings | undefined;
}

export interface Dashboard extends Closable {
  readonly url: string;
}

/** What the module that package.json names as `windrow.dashboard` exports as `startDashboard`. */
export type StartDashboard = (windrow: Windrow, options: DashboardOptions) => Promise<Dashboard>;
