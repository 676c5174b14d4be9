import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { type Closable, closeAll } from '#framework';
import { openEmbeddedPostgres } from '#framework/operate';
import pg from 'pg';

import { openRedisServer } from './redis-server.ts';

export interface Servers extends Closable {
  readonly redisUrl: string;
  /** The URL of a new, empty database. */
  readonly createDatabase: (name: string) => Promise<string>;
}

/**
 * One PostgreSQL and one Redis for a benchmark, with the settings that users have: commits reach the disk. They lie
 * below `.windrow/`, because the folder for temporary files may be memory, where a commit costs nothing.
 */
export async function openServers(): Promise<Servers> {
  const directory = await benchmarkFolder();
  const opened: Closable[] = [{ close: () => rm(directory, { recursive: true, force: true }) }];
  try {
    const redis = await openRedisServer(directory);
    opened.push(redis);
    const postgres = await openEmbeddedPostgres({ directory: join(directory, 'postgres') });
    opened.push(postgres);
    return {
      redisUrl: redis.url,
      createDatabase: (name) => createDatabase(postgres.url, name),
      close: () => closeAll(opened.splice(0)),
    };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

/** A new folder on the disk where users keep their state. */
export async function benchmarkFolder(): Promise<string> {
  await mkdir('.windrow', { recursive: true });
  return mkdtemp(join('.windrow', 'bench-'));
}

async function createDatabase(server: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
