import { z } from 'zod';

import { LOG_LEVELS } from '../core/log.ts';
import { type Millis, hours, parseDuration, seconds } from '../core/duration.ts';
import { Secret } from '../core/secret.ts';
import { type Reading, type SettingSources, readSettings } from '../core/settings.ts';
import { REDIS_FORMS, readRedisAddress } from '../queue/redis-address.ts';
import type { DashboardOptions } from './dashboard.ts';
import { OidcFields, missingOidc, oidcSettings } from './oidc-settings.ts';
import type { Retention } from '../store/retention/clean-up.ts';

/** The engine's own settings. Connections have theirs. */
export interface Settings {
  /** Where the built-in database and other state lie. */
  readonly home: string;
  /** Absent: the built-in PostgreSQL under `home`. */
  readonly databaseUrl: Secret | undefined;
  /** Absent: jobs go through PostgreSQL. */
  readonly redisUrl: Secret | undefined;
  readonly queuePrefix: string;
  readonly concurrency: number;
  readonly leaseMs: Millis;
  /** A connection to PostgreSQL on which a statement has no answer for this long is given up. */
  readonly answerMs: Millis;
  readonly tickMs: Millis;
  /** How long events, logs and ended tries of closed runs are kept. */
  readonly retention: Retention;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly dashboard: DashboardSettings;
}

export type DashboardSettings = Required<DashboardOptions>;

/** Reads the engine's settings from the environment; an empty variable counts as absent. */
export function readEngineSettings(sources: SettingSources): Reading<Settings> {
  const given = Object.entries(sources.environment).filter(([name, value]) => NAMES.has(name) && value !== '');
  return readSettings(Variables, Object.fromEntries(given));
}

const Url = (schemes: readonly string[]) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol), {
      error: `expected a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
    })
    .transform((text) => new Secret(text));

const Duration = z.string().transform((text, context): Millis => {
  try {
    return parseDuration(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
});

const Count = (least: number, most: number) =>
  z.coerce.number({ error: 'expected a whole number' }).int('expected a whole number').min(least).max(most);

const LONGEST_WAIT = hours(1);

const Fields = z.object({
  WINDROW_HOME: z.string().default('.windrow'),
  DATABASE_URL: Url(['postgres:', 'postgresql:']).optional(),
  REDIS_URL: z
    .string()
    .refine((text) => readRedisAddress(text) !== undefined, { error: `expected ${REDIS_FORMS}` })
    .transform((text) => new Secret(text))
    .optional(),
  WINDROW_QUEUE_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_{}-]+$/, 'expected letters, digits, "_", "-" or braces')
    .default('windrow'),
  WINDROW_CONCURRENCY: Count(1, 1000).default(20),
  // A killed worker is noticed between a lease and one sweep later: with 5 s its tasks began again after 5.2 to 5.4 s (p50).
  WINDROW_LEASE: Duration.refine((length) => length <= LONGEST_WAIT, {
    error: 'expected at most 1h: so long may a task stand still when its worker is killed',
  }).default(seconds(4)),
  WINDROW_DATABASE_TIMEOUT: Duration.refine((length) => length >= 100 && length <= LONGEST_WAIT, {
    error: 'expected 100ms to 1h: so long is the answer to a statement waited for',
  }).default(seconds(30)),
  WINDROW_TICK: Duration.default(seconds(2)),
  WINDROW_RETENTION: z.union([z.literal('off'), Duration]).default(hours(30 * 24)),
  WINDROW_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  WINDROW_DASHBOARD_HOST: z.string().default('127.0.0.1'),
  WINDROW_DASHBOARD_PORT: Count(0, 65_535).default(7420),
  WINDROW_DASHBOARD_USER: z.string().optional(),
  WINDROW_DASHBOARD_PASSWORD: z
    .string()
    .min(12, 'expected at least 12 characters')
    .transform((text) => new Secret(text))
    .optional(),
  WINDROW_DASHBOARD_URL: z
    .string()
    .refine(isPublicUrl, { error: 'expected an address such as https://windrow.example.com, without a path' })
    .optional(),
  WINDROW_SESSION_IDLE: Duration.default(hours(8)),
  WINDROW_SESSION_LIFETIME: Duration.default(hours(7 * 24)),
  ...OidcFields.shape,
});

/** Sessions must not pass a network in clear; to itself this machine may speak so. */
function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search } = new URL(text);
  const isLocal = protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  return (protocol === 'https:' || isLocal) && pathname === '/' && search === '';
}

const NAMES: ReadonlySet<string> = new Set(Object.keys(Fields.shape));

const Variables: z.ZodType<Settings> = Fields.superRefine((fields, context) => {
  for (const name of missingOidc(fields))
    context.addIssue({
      code: 'custom',
      path: [name],
      message: 'is missing, and the other settings of the identity provider need it',
    });
}).transform((fields) => ({
  home: fields.WINDROW_HOME,
  databaseUrl: fields.DATABASE_URL,
  redisUrl: fields.REDIS_URL,
  queuePrefix: fields.WINDROW_QUEUE_PREFIX,
  concurrency: fields.WINDROW_CONCURRENCY,
  leaseMs: fields.WINDROW_LEASE,
  answerMs: fields.WINDROW_DATABASE_TIMEOUT,
  tickMs: fields.WINDROW_TICK,
  retention: fields.WINDROW_RETENTION,
  logLevel: fields.WINDROW_LOG_LEVEL,
  dashboard: {
    host: fields.WINDROW_DASHBOARD_HOST,
    port: fields.WINDROW_DASHBOARD_PORT,
    user: fields.WINDROW_DASHBOARD_USER,
    password: fields.WINDROW_DASHBOARD_PASSWORD,
    url: fields.WINDROW_DASHBOARD_URL,
    idle: fields.WINDROW_SESSION_IDLE,
    lifetime: fields.WINDROW_SESSION_LIFETIME,
    oidc: oidcSettings(fields),
  },
}));
