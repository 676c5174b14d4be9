import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openEmbeddedPostgres } from '#framework/operate';

import { eventually } from '../support/engine.ts';
import { type LiveProgram, startProgram } from '../support/live-program.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'windrow-stop-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

function demo(): LiveProgram {
  const words = ['--exit', '--home', home, '--windows', '40', '--rows', '300', '--objects', '6'];
  return startProgram('sandbox/demo/main.ts', words, { WINDROW_DASHBOARD_PORT: '0' });
}

const postgresRuns = (): boolean => existsSync(join(home, 'postgres', 'data', 'postmaster.pid'));

/** Lets the server stand still, so that it cannot be closed before the next signal comes. */
async function stopPostgres(): Promise<() => void> {
  const [pid] = (await readFile(join(home, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGSTOP');
  return () => void process.kill(Number(pid), 'SIGCONT');
}

describe('a demo that loads', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('closes everything at the first %s and ends with %i', async (signal, code) => {
    const program = demo();
    await program.hears('/42 windows');
    expect(postgresRuns()).toBe(true);
    expect(await program.end(signal)).toEqual([code, null]);
    expect(program.said()).toContain('Stopping: everything is closed in order. The next signal ends the demo at once');
    expect(program.said()).not.toContain('    at ');
    expect(postgresRuns()).toBe(false);
    expect(await readdir(home)).not.toContain('demo-environment.json');
    expect(await readdir(join(home, 'sandbox'))).not.toContain('in-use.json');
  });

  it('closes what it has opened so far when it is stopped before it loads', async () => {
    const program = demo();
    await eventually('the beginning', async () => existsSync(join(home, 'demo.json')) || undefined);
    expect(await program.end('SIGINT')).toEqual([130, null]);
    expect(postgresRuns()).toBe(false);
  });

  it('ends at once at the second signal', async () => {
    const program = demo();
    await program.hears('/42 windows');
    const goOn = await stopPostgres();
    try {
      const ended = program.end('SIGTERM');
      await program.hears('Stopping');
      await program.end('SIGINT');
      expect(await ended).toEqual([130, null]);
    } finally {
      goOn();
    }
    await (await openEmbeddedPostgres({ directory: join(home, 'postgres') })).close();
    expect(postgresRuns()).toBe(false);
  });
});
