import { randomBytes } from 'node:crypto';

import { type Clock, type Log, type Millis, hours } from '#framework';
import {
  type Access,
  type OidcSettings,
  type SessionAccess,
  type Windrow,
  access,
  sessionAccess,
} from '#framework/operate';

import { type AccessOptions, type AccessRules, accessRules } from './access-rules.ts';

/** What every guard works with. */
export interface Door {
  readonly rules: AccessRules;
  readonly access: Access;
  readonly sessions: SessionAccess;
  readonly clock: Clock;
  readonly log: Log;
}

export interface DoorOptions extends AccessOptions {
  /** A session ends after so long without a request. Default 8 hours. */
  readonly idle?: Millis;
  /** And at the latest after so long. Default a week. */
  readonly lifetime?: Millis;
}

/** @throws ConfigFailure `E_DASHBOARD_OPEN`, `E_DASHBOARD_CREDENTIALS` */
export async function openDoor({ store, clock, log }: Windrow, options: DoorOptions): Promise<Door> {
  const { idle = hours(8), lifetime = hours(7 * 24) } = options;
  const tools = { database: store.database, clock, randomBytes };
  const own = access(tools);
  const rules = accessRules(options, await own.users.any());
  const { settingsUser, oidc } = rules;
  const vouched = { ...(settingsUser && { settingsUser }), ...(oidc && { provider: providerText(oidc) }) };
  return { rules, access: own, sessions: sessionAccess({ ...tools, idle, lifetime, ...vouched }), clock, log };
}

/** All that decides who comes in by the provider, and as what. */
function providerText({ issuer, clientId, roleClaim, roles }: OidcSettings): string {
  const given = Object.entries(roles).map(([value, role]) => `${value}=${role}`);
  return JSON.stringify([issuer, clientId, roleClaim, given.toSorted()]);
}
