import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

import { type Closable, type Reading, closeAll } from '#framework';
import { dynamoDbConnection } from '#tasks/dynamodb';
import { eventBridgeConnection } from '#tasks/eventbridge';
import { redshiftConnection } from '#tasks/redshift';
import { s3Connection } from '#tasks/s3';
import { readSecretsSettings } from '#tasks/secrets-manager';
import { snsConnection } from '#tasks/sns';
import { vaultConnection } from '#tasks/veeva';
import { type Sandbox, type SandboxOptions, startSandbox } from '#sandbox';

let directory = '';
let opened: Closable[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'windrow-sandbox-'));
  opened = [];
});
afterEach(async () => {
  await closeAll(opened);
  await rm(directory, { recursive: true });
});

async function start(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ directory, databaseUrl: inject('postgresUrl'), ...options });
  opened.push(sandbox);
  return sandbox;
}

function problemsOf(reading: Reading<unknown>): readonly string[] {
  return reading.kind === 'read' ? [] : reading.problems;
}

describe('the sandbox', () => {
  it('prints an environment that every connection of the product reads without a complaint', async () => {
    const { environment } = await start();
    const sources = { environment, readFile: () => undefined };
    const connections = [
      vaultConnection,
      s3Connection,
      redshiftConnection,
      dynamoDbConnection,
      snsConnection,
      eventBridgeConnection,
      { read: readSecretsSettings },
    ];
    const problems = connections.flatMap(({ read }) => problemsOf(read(sources)));
    expect(problems).toEqual([]);
  });

  it('starts only what it is asked for, and names nothing else', async () => {
    const sandbox = await start({
      without: ['vault', 'redshift', 'dynamodb', 'sns', 'secrets-manager', 'eventbridge'],
    });
    expect(Object.keys(sandbox.environment).toSorted()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_EC2_METADATA_DISABLED',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'S3_BUCKET',
      'S3_ENDPOINT',
    ]);
  });

  it('refuses Redshift without the S3 that it reads from', async () => {
    await expect(start({ without: ['s3'] })).rejects.toMatchObject({ code: 'E_SANDBOX_CHOICE' });
  });

  it('serves the same Vault after a restart, and refuses another one', async () => {
    const without = ['s3', 'redshift', 'dynamodb', 'sns', 'secrets-manager', 'eventbridge'] as const;
    const first = await start({ without, vault: { seed: 7, rows: 500 } });
    await first.close();
    const second = await start({ without, vault: { seed: 7 } });
    expect(second.vault?.enabledAt.toString()).toBe(first.vault?.enabledAt.toString());
    await second.close();
    await expect(start({ without, vault: { seed: 8 } })).rejects.toMatchObject({ code: 'E_SANDBOX_OTHER_VAULT' });
  });
});
