import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

import type { Closable } from '#framework';

export interface RedisServer extends Closable {
  readonly url: string;
}

/** A Redis of one's own on a free port of 127.0.0.1, as `docker-compose.yml` runs it: append-only file, no eviction. */
export async function openRedisServer(directory: string): Promise<RedisServer> {
  const port = await freePort();
  const flags = {
    port,
    bind: '127.0.0.1',
    dir: directory,
    save: '',
    appendonly: 'yes',
    'maxmemory-policy': 'noeviction',
  };
  const child = spawn(
    'redis-server',
    Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('error', (cause) => reject(notInstalled(cause)));
    child.once('exit', (code) =>
      reject(new Error(`redis-server on port ${port} ended with code ${code} at its start.`)),
    );
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve();
    });
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    close: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function notInstalled(cause: Error): Error {
  return new Error(
    'This benchmark needs redis-server on the PATH and it cannot be started. Install it, for example by ' +
      '"apt-get install -y --no-install-recommends redis-server", and run the benchmark again.',
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
