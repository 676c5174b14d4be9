import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';

import { afterEach, describe, expect, it } from 'vitest';

import { ConfigFailure, Secret, Temporal, acceleratedClock, milliseconds, seconds, silentLog } from '#framework';

import { type VaultSandbox, startVault } from '../../sandbox/vault/index.ts';
import type { VaultSettings } from '../../tasks/veeva/config.ts';
import type { ListedFile } from '../../tasks/veeva/files/file-list.ts';
import { type VaultClient, openVaultClient } from '../../tasks/veeva/client.ts';
import { partAddress } from '../../tasks/veeva/vault/part-address.ts';
import { failureOf, failureOfAsync } from '../support/failure-of.ts';

const enabledAt = Temporal.Instant.from('2026-01-20T08:00Z');
const now = Temporal.Instant.from('2026-01-20T09:32Z');
const { signal } = new AbortController();
const INCREMENTALS = { kind: 'incremental', from: enabledAt, to: undefined } as const;

const opened: { readonly close: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const item of opened.splice(0).toReversed()) await item.close();
});

async function vault(options: Parameters<typeof startVault>[0] = {}): Promise<VaultSandbox> {
  const sandbox = await startVault({
    enabledAt,
    clock: acceleratedClock(now, 1),
    rows: 200,
    changesPerWindow: 10,
    ...options,
  });
  opened.push(sandbox);
  return sandbox;
}

function settingsFor(sandbox: Pick<VaultSandbox, 'url' | 'host' | 'username' | 'password'>): VaultSettings {
  return {
    url: sandbox.url,
    host: sandbox.host,
    vaultId: undefined,
    username: sandbox.username,
    password: { kind: 'plain', secret: new Secret(sandbox.password) },
    apiVersion: 'v25.2',
    clientId: 'windrow',
    downloadHosts: [],
    timeout: seconds(60),
    idleTimeout: seconds(60),
    extractKind: 'incremental',
    stageFormat: 'parquet',
    archiveFolder: 'direct-data',
    transferDirectory: '/nowhere',
    unpackedLimit: 1e9,
    onLongText: 'fail',
    onMissingColumn: 'fail',
    badRows: { rows: 'fail', characters: 'fail', mostRows: 0 },
    startTime: undefined,
    documentContent: 'none',
  };
}

function connect(
  sandbox: VaultSandbox,
  changes: Partial<VaultSettings> = {},
  password = sandbox.password,
): VaultClient {
  const retry = { retries: 2, firstDelay: milliseconds(1) };
  const client = openVaultClient(
    { ...settingsFor(sandbox), ...changes },
    { password: new Secret(password), log: silentLog, retry },
  );
  opened.push(client);
  return client;
}

async function listFiles(client: VaultClient): Promise<ListedFile[]> {
  const listing = await client.list(INCREMENTALS, { signal });
  return listing.kind === 'listed' ? listing.items.filter((item) => item.kind === 'file') : [];
}

async function firstPart(client: VaultClient) {
  const [part] = (await listFiles(client)).flatMap(({ parts }) => parts);
  if (part === undefined) throw new Error('The Vault lists no file.');
  return part;
}

