import { z } from 'zod';

import { type Reading, type SettingSources, firstSet, readSettings } from '#framework';
import { awsEndpoint } from '#tasks/aws';

export interface SecretsSettings {
  /** Where a compatible server or a stand-in listens; absent for AWS itself. */
  readonly endpoint: string | undefined;
}

/** Reads the environment, and reports every mistake at once. */
export function readSecretsSettings({ environment }: SettingSources): Reading<SecretsSettings> {
  return readSettings<SecretsSettings>(
    Settings,
    { endpoint: firstSet(environment['SECRETS_MANAGER_ENDPOINT']) },
    { endpoint: 'SECRETS_MANAGER_ENDPOINT' },
  );
}

const Settings = z.strictObject({
  endpoint: awsEndpoint(9922),
});
