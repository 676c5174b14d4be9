import type { Closable, Connection } from '#framework';

import { type VaultSettings, readVaultSettings } from './config.ts';
import { type DocumentClient, type VaultClient, openVaultClient } from './client.ts';

export interface VaultOpened extends Closable {
  readonly settings: VaultSettings;
  readonly client: VaultClient & DocumentClient;
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
