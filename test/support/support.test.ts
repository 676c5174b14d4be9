import { createServer } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';

import pg from 'pg';
import { describe, expect, it } from 'vitest';

import { openBrowser } from './browser.ts';
import { freshDatabase } from './database.ts';
import { failOnLeaks, mustClose, noteWhatIsOpen } from './leaks.ts';
import { freshRedis } from './redis.ts';

describe('a fresh database', () => {
  it('is empty and apart from any other', async () => {
    const [first, second] = [await freshDatabase(), await freshDatabase()];
    await query(first, 'create table only_here (id int)');

    expect(await query(first, `select to_regclass('only_here')::text as name`)).toEqual([{ name: 'only_here' }]);
    expect(await query(second, `select to_regclass('only_here')::text as name`)).toEqual([{ name: null }]);
  });
});

describe('the Redis of the run', () => {
  it('answers, and gives each caller another prefix', async () => {
    const { url, prefix } = freshRedis();

    expect(await ping(url)).toBe('+PONG\r\n');
    expect(freshRedis().prefix).not.toBe(prefix);
  });
});

describe('the look for leaks', () => {
  it('names a registered thing that was not closed, and closes it', async () => {
    let isClosed = false;
    mustClose('the store', { close: async () => void (isClosed = true) });

    await expect(failOnLeaks()).rejects.toThrow('left open: the store');
    expect(isClosed).toBe(true);
  });

  it('is content with a registered thing that was closed', async () => {
    const store = mustClose('the store', { close: async () => {} });
    await store.close();

    await expect(failOnLeaks()).resolves.toBeUndefined();
  });

  it('sees a server that still listens', async () => {
    noteWhatIsOpen();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');

    await expect(failOnLeaks()).rejects.toThrow('TCPServerWrap');
    server.close();
    await once(server, 'close');
  });
});

describe('the browser', () => {
  it('shows a page', async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.context.newPage();
      await page.setContent('<title>windrow</title><h1>It runs</h1>');

      expect(await page.title()).toBe('windrow');
    } finally {
      await browser.close();
    }
  });
});

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

async function ping(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.end('PING\r\n');
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}
