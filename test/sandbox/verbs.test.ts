import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PROGRAM = `
  import { Command } from 'commander';
  import { addVerbs } from '#sandbox';
  const program = new Command('windrow');
  addVerbs(program);
  await program.parseAsync(['node', 'windrow', ...process.argv.slice(1)]);
`;

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'windrow-verbs-'));
});
afterEach(() => rm(directory, { recursive: true }));

function windrow(...words: readonly string[]): ChildProcess {
  const flags = ['--input-type=module', '--eval', PROGRAM, '--', ...words];
  return spawn(process.execPath, flags, {
    cwd: resolve(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function firstOutput(child: ChildProcess): Promise<string> {
  const [chunk]: unknown[] = await once(child.stdout ?? child, 'data');
  return String(chunk);
}

describe('windrow sandbox up', () => {
  it('prints the environment, runs until it is interrupted, and ends in order', async () => {
    const child = windrow(
      'sandbox',
      'up',
      '--directory',
      directory,
      '--without',
      'vault,s3,redshift,secrets-manager',
      '--json',
    );
    const { environment } = JSON.parse(await firstOutput(child));
    expect(Object.keys(environment)).toContain('DYNAMODB_ENDPOINT');
    expect((await fetch(environment.SNS_ENDPOINT, { method: 'POST' })).status).toBe(403);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('refuses a service that it does not know', async () => {
    const child = windrow('sandbox', 'up', '--directory', directory, '--without', 'kafka');
    const [chunk]: unknown[] = await once(child.stderr ?? child, 'data');
    expect(String(chunk)).toContain(
      '"kafka" is no service. Expected vault, s3, redshift, dynamodb, sns, secrets-manager, eventbridge.',
    );
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(1);
  });
});
