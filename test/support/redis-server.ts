import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { Closable } from '#framework';
import { Redis } from 'ioredis';

import { eventually } from './engine.ts';

export interface RedisServer extends Closable {
  readonly url: string;
  readonly port: number;
  /** For the end of the process, when nothing can be awaited. */
  readonly abandon: () => void;
}

/** The nodes of a cluster talk to each other on the port that is 10,000 higher. */
const HIGHEST_CLUSTER_PORT = 55_535;

/** A cluster of one node that holds every slot. */
export async function openRedisCluster(directory: string): Promise<RedisServer> {
  const server = await openRedisServer({
    directory,
    port: await freePort(HIGHEST_CLUSTER_PORT),
    words: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
  });
  const client = new Redis(server.url);
  await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await eventually('the cluster to be whole', async () =>
    String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok') ? true : undefined,
  );
  client.disconnect();
  return { ...server, url: server.url.replace('redis:', 'redis+cluster:') };
}

export interface RedisPair extends RedisServer {
  /** Ends the master; the sentinel makes the replica the new one after a second. */
  readonly endMaster: () => Promise<void>;
}

/** A master, a replica and a sentinel that watches them under the name `main`. */
export async function openRedisPair(directory: string): Promise<RedisPair> {
  const master = await openRedisServer({ directory });
  const follow = ['--replicaof', '127.0.0.1', String(master.port)];
  const replica = await openRedisServer({ directory, words: [...follow, '--repl-diskless-load', 'swapdb'] });
  const settings = join(directory, 'sentinel.conf');
  await writeFile(
    settings,
    `sentinel monitor main 127.0.0.1 ${master.port} 1\nsentinel down-after-milliseconds main 1000\nsentinel failover-timeout main 5000\n`,
  );
  const sentinel = await openRedisServer({ directory, settings });
  const client = new Redis(sentinel.url);
  await eventually('the sentinel to know the replica', async () => {
    const known = JSON.stringify(await client.call('SENTINEL', 'REPLICAS', 'main'));
    return known.includes(String(replica.port)) && known.includes('"master-link-status","ok"') ? true : undefined;
  });
  client.disconnect();
  return {
    url: `redis+sentinel://127.0.0.1:${sentinel.port}/main`,
    port: sentinel.port,
    endMaster: master.close,
    abandon: () => [sentinel, replica, master].forEach((server) => server.abandon()),
    close: async () => {
      for (const server of [sentinel, replica, master]) await server.close();
    },
  };
}

/** A Redis of one's own, without persistence, on a free port of 127.0.0.1. For tests that flush, stop or restart it. */
export async function openRedisServer(options: {
  readonly directory: string;
  /** That of a server that was stopped, or one that is free. */
  readonly port?: number;
  /** Makes it a sentinel, with this file of settings. */
  readonly settings?: string;
  /** Further words of its command line. */
  readonly words?: readonly string[];
}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const child = spawn(
    'redis-server',
    [
      ...(options.settings === undefined ? [] : [options.settings, '--sentinel']),
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      options.directory,
      ...(options.settings === undefined ? ['--save', '', '--maxmemory-policy', 'noeviction'] : []),
      ...(options.words ?? []),
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
      if (/Ready to accept connections|Sentinel ID is/.test(line)) resolve();
    });
  });
  await started;
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    abandon: () => void child.kill('SIGKILL'),
    close: async () => {
      if (child.exitCode === null) child.kill('SIGTERM');
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

async function freePort(highest = 65_535): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    await once(server, 'close');
    if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
    if (address.port <= highest) return address.port;
  }
}