describe('the Vault client', () => {
  it('lists files and fetches the bytes of a part', async () => {
    const client = connect(await vault());
    const part = await firstPart(client);
    expect((await buffer(await client.openPart(part, { signal }))).length).toBe(part.bytes);
  });

  it('logs in once for callers that come together', async () => {
    const sandbox = await vault({ faults: [{ kind: 'other_vault', vaultId: 1, host: 'x', times: 2 }] });
    const client = connect(sandbox);
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => client.list(INCREMENTALS, { signal })));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    // Three callers used up one of the two wrong logins.
    expect(sandbox.faults.list()).toHaveLength(1);
  });

  it('logs in again once when Vault ends the session, and goes on', async () => {
    const sandbox = await vault();
    const client = connect(sandbox);
    const part = await firstPart(client);
    sandbox.faults.add({ kind: 'session_expired', endpoint: 'download', times: 1 });
    expect((await buffer(await client.openPart(part, { signal }))).length).toBe(part.bytes);
  });

  it('gives up when the new session is refused as well', async () => {
    const sandbox = await vault();
    const client = connect(sandbox);
    const part = await firstPart(client);
    sandbox.faults.add({ kind: 'session_expired', endpoint: 'download' });
    expect(await failureOfAsync(() => client.openPart(part, { signal }))).toMatchObject({
      code: 'E_VAULT_SESSION_EXPIRED',
      reaction: 'retry',
    });
  });

  it('refuses a wrong password without naming it', async () => {
    const sandbox = await vault();
    const failure = await failureOfAsync(() => connect(sandbox, {}, 'wrong horse').list(INCREMENTALS, { signal }));
    expect(failure).toBeInstanceOf(ConfigFailure);
    expect(failure.code).toBe('E_VAULT_LOGIN_REFUSED');
    expect(JSON.stringify([failure.message, failure.details])).not.toContain('wrong horse');
  });

  it('refuses a session for another Vault and names both', async () => {
    const sandbox = await vault({ faults: [{ kind: 'other_vault', vaultId: 9999, host: 'other.veevavault.com' }] });
    const failure = await failureOfAsync(() => connect(sandbox).list(INCREMENTALS, { signal }));
    expect(failure.code).toBe('E_VAULT_WRONG_VAULT');
    expect(failure.message).toContain('other.veevavault.com');
    expect(failure.message).toContain(sandbox.host);
  });

  it('refuses the right host with another id than configured', async () => {
    const sandbox = await vault();
    const failure = await failureOfAsync(() => connect(sandbox, { vaultId: 7 }).list(INCREMENTALS, { signal }));
    expect(failure.message).toContain(`Vault ${sandbox.vaultId}`);
    expect(failure.message).toContain('Vault 7');
  });

  it.each([
    [{ kind: 'status', endpoint: 'list', status: 503, times: 2 }],
    [{ kind: 'reset', endpoint: 'list', times: 2 }],
    [{ kind: 'failure', endpoint: 'list', type: 'UNEXPECTED_ERROR', status: 'EXCEPTION', times: 2 }],
    [{ kind: 'status', endpoint: 'auth', status: 502, times: 2 }],
    [{ kind: 'delay', endpoint: 'list', ms: 50, times: 1 }],
  ] as const)('lives through %j', async (fault) => {
    const client = connect(await vault({ faults: [fault] }));
    expect((await listFiles(client)).length).toBeGreaterThan(0);
  });

  it.each([
    [{ kind: 'status', endpoint: 'list', status: 503 }, 'E_VAULT_UNAVAILABLE', 'retry'],
    [{ kind: 'reset', endpoint: 'list' }, 'E_VAULT_UNREACHABLE', 'retry'],
    [{ kind: 'failure', endpoint: 'list', type: 'API_LIMIT_EXCEEDED' }, 'E_VAULT_BUSY', 'retry'],
    [{ kind: 'failure', endpoint: 'list', type: 'INSUFFICIENT_ACCESS' }, 'E_VAULT_PERMISSION', 'fail'],
    [{ kind: 'failure', endpoint: 'auth', type: 'USER_LOCKED_OUT' }, 'E_VAULT_LOGIN_REFUSED', 'fail'],
    [{ kind: 'status', endpoint: 'list', status: 404 }, 'E_VAULT_HTTP_REFUSED', 'fail'],
  ] as const)('reports %j as %s', async (fault, code, reaction) => {
    const client = connect(await vault({ faults: [fault] }));
    expect(await failureOfAsync(() => client.list(INCREMENTALS, { signal }))).toMatchObject({ code, reaction });
  });

  it('tells JSON that reports a failure from the bytes of a part', async () => {
    const sandbox = await vault();
    const client = connect(sandbox);
    const part = await firstPart(client);
    sandbox.faults.add({ kind: 'failure', endpoint: 'download', type: 'INVALID_DATA' });
    const failure = await failureOfAsync(() => client.openPart(part, { signal }));
    expect(failure).toMatchObject({ code: 'E_VAULT_REQUEST_REFUSED', reaction: 'fail' });
    expect(failure.message).toContain(part.name);
  });

  it('tells a silent Vault from a slow one', async () => {
    const sandbox = await vault({ faults: [{ kind: 'delay', endpoint: 'list', ms: 60_000 }] });
    const client = connect(sandbox, { timeout: milliseconds(50) });
    expect(await failureOfAsync(() => client.list(INCREMENTALS, { signal }))).toMatchObject({
      code: 'E_VAULT_TIMEOUT',
      reaction: 'retry',
    });
  });

  it.each(['failure', 'empty'] as const)('says that there is no Direct Data yet (%s)', async (form) => {
    const client = connect(await vault({ faults: [{ kind: 'no_data_yet', form }] }));
    const listing = await client.list(INCREMENTALS, { signal });
    expect(listing).toMatchObject(form === 'failure' ? { kind: 'none_yet' } : { kind: 'listed', items: [] });
  });

  it('stops at once when it is told to', async () => {
    const client = connect(await vault({ faults: [{ kind: 'delay', endpoint: 'list', ms: 60_000 }] }));
    const stop = new AbortController();
    const listing = client.list(INCREMENTALS, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(listing).rejects.toThrow('enough');
  });

  it('names itself and the window, and sends the session as it is', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers);
      const host = request.headers.host ?? '';
      const login = { sessionId: 'S1', vaultId: 5, vaultIds: [{ id: 5, url: `http://${host}/api` }] };
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ responseStatus: 'SUCCESS', data: [], ...login }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    opened.push({
      close: async () => {
        server.closeAllConnections();
        await once(server.close(), 'close');
      },
    });
    const client = openVaultClient(settingsFor({ url: `http://${host}`, host, username: 'u', password: 'p' }), {
      password: new Secret('p'),
      log: silentLog,
    });
    opened.push(client);
    await client.list(INCREMENTALS, { signal, reference: 'veeva_incremental-42' });
    expect(seen.map((headers) => headers['x-vaultapi-clientid'])).toEqual(['windrow', 'windrow']);
    expect(seen[0]?.authorization).toBeUndefined();
    expect(seen[1]).toMatchObject({ authorization: 'S1', 'x-vaultapi-referenceid': 'veeva_incremental-42' });
  });
});

