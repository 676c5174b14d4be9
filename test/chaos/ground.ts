import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';

import { type Closable, closeAll } from '#framework';
import { openEmbeddedPostgres } from '#framework/operate';
import { Redis } from 'ioredis';
import pg from 'pg';

import { loadBinaries } from '../../framework/store/embedded/binaries.ts';
import { openServerUser } from '../../framework/store/embedded/server-user.ts';
import { openRedisServer } from '../support/redis-server.ts';

export const BACKENDS = ['redis', 'postgres'] as const;
export type BackendName = (typeof BACKENDS)[number];

export type StopMode = 'fast' | 'immediate';

/** The servers of one harness; each can be struck and comes back at the same address. */
export interface Ground extends Closable {
  readonly environment: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
  /** `immediate` is a crash: the server recovers from its write-ahead log. */
  readonly restartPostgres: (mode: StopMode, downMs: number) => Promise<void>;
  /** Forgets everything, because nothing is saved. */
  readonly restartRedis: (downMs: number) => Promise<void>;
  readonly flushRedis: () => Promise<void>;
}

export async function openGround(backend: BackendName): Promise<Ground> {
  const directory = await mkdtemp(join(tmpdir(), 'windrow-chaos-'));
  const opened: Closable[] = [{ close: () => rm(directory, { recursive: true, force: true }) }];
  try {
    const postgres = await openPostgres(join(directory, 'postgres'));
    opened.push(postgres);
    const redis = backend === 'redis' ? await openRedis(directory) : undefined;
    if (redis !== undefined) opened.push(redis);
    const { url } = postgres;
    return {
      databaseUrl: url,
      environment: { DATABASE_URL: url, ...(redis === undefined ? {} : { REDIS_URL: redis.url }) },
      restartPostgres: postgres.restart,
      restartRedis: async (downMs) => redis?.restart(downMs),
      flushRedis: async () => redis?.flush(),
      close: () => closeAll(opened.splice(0)),
    };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

interface Postgres extends Closable {
  readonly url: string;
  readonly restart: Ground['restartPostgres'];
}

async function openPostgres(directory: string): Promise<Postgres> {
  const server = await openEmbeddedPostgres({ directory });
  const { pgCtl } = await loadBinaries();
  const [data, log] = [join(directory, 'data'), join(directory, 'control.log')];
  const control = (...words: readonly string[]): Promise<void> =>
    openServerUser().run(pgCtl, [...words, '-w', '-D', data, '-l', join(directory, 'server.log')], log);
  return {
    url: await ownDatabase(server.url),
    restart: async (mode, downMs) => {
      await control('stop', '-m', mode);
      await rest(downMs);
      // "restart" starts a stopped server with the options it had, and so on the same port.
      await control('restart');
    },
    close: async () => {
      await server.close();
      // Whoever was killed may still be counted as a user of the server.
      if (isRunning(data)) await control('stop', '-m', 'fast');
    },
  };
}

function isRunning(data: string): boolean {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8') !== '';
  } catch {
    return false;
  }
}

async function ownDatabase(server: string): Promise<string> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query('create database chaos');
  } finally {
    await client.end();
  }
  const url = new URL(server);
  url.pathname = '/chaos';
  return url.href;
}

async function openRedis(directory: string): Promise<Closable & { readonly url: string } & RedisFaults> {
  let server = await openRedisServer({ directory });
  const { url, port } = server;
  return {
    url,
    restart: async (downMs) => {
      await server.close();
      await rest(downMs);
      server = await openRedisServer({ directory, port });
    },
    flush: async () => {
      const client = new Redis(url);
      client.on('error', () => {});
      await client.flushall().finally(() => client.disconnect());
    },
    close: () => server.close(),
  };
}

interface RedisFaults {
  readonly restart: (downMs: number) => Promise<void>;
  readonly flush: () => Promise<void>;
}
