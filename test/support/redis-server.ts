import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

import type { Closable } from '#framework';

export interface RedisServer extends Closable {
  readonly url: string;
  readonly port: number;
}

/** A Redis of one's own, without persistence, on a free port of 127.0.0.1. For tests that flush, stop or restart it. */
export async function openRedisServer(options: {
  readonly directory: string;
  /** That of a server that was stopped. */
  readonly port?: number;
}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const child = spawn(
    'redis-server',
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      options.directory,
      '--save',
      '',
      '--maxmemory-policy',
      'noeviction',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const started = new Promise<void>((resolve, reject) => {
    child.once('error', (cause) => reject(notInstalled(cause)));
    child.once('exit', (code) =>
      reject(new Error(`redis-server on port ${port} ended with code ${code} before it was ready.`)),
    );
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve();
    });
  });
  await started;
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    close: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function notInstalled(cause: Error): Error {
  return new Error(
    'These tests need redis-server and it cannot be started. Run them by "npm test", which installs it where it may, ' +
      'or install it: "apt-get install -y --no-install-recommends redis-server".',
    { cause },
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}
