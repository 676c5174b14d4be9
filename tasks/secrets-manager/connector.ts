import type { OpenedSecrets, SecretStore } from '#framework';
import type { FixedAccess } from '#tasks/aws';

import { secretStore } from './client.ts';
import { type SecretsSettings, readSecretsSettings } from './config.ts';
import { readReference, secretOf } from './stored-reference.ts';

/** For `secrets` in defineProject. */
export const storedSecrets: SecretStore = {
  name: 'secrets_manager',
  open: (sources) => {
    const reading = readSecretsSettings(sources);
    return reading.kind === 'read' ? { kind: 'read', settings: openSecrets(reading.settings) } : reading;
  },
};

/**
 * Resolves secret references: text passes through, ARNs are read from AWS Secrets Manager once for each opening.
 * @param access the SDK's default chain when absent
 */
export function openSecrets(settings: SecretsSettings, access?: FixedAccess): OpenedSecrets {
  const store = secretStore(settings, access);
  const read = new Map<string, Promise<string>>();
  const readOnce = (secret: { readonly arn: string; readonly region: string }): Promise<string> => {
    const known = read.get(secret.arn);
    if (known !== undefined) return known;
    const reading = store.read(secret);
    read.set(secret.arn, reading);
    // A failure is not kept: the next one who asks tries again.
    reading.catch(() => read.delete(secret.arn));
    return reading;
  };
  return {
    resolve: async (reference) => {
      if (reference.kind === 'plain') return reference.secret;
      const stored = readReference(reference.reference);
      return secretOf(await readOnce(stored), stored);
    },
    close: async () => {
      read.clear();
      await store.close();
    },
  };
}
