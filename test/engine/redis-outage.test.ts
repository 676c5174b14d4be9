import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type RunId, dag, task } from '#framework';
import type { Windrow } from '#framework/operate';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { freshDatabase } from '../support/database.ts';
import { endOf, openTestEngine } from '../support/engine.ts';
import { failureOfAsync } from '../support/failure-of.ts';
import { runProgram } from '../support/program.ts';
import { runningTime } from '../support/running-time.ts';
import { type RedisServer, openRedisServer } from '../support/redis-server.ts';
import { Bench } from './bench.ts';

const UNREACHABLE = 'redis://someone:hidden@127.0.0.1:1';

describe('a Redis that cannot be reached at start', () => {
  it('ends the start before anything is created, and says where it looked', async () => {
    const database = await freshDatabase();
    const environment = { DATABASE_URL: database, REDIS_URL: UNREACHABLE };
    const failure = await failureOfAsync(() => openTestEngine({ dags: [], backend: 'postgres', environment }));
    expect(failure).toMatchObject({
      name: 'RemoteFailure',
      code: 'E_REDIS_UNREACHABLE',
      message: expect.stringMatching(/127\.0\.0\.1:1\b.*ECONNREFUSED.*REDIS_URL/),
    });
    expect(String(failure)).not.toContain('hidden');
    expect(await tables(database)).toBe(0);
  });

  it('ends a command with the exit code for unreachable systems', async () => {
    const environment = { DATABASE_URL: await freshDatabase(), REDIS_URL: UNREACHABLE };
    const ended = await runProgram('bin/windrow.js', ['records', 'rerun', '1'], environment);
    expect(ended).toMatchObject({ code: 6, err: expect.stringContaining('127.0.0.1:1') });
  });
});

describe('a Redis that goes down in the middle', () => {
  const bench = new Bench();
  let directory: string;
  let server: RedisServer;
  let gate: Gate;
  let engine: Windrow;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'windrow-redis-'));
    server = await openRedisServer({ directory });
    gate = openGate();
    const chain = dag('chain', {}, (d) => {
      const first = d.use('first', task('first', { run: async () => gate.pass() }));
      d.use('second', task('second', { run: async () => 1 }), { after: [first] });
    });
    const other = dag('other', {}, (d) => void d.use('only', task('only', { run: async () => 1 })));
    engine = await bench.engine({
      dags: [chain, other],
      backend: 'postgres',
      environment: { REDIS_URL: server.url },
    });
    bench.schedule(engine);
  });

  afterEach(async () => {
    gate.open();
    await bench.close();
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });

  const startChain = async (): Promise<RunId> => {
    const run = await bench.start(engine, 'chain');
    await gate.reached;
    return run;
  };

  it('lets runs be created meanwhile and ends them all when it is back', async () => {
    const run = await startChain();
    await server.close();
    let created: RunId | undefined;
    expect(await runningTime(async () => (created = await bench.start(engine, 'other')))).toBeLessThan(5000);
    if (created === undefined) throw new Error('no run');
    gate.open();
    server = await openRedisServer({ directory, port: server.port });
    expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
    expect(await endOf(engine, created)).toMatchObject({ state: 'success' });
  });

  it('lets a process with idle workers close within seconds', async () => {
    await server.close();
    expect(await secondsOf(() => bench.close())).toBeLessThan(6);
  });

  it('lets a process with a task in hand close within seconds after the task', async () => {
    const run = await startChain();
    await server.close();
    const closing = secondsOf(() => bench.stopWorkers());
    gate.open();
    expect(await closing).toBeLessThan(6);
    const [first] = await engine.store.database.run(
      { text: "select state from task_instance where run_id = $1 and task_id = 'first'" },
      [run],
    );
    expect(first).toEqual({ state: 'success' });
  });

  it('lets workers close that wait to be connected again', async () => {
    await server.close();
    // A refused send shows that the break was noticed; one that falls between two tries to connect waits for several of them.
    const send = (): Promise<unknown> => engine.dispatcher.setWakeUps(new Map()).catch(() => 'refused');
    await expect.poll(send).toBe('refused');
    expect(await secondsOf(() => bench.close())).toBeLessThan(6);
  });
});

interface Gate {
  readonly reached: Promise<void>;
  readonly open: () => void;
  readonly pass: () => Promise<void>;
}

function openGate(): Gate {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return { reached: reached.promise, open: released.resolve, pass: () => (reached.resolve(), released.promise) };
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  return (await runningTime(work)) / 1000;
}

async function tables(database: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  try {
    const found = await client.query(
      "select count(*)::int as count from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
    );
    return found.rows[0].count;
  } finally {
    await client.end();
  }
}
