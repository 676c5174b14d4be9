import { z } from 'zod';

import { DEED_SOURCES, ROLES } from '#framework/operate';

import { Facts, Instant } from './scalars.ts';
import { DryRun, text } from './text.ts';

const AnyRole = z.enum(ROLES);

/** Something that a person did, or a program for one. */
export const AuditEntry = z
  .object({
    id: z.number(),
    at: Instant,
    actor: z.string(),
    /** By what way: on these pages, with a token, by a command, or by a plugin or another program. Null: before that was noted. */
    source: z.enum(DEED_SOURCES).nullable(),
    action: z.string(),
    dagId: z.string().nullable(),
    runId: z.number().nullable(),
    recordId: z.number().nullable(),
    details: Facts,
  })
  .meta({ id: 'AuditEntry' });

/** Somebody who logs in with a password, of which nothing is ever told. */
export const User = z
  .object({
    name: z.string(),
    role: AnyRole,
    createdBy: z.string(),
    createdAt: Instant,
    lastLoginAt: Instant.nullable(),
  })
  .meta({ id: 'User' });

/** What a program shows in place of a login; its text is told once, when it is made. */
export const Token = z
  .object({
    name: z.string(),
    role: AnyRole,
    createdBy: z.string(),
    createdAt: Instant,
    expiresAt: Instant.nullable(),
    lastUsedAt: Instant.nullable(),
    revokedAt: Instant.nullable(),
  })
  .meta({ id: 'Token' });

const MOST_DAYS = 3650;
const Password = z.string().max(1024);

export const NewUserBody = z.strictObject({ dryRun: DryRun, name: text(64), role: AnyRole, password: Password });
export const RoleBody = z.strictObject({ dryRun: DryRun, role: AnyRole });
export const PasswordBody = z.strictObject({ dryRun: DryRun, password: Password });
export const NewTokenBody = z.strictObject({
  dryRun: DryRun,
  name: text(64),
  role: AnyRole,
  /** For so long; otherwise until it is revoked. */
  days: z.number().int().min(1).max(MOST_DAYS).optional(),
});
export const Named = z.object({ dryRun: z.boolean(), name: z.string() });
export const MadeToken = z.discriminatedUnion('dryRun', [
  z.object({ dryRun: z.literal(true) }),
  z.object({ dryRun: z.literal(false), token: Token, text: z.string() }),
]);

export type AuditEntryJson = z.input<typeof AuditEntry>;
export type UserJson = z.input<typeof User>;
export type TokenJson = z.input<typeof Token>;
export type MadeTokenJson = Extract<z.input<typeof MadeToken>, { readonly dryRun: false }>;