describe('the address of a part', () => {
  const rules = {
    url: 'https://acme.veevavault.com',
    host: 'acme.veevavault.com',
    apiVersion: 'v25.2',
    downloadHosts: ['files.veeva.com'],
  };
  const part = { name: '1-20260120-1330-N.001', filename: 'x', number: 1, bytes: 1, md5: undefined, url: undefined };

  it('is the documented path where Vault gives no other', () => {
    expect(partAddress(part, rules).href).toBe(
      'https://acme.veevavault.com/api/v25.2/services/directdata/files/1-20260120-1330-N.001',
    );
  });

  it.each(['https://acme.veevavault.com/private/x.001', 'https://files.veeva.com/x', 'https://eu.files.veeva.com/x'])(
    'follows %s',
    (url) => {
      expect(partAddress({ ...part, url }, rules).href).toBe(url);
    },
  );

  it.each([
    'https://evil.com/x',
    'https://acme.veevavault.com.evil.com/x',
    'https://sub.acme.veevavault.com/x',
    'https://evilfiles.veeva.com/x',
    'http://acme.veevavault.com/x',
    'https://acme.veevavault.com@evil.com/x',
    'https://user:pw@acme.veevavault.com/x',
    '-F.002',
    'file:///etc/passwd',
  ])('never sends the session to %s', (url) => {
    expect(failureOf(() => partAddress({ ...part, url }, rules)).code).toBe('E_VAULT_FOREIGN_URL');
  });
});
