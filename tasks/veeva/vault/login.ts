import { z } from 'zod';

import { ConfigFailure } from '#framework';

import type { Session } from './session.ts';

/** The Vault that the operator configured. */
export interface ConfiguredVault {
  readonly host: string;
  readonly vaultId: number | undefined;
}

const LoginReply = z.object({
  sessionId: z.string().min(1),
  vaultId: z.number().int(),
  vaultIds: z
    .array(z.object({ id: z.number().int(), name: z.string().optional(), url: z.string().optional() }))
    .default([]),
});

/**
 * Reads the answer of a login. Vault answers SUCCESS with a session for *another* Vault when the user may not enter the
 * one asked for, so both the id and the host are compared.
 * @throws ConfigFailure `E_VAULT_WRONG_VAULT` or `E_VAULT_LOGIN_UNREADABLE`
 */
export function readLogin(body: unknown, configured: ConfiguredVault): Session {
  const parsed = LoginReply.safeParse(body);
  if (!parsed.success) {
    throw new ConfigFailure(
      'E_VAULT_LOGIN_UNREADABLE',
      `${configured.host} answered a login in a form that is not Vault's. Check VAULT_URL or VAULT_DNS.`,
      {
        cause: parsed.error,
      },
    );
  }
  const { sessionId, vaultId, vaultIds } = parsed.data;
  const url = vaultIds.find(({ id }) => id === vaultId)?.url;
  const host = url === undefined || !URL.canParse(url) ? undefined : new URL(url).host;
  const sameId = configured.vaultId === undefined || configured.vaultId === vaultId;
  if (sameId && host === configured.host) return { id: sessionId, vaultId };
  throw new ConfigFailure(
    'E_VAULT_WRONG_VAULT',
    `The login gave a session for Vault ${vaultId} (${host ?? 'host unknown'}), but configured is ` +
      `${configured.vaultId === undefined ? 'a Vault' : `Vault ${configured.vaultId}`} at ${configured.host}. ` +
      `Vault does this when the user may not enter the Vault asked for: give the user access there, or correct VAULT_DNS and VAULT_ID.`,
    {
      details: {
        foundVaultId: vaultId,
        foundHost: host ?? null,
        expectedVaultId: configured.vaultId ?? null,
        expectedHost: configured.host,
      },
    },
  );
}
