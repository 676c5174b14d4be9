import { randomUUID } from 'node:crypto';

import { Faults } from '../aws/faults.ts';
import { listen } from '../aws/http-server.ts';
import { type AwsStandIn, type AwsStandInOptions, standInClock, standInScope } from '../aws/stand-in.ts';
import { handle } from './server.ts';
import { SecretBook } from './secret-book.ts';

export const SECRETS_FAULTS = [
  /** 400 ThrottlingException before anything is done. */
  'throttled',
  /** 500 InternalServiceError before anything is done. */
  'internal_error',
] as const;
export type SecretsFaultKind = (typeof SECRETS_FAULTS)[number];

export interface SecretsManagerOptions extends AwsStandInOptions {
  /** Secrets that shall exist, text by name; one that is there already keeps its value. */
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface SecretsManagerSandbox extends AwsStandIn {
  readonly faults: Faults<SecretsFaultKind>;
  readonly secretArn: (name: string) => string;
}

/** Starts a stand-in for AWS Secrets Manager on 127.0.0.1. */
export async function startSecretsManager(options: SecretsManagerOptions): Promise<SecretsManagerSandbox> {
  const scope = standInScope(options, 'secretsmanager');
  const faults = new Faults(SECRETS_FAULTS);
  const book = new SecretBook({
    directory: options.directory,
    region: scope.region,
    clock: standInClock(options),
    newId: randomUUID,
  });
  for (const [name, text] of Object.entries(options.secrets ?? {})) book.ensure(name, text);
  const service = { scope, faults, book, clock: standInClock(options) };
  const server = await listen((request, response) => void handle(service, request, response), options.port ?? 0);
  return { ...scope, endpoint: server.endpoint, faults, secretArn: (name) => book.arnOf(name), close: server.close };
}
