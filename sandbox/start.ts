import { join } from 'node:path';

import { type Clock, type Closable, ConfigFailure, closeAll, onlyGiven, systemClock } from '#framework';
import { openEmbeddedPostgres } from '#framework/operate';

import { type Claim, claimDirectory } from './claim.ts';
import { type DynamoDbSandbox, startDynamoDb } from './dynamodb/index.ts';
import { BUCKET, RULE, STATE_TABLE, TOPIC, environmentOf } from './environment.ts';
import { type EventBridgeSandbox, startEventBridge } from './eventbridge/index.ts';
import { type RedshiftOptions, type RedshiftSandbox, startRedshift } from './redshift/index.ts';
import { rememberedVault } from './remembered-vault.ts';
import { type S3Sandbox, startS3 } from './s3/index.ts';
import { type SecretsManagerSandbox, startSecretsManager } from './secrets-manager/index.ts';
import type { ServiceName } from './services.ts';
import { type SnsSandbox, startSns } from './sns/index.ts';
import { type VaultOptions, type VaultSandbox, startVault } from './vault/index.ts';

export interface SandboxOptions {
  /** Where all state lies; what is there from an earlier start is served again. */
  readonly directory: string;
  /** The PostgreSQL server behind Redshift; absent: an embedded one below `directory`. */
  readonly databaseUrl?: string;
  /** Name of Redshift's database on that server, for two sandboxes on one; absent: `dev`. */
  readonly redshiftDatabase?: string;
  /** Fixed ports; any free one for a service that is not named. */
  readonly ports?: Partial<Record<ServiceName, number>>;
  /** Stand-ins that shall not start, because the real service is used. */
  readonly without?: readonly ServiceName[];
  readonly vault?: Partial<VaultOptions>;
  /** The time that the Vault lives in; AWS signatures are always checked against the real one. */
  readonly clock?: Clock;
  /** Credentials that the AWS stand-ins accept; absent: their own, which `environment` then holds. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly region?: string;
  /** The claim of `directory` where the caller holds it already; the caller closes it. */
  readonly claim?: Claim;
}

/** The stand-ins that run. */
export interface Stands {
  readonly vault?: VaultSandbox;
  readonly s3?: S3Sandbox;
  readonly redshift?: RedshiftSandbox;
  readonly dynamodb?: DynamoDbSandbox;
  readonly sns?: SnsSandbox;
  readonly secretsManager?: SecretsManagerSandbox;
  readonly eventbridge?: EventBridgeSandbox;
}

export interface Sandbox extends Stands, Closable {
  /** The variables that lead the product's connections to the stand-ins. */
  readonly environment: Readonly<Record<string, string>>;
}

const OWN_KEYS = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox-secret' } as const;

/**
 * Starts every stand-in, or none when one of them cannot start.
 * @throws ConfigFailure `E_SANDBOX_IN_USE` where another process has started them in this directory
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { credentials, region = 'us-east-1' } = options;
  checkChoice(options.without ?? []);
  const opened: Closable[] = options.claim === undefined ? [claimDirectory(options.directory)] : [];
  try {
    const stands = await startStands(options, opened);
    const environment = environmentOf(stands, { region, keys: credentials === undefined ? OWN_KEYS : undefined });
    let closing: Promise<void> | undefined;
    return { ...stands, environment, close: () => (closing ??= closeAll(opened)) };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

function checkChoice(without: readonly ServiceName[]): void {
  if (!without.includes('s3') || without.includes('redshift')) return;
  throw new ConfigFailure(
    'E_SANDBOX_CHOICE',
    'The Redshift stand-in reads the stage from the S3 stand-in. Leave out redshift too: --without s3,redshift.',
  );
}

async function startStands(options: SandboxOptions, opened: Closable[]): Promise<Stands> {
  const { directory, ports = {}, without = [], clock = systemClock, region = 'us-east-1' } = options;
  const aws = (name: ServiceName) => ({
    directory: join(directory, name),
    port: ports[name] ?? 0,
    region,
    ...(options.credentials ?? OWN_KEYS),
  });
  const keep = async <T extends Closable>(name: ServiceName, start: () => Promise<T>): Promise<T | undefined> => {
    if (without.includes(name)) return undefined;
    const started = await start();
    opened.push(started);
    return started;
  };
  const vault = await keep('vault', () =>
    startVault({ ...rememberedVault(directory, options.vault ?? {}, clock), port: ports.vault ?? 0 }),
  );
  const s3 = await keep('s3', () => startS3({ ...aws('s3'), buckets: [BUCKET] }));
  const redshift =
    s3 === undefined
      ? undefined
      : await keep('redshift', async () => startRedshift(await redshiftOptions(options, s3, opened)));
  const dynamodb = await keep('dynamodb', () =>
    startDynamoDb({ ...aws('dynamodb'), tables: [{ name: STATE_TABLE, key: 'process_id' }] }),
  );
  const sns = await keep('sns', () => startSns({ ...aws('sns'), topics: [TOPIC] }));
  const secretsManager = await keep('secrets-manager', () =>
    startSecretsManager({ ...aws('secrets-manager'), secrets: secretsOf(vault) }),
  );
  const eventbridge = await keep('eventbridge', () =>
    startEventBridge({ ...aws('eventbridge'), rules: { [`default/${RULE}`]: { state: 'ENABLED', tags: {} } } }),
  );
  return present({ vault, s3, redshift, dynamodb, sns, secretsManager, eventbridge });
}

async function redshiftOptions(options: SandboxOptions, s3: S3Sandbox, opened: Closable[]): Promise<RedshiftOptions> {
  const { redshiftDatabase: database, ports = {} } = options;
  return {
    databaseUrl: await databaseUrl(options, opened),
    s3,
    port: ports.redshift ?? 0,
    ...(database === undefined ? {} : { database }),
  };
}

async function databaseUrl(options: SandboxOptions, opened: Closable[]): Promise<string> {
  if (options.databaseUrl !== undefined) return options.databaseUrl;
  const server = await openEmbeddedPostgres({ directory: join(options.directory, 'postgres') });
  opened.push(server);
  return server.url;
}

function secretsOf(vault: VaultSandbox | undefined): Readonly<Record<string, string>> {
  return vault === undefined
    ? {}
    : { 'windrow/vault': JSON.stringify({ username: vault.username, password: vault.password }) };
}

type Maybe<T> = { readonly [Key in keyof T]: T[Key] | undefined };

function present(stands: Maybe<Required<Stands>>): Stands {
  const { vault, s3, redshift, dynamodb, sns, secretsManager, eventbridge } = stands;
  return {
    ...onlyGiven({ vault, s3, redshift, dynamodb, sns, secretsManager, eventbridge }),
  };
}
