import { z } from 'zod';

import { Secret } from '../core/secret.ts';
import { ROLES, type Role } from '../store/access/role.ts';

/** An OpenID Connect provider that vouches for people. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** The claim whose values, by `roles`, say what somebody may do; of several the highest counts. */
  readonly roleClaim: string;
  readonly roles: Readonly<Record<string, Role>>;
}

/** `windrow-admins=admin,everyone=viewer` */
const RoleByClaim = z.string().transform((text, context): Readonly<Record<string, Role>> => {
  const pairs = text.split(',').map((pair) => pair.trim().split('='));
  const roles: Record<string, Role> = {};
  for (const [value = '', name, ...rest] of pairs) {
    const role = ROLES.find((known) => known === name);
    if (value === '' || role === undefined || rest.length > 0) {
      context.addIssue({ code: 'custom', message: `expected VALUE=ROLE pairs such as ops=admin,staff=viewer` });
      return z.NEVER;
    }
    roles[value] = role;
  }
  return roles;
});

export const OidcFields = z.object({
  WINDROW_OIDC_ISSUER: z
    .string()
    .refine(isIssuer, { error: 'expected the https address of an OpenID Connect provider' })
    .optional(),
  WINDROW_OIDC_CLIENT_ID: z.string().optional(),
  WINDROW_OIDC_CLIENT_SECRET: z
    .string()
    .transform((text) => new Secret(text))
    .optional(),
  WINDROW_OIDC_ROLE_CLAIM: z.string().default('groups'),
  WINDROW_OIDC_ROLES: RoleByClaim.optional(),
});

type Fields = z.output<typeof OidcFields>;

const TOGETHER = ['ISSUER', 'CLIENT_ID', 'CLIENT_SECRET', 'ROLES'] as const;

/** Which of the settings that belong together are missing. */
export function missingOidc(fields: Fields): readonly string[] {
  const names = TOGETHER.map((name) => `WINDROW_OIDC_${name}` as const);
  const missing = names.filter((name) => fields[name] === undefined);
  return missing.length === names.length ? [] : missing;
}

export function oidcSettings(fields: Fields): OidcSettings | undefined {
  const { WINDROW_OIDC_ISSUER: issuer, WINDROW_OIDC_CLIENT_ID: clientId, WINDROW_OIDC_ROLES: roles } = fields;
  const { WINDROW_OIDC_CLIENT_SECRET: clientSecret, WINDROW_OIDC_ROLE_CLAIM: roleClaim } = fields;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined || roles === undefined)
    return undefined;
  return { issuer, clientId, clientSecret, roleClaim, roles };
}

function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1');
}
