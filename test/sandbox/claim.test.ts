import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startSandbox } from '#sandbox';

import { CLAIM_FILE, claimDirectory, findHolder } from '../../sandbox/claim.ts';
import { runProgram } from '../support/program.ts';
import { startProgram } from '../support/live-program.ts';

const MAIN = 'framework/cli/main.ts';
const WITHOUT = ['vault', 's3', 'redshift', 'secrets-manager', 'eventbridge'] as const;

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'windrow-claim-'));
});
afterEach(() => rm(directory, { recursive: true }));

const up = ['sandbox', 'up', '--without', WITHOUT.join(',')];

describe('the stand-ins of a directory', () => {
  it('are started by one process at a time, which is named, and by the next one after it was killed', async () => {
    const first = startProgram(MAIN, [...up, '--directory', directory]);
    await first.hears('until Ctrl-C');
    const second = await runProgram(MAIN, [...up, '--directory', directory]);
    expect(second).toMatchObject({ code: 5, out: '' });
    expect(second.err).toContain(`in ${directory} are in use by process ${first.pid}`);
    expect(second.err).not.toContain('    at ');
    await expect(startSandbox({ directory, without: WITHOUT })).rejects.toMatchObject({
      code: 'E_SANDBOX_IN_USE',
      message: expect.stringMatching(/--home .*--directory/),
    });

    expect(await first.end('SIGKILL')).toEqual([null, 'SIGKILL']);
    expect(findHolder(directory)).toBeUndefined();
    await (await startSandbox({ directory, without: WITHOUT })).close();
    expect(await readdir(directory)).not.toContain(CLAIM_FILE);
  });

  it('are free again where a start failed', async () => {
    await writeFile(join(directory, 'vault.json'), '{}');
    const vaultOnly = ['s3', 'redshift', 'dynamodb', 'sns', 'secrets-manager', 'eventbridge'] as const;
    await expect(startSandbox({ directory, without: vaultOnly })).rejects.toThrow('expected number');
    await claimDirectory(directory).close();
  });

  it('are not held by a later process that got the pid of the one that was killed', async () => {
    const dead = { pid: process.pid, born: 'long ago', token: 'a' };
    await writeFile(join(directory, CLAIM_FILE), JSON.stringify(dead));
    const claim = claimDirectory(directory);
    expect(findHolder(directory)).toEqual(claim.holder);
    expect(() => claimDirectory(directory)).toThrow(`process ${process.pid}`);
    await claim.close();
  });

  it('are not held by a claim that nobody can read', async () => {
    await writeFile(join(directory, CLAIM_FILE), '{');
    await claimDirectory(directory).close();
    expect(await readdir(directory)).toEqual([]);
  });
});
