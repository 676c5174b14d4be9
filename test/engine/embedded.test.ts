import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { openEmbeddedPostgres } from '#framework/operate';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

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
