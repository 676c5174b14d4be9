import { type Clock, ConfigFailure, type Millis, type Temporal, hours, minutes, systemClock } from '#framework';
import type { Content } from './model/content/content-switch.ts';
import type { Fault } from './faults/fault.ts';

export interface VaultOptions {
  readonly seed: number;
  /** Vault objects; at least 2. */
  readonly objects: number;
  /** Rows of all tables together in the first Full, roughly. */
  readonly rows: number;
  readonly changesPerWindow: number;
  /** Rows of each audit log of a day. */
  readonly logRows: number;
  /** Columns and objects come, go and widen in some windows. */
  readonly schemaChanges: boolean;
  /** Number columns hold whole numbers of 38 digits instead of decimals that fit 20 digits before and 18 after the point. */
  readonly wideIntegers: boolean;
  readonly multiValueSeparator: ',' | ';';
  readonly content: Content;
  /** The stop time of the first Full, on a quarter of an hour. Default: the last midnight of the Vault. */
  readonly enabledAt: Temporal.Instant;
  readonly clock: Clock;
  /** Time by which sessions end; apart from `clock`, so that accelerated time does not end them. */
  readonly sessionClock: Clock;
  readonly sessionIdle: Millis;
  /** Calls of `/auth` in a minute. */
  readonly loginsPerMinute: number;
  /** Wrong passwords in a row that lock the user out, until somebody unlocks it. */
  readonly lockAfter: number;
  /** The zone whose midnights end Fulls and logs. */
  readonly zone: string;
  /** A Full at every midnight, besides the first one. */
  readonly dailyFulls: boolean;
  /** What the first Full is instead of the Vault's own rows: one with more rows than memory holds. `truth` knows nothing of it. */
  readonly firstFull: { readonly path: string; readonly records: number } | undefined;
  /** Largest size of a part. */
  readonly partBytes: number;
  /** How long after its stop time a file is listed. */
  readonly incrementalDelay: Millis;
  readonly dailyDelay: Millis;
  /** How long a file stays listed. The newest Full always is. */
  readonly incrementalRetention: Millis;
  readonly dailyRetention: Millis;
  /** `contained`: windows inside [start_time, stop_time]; `overlap`: windows that touch it. */
  readonly listFilter: 'contained' | 'overlap';
  readonly port: number;
  readonly vaultId: number;
  readonly username: string;
  readonly password: string;
  readonly faults: readonly Fault[];
}

/** @throws ConfigFailure `E_SANDBOX_VAULT_OPTIONS` */
export function vaultOptions(given: Partial<VaultOptions>): VaultOptions {
  const clock = given.clock ?? systemClock;
  const zone = given.zone ?? 'America/Los_Angeles';
  const options = { ...DEFAULTS, clock, zone, enabledAt: lastMidnight(clock.now(), zone), ...given };
  if (options.enabledAt.epochMilliseconds % minutes(15) === 0) return options;
  throw new ConfigFailure(
    'E_SANDBOX_VAULT_OPTIONS',
    `The Vault stand-in cannot be enabled at ${options.enabledAt.toString()}. Give a whole quarter of an hour, such as 2026-01-20T08:00Z.`,
  );
}

/** The last moment at or before `now` at which a day begins in the zone. */
export function lastMidnight(now: Temporal.Instant, zone: string): Temporal.Instant {
  return now.toZonedDateTimeISO(zone).startOfDay().toInstant();
}

const DEFAULTS = {
  seed: 1,
  objects: 12,
  rows: 2000,
  changesPerWindow: 60,
  logRows: 40,
  schemaChanges: true,
  wideIntegers: false,
  multiValueSeparator: ',',
  content: [],
  sessionClock: systemClock,
  sessionIdle: minutes(20),
  loginsPerMinute: 20,
  lockAfter: 5,
  dailyFulls: false,
  firstFull: undefined,
  partBytes: 1_073_741_824,
  incrementalDelay: minutes(15),
  dailyDelay: hours(1),
  incrementalRetention: hours(240),
  dailyRetention: hours(48),
  listFilter: 'contained',
  port: 0,
  vaultId: 143_462,
  username: 'integration@acme.com',
  password: 'correct horse battery staple',
  faults: [],
} as const;
