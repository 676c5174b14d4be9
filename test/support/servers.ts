import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { closeAll } from '#framework';
import { openEmbeddedPostgres } from '#framework/operate';
import pg from 'pg';
import type { TestProject } from 'vitest/node';

import { openRedisServer } from './redis-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The maintenance database of the run's own PostgreSQL; tests take `freshDatabase()`. */
    readonly postgresUrl: string;
    /** The run's own Redis; tests take `freshRedis()`. */
    readonly redisUrl: string;
  }
}

/** One PostgreSQL and one Redis for the whole run, in a folder of their own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'windrow-test-'));
  const [postgres, redis] = await Promise.all([
    openEmbeddedPostgres({ directory: join(directory, 'postgres'), durable: false }),
    openRedisServer({ directory }),
  ]);
  project.provide('postgresUrl', postgres.url);
  project.provide('redisUrl', redis.url);
  const abandon = (): void => {
    redis.abandon();
    process.kill(postmaster(directory), 'SIGQUIT');
    rmSync(directory, { recursive: true, force: true });
  };
  // A runner that is told to end clears nothing up, and its servers would run for ever.
  process.once('exit', abandon);
  for (const signal of ['SIGHUP', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
  return async () => {
    process.off('exit', abandon);
    await disconnectOthers(postgres.url);
    await closeAll([postgres, redis]);
    await rm(directory, { recursive: true, force: true });
  };
}

/** The first line of this file is the id of the server's process (PostgreSQL 17, "Database File Layout"). */
function postmaster(directory: string): number {
  const [id] = readFileSync(join(directory, 'postgres/data/postmaster.pid'), 'utf8').split('\n');
  return Number(id);
}

/** The embedded server stops only when nobody uses it; here whoever is left belongs to a test that has ended. */
async function disconnectOthers(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'`,
  );
  await client.end();
}
