import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { type OpenedSecrets, Secret } from '#framework';
import { openSecrets, readSecretsSettings, storedSecrets } from '#tasks/secrets-manager';

import { type SecretsManagerSandbox, startSecretsManager } from '../../sandbox/secrets-manager/index.ts';

let directory = '';
let sandbox: SecretsManagerSandbox;
let opened: OpenedSecrets;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'windrow-secret-'));
  const secrets = { plain: 'open sesame', 'team/vault': '{"username":"u","password":"p w","pin":7}' };
  sandbox = await startSecretsManager({ directory, secrets });
  opened = openSecrets({ endpoint: sandbox.endpoint }, sandbox);
});
afterEach(() => sandbox.faults.clear());
afterAll(async () => {
  await opened.close();
  await sandbox.close();
  await rm(directory, { recursive: true });
});

const reveal = async (name: string, field = ''): Promise<string> =>
  (await opened.resolve({ kind: 'stored', reference: sandbox.secretArn(name) + field })).reveal();

describe('the secret resolver', () => {
  it('lets plain secrets pass', async () => {
    const secret = new Secret('text');
    expect(await opened.resolve({ kind: 'plain', secret })).toBe(secret);
  });

  it('reads a whole secret and a field of one, and shows neither', async () => {
    expect(await reveal('plain')).toBe('open sesame');
    expect(await reveal('team/vault', '#password')).toBe('p w');
    expect(await reveal('team/vault', '#pin')).toBe('7');
    expect(inspect(await opened.resolve({ kind: 'stored', reference: sandbox.secretArn('plain') }))).toBe('[secret]');
  });

  it('asks once for each secret while it is open, also when asked at once', async () => {
    const fresh = openSecrets({ endpoint: sandbox.endpoint }, sandbox);
    const reference = { kind: 'stored', reference: `${sandbox.secretArn('team/vault')}#password` } as const;
    await Promise.all([fresh.resolve(reference), fresh.resolve(reference)]);
    sandbox.faults.add({ kind: 'internal_error', count: 1 });
    await fresh.resolve(reference);
    expect(sandbox.faults.pending).toHaveLength(1);
    await fresh.close();
  });

  it('asks again after a failure', async () => {
    const fresh = openSecrets({ endpoint: sandbox.endpoint }, sandbox);
    const reference = { kind: 'stored', reference: sandbox.secretArn('plain') } as const;
    sandbox.faults.add({ kind: 'throttled', count: 5 });
    await expect(fresh.resolve(reference)).rejects.toMatchObject({ name: 'RemoteFailure', code: 'E_SECRET_THROTTLED' });
    expect((await fresh.resolve(reference)).reveal()).toBe('open sesame');
    await fresh.close();
  });

  it('names fields but never values when the field is missing', async () => {
    await expect(reveal('team/vault', '#pass')).rejects.toThrow(
      /no text in the field "pass": its fields are username, password, pin/,
    );
    await expect(reveal('plain', '#password')).rejects.toThrow(/it is not a JSON object/);
    await expect(reveal('plain', '#password')).rejects.not.toThrow(/sesame/);
  });

  it.each([
    [
      'a secret that does not exist',
      'arn:aws:secretsmanager:us-east-1:123456789012:secret:gone-abc123',
      'E_SECRET_MISSING',
    ],
    ['what is no ARN', 'vault-password', 'E_SECRET_REFERENCE'],
    ['an empty field', 'arn:aws:secretsmanager:us-east-1:123456789012:secret:gone-abc123#', 'E_SECRET_REFERENCE'],
  ])('tells the operator of %s', async (_case, reference, code) => {
    await expect(opened.resolve({ kind: 'stored', reference })).rejects.toMatchObject({ name: 'ConfigFailure', code });
  });

  it('is refused to whoever has the wrong secret key', async () => {
    const stranger = openSecrets({ endpoint: sandbox.endpoint }, { ...sandbox, secretAccessKey: 'wrong' });
    const reference = { kind: 'stored', reference: sandbox.secretArn('plain') } as const;
    await expect(stranger.resolve(reference)).rejects.toMatchObject({ code: 'E_SECRET_REFUSED' });
    await stranger.close();
  });

  it('takes its endpoint from the environment and refuses what is none', () => {
    const readFile = (): undefined => undefined;
    expect(readSecretsSettings({ environment: { SECRETS_MANAGER_ENDPOINT: '' }, readFile })).toEqual({
      kind: 'read',
      settings: { endpoint: undefined },
    });
    expect(storedSecrets.open({ environment: { SECRETS_MANAGER_ENDPOINT: 'here' }, readFile })).toMatchObject({
      kind: 'unreadable',
    });
  });
});
