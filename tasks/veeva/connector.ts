import type { Closable, Connection } from '#framework';

import { type VaultSettings, readVaultSettings } from './config.ts';
import { type VaultClient, openVaultClient } from './client.ts';

export interface VaultOpened extends Closable {
  readonly settings: VaultSettings;
  readonly client: VaultClient;
}

/** A Veeva Vault by name; logs in at the first call, not when opened. */
export const vaultConnection: Connection<VaultSettings, VaultOpened> = {
  name: 'vault',
  read: readVaultSettings,
  open: async (settings, { secrets, log }) => {
    const client = openVaultClient(settings, { password: await secrets(settings.password), log });
    return { settings, client, close: client.close };
  },
};
