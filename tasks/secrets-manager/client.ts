import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { type Closable, ConfigFailure } from '#framework';
import { type FixedAccess, awsClient } from '#tasks/aws';

import type { SecretsSettings } from './config.ts';
import { failureOf } from './errors.ts';

/** The one call that Windrow uses. */
export interface SecretStore extends Closable {
  readonly read: (secret: { readonly arn: string; readonly region: string }) => Promise<string>;
}

/**
 * One client for each region that an ARN names, made when it is first needed.
 * @param access the SDK's default chain when absent
 */
export function secretStore(settings: SecretsSettings, access?: FixedAccess): SecretStore {
  const clients = new Map<string, SecretsManagerClient>();
  const clientOf = (region: string): SecretsManagerClient => {
    const client =
      clients.get(region) ?? new SecretsManagerClient(awsClient({ region, endpoint: settings.endpoint }, access));
    clients.set(region, client);
    return client;
  };
  return {
    read: ({ arn, region }) => read(clientOf(region), arn),
    close: async () => {
      for (const client of clients.values()) client.destroy();
      clients.clear();
    },
  };
}

async function read(client: SecretsManagerClient, arn: string): Promise<string> {
  const answer = await client.send(new GetSecretValueCommand({ SecretId: arn })).catch((error: unknown) => {
    throw failureOf(error instanceof Error ? error : new Error(String(error)), arn, error);
  });
  if (answer.SecretString !== undefined) return answer.SecretString;
  throw new ConfigFailure('E_SECRET_BINARY', `The secret ${arn} holds bytes; expected text. Store it as SecretString.`);
}
