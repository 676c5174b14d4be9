import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Interface, createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import { afterEach, describe, expect, it } from 'vitest';

import { repositoryPath } from '../architecture/repository.ts';

/** The bootstrap and, below it in a process group of its own, test/bootstrap/listener.mjs. */
interface Started {
  readonly bootstrap: ChildProcessByStdio<null, Readable, null>;
  readonly lines: Interface;
  readonly said: string[];
  /** The program, too, has ended: nobody holds its standard output any more. */
  readonly silent: Promise<unknown>;
}

const started: Started[] = [];

afterEach(async () => {
  for (const { bootstrap, silent } of started.splice(0)) {
    bootstrap.kill('SIGKILL');
    await silent;
  }
});

describe('the bootstrap', () => {
  it('passes arguments and standard output on, and runs the program on Node 24', async () => {
    const { said } = await start('--name', 'two words');

    expect(said).toEqual(['ready ["--name","two words"] on Node 24']);
  });

  it('ends with the exit code of the program', async () => {
    const one = await start();
    one.bootstrap.kill('SIGTERM');

    expect(await endOf(one)).toEqual({ code: 7, signal: null });
    expect(one.said.slice(1)).toEqual(['SIGTERM']);
  });

  it('delivers one Ctrl-C once, although the terminal and npm both send it', async () => {
    const one = await start();
    process.kill(-pidOf(one), 'SIGINT');
    process.kill(pidOf(one), 'SIGINT');

    expect(await endOf(one)).toEqual({ code: 7, signal: null });
    expect(one.said.slice(1)).toEqual(['SIGINT']);
  });

  it('delivers a second Ctrl-C as a second one', async () => {
    const one = await start();
    process.kill(-pidOf(one), 'SIGINT');
    await once(one.lines, 'line');
    // A person is slower than the repetition that the bootstrap swallows.
    await new Promise((resolve) => setTimeout(resolve, 250));
    process.kill(-pidOf(one), 'SIGINT');
    await endOf(one);

    expect(one.said.slice(1)).toEqual(['SIGINT', 'SIGINT']);
  });

  it('dies of the signal that killed the program', async () => {
    const one = await start('die');

    expect(await endOf(one)).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('leaves no orphan: the program is asked to end when the bootstrap is killed outright', async () => {
    const one = await start();
    one.bootstrap.kill('SIGKILL');
    await one.silent;

    expect(one.said.slice(1)).toEqual(['SIGTERM']);
  });
});

const HAND_OVER = `
  const { handOver } = await import(process.argv[1]);
  await handOver('test/bootstrap/listener.mjs', process.argv.slice(2));
`;

async function start(...args: readonly string[]): Promise<Started> {
  const bootstrap = spawn(
    process.execPath,
    ['--input-type=module', '--eval', HAND_OVER, repositoryPath('bootstrap/hand-over.mjs'), ...args],
    { detached: true, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: bootstrap.stdout });
  const one: Started = { bootstrap, lines, said: [], silent: once(lines, 'close') };
  started.push(one);
  lines.on('line', (line) => one.said.push(line));
  await once(lines, 'line');
  return one;
}

/** Also all of what was said has come by then. */
async function endOf({
  bootstrap,
  silent,
}: Started): Promise<{ readonly code: number | null; readonly signal: string | null }> {
  if (bootstrap.exitCode === null && bootstrap.signalCode === null) await once(bootstrap, 'exit');
  await silent;
  return { code: bootstrap.exitCode, signal: bootstrap.signalCode };
}

function pidOf({ bootstrap }: Started): number {
  if (bootstrap.pid === undefined) throw new Error('The bootstrap was not started.');
  return bootstrap.pid;
}
