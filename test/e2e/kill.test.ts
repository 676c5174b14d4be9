import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { eventually } from '../support/engine.ts';
import { type RedisServer, openRedisServer } from '../support/redis-server.ts';
import { type VeevaInstallation, loadFull, openVeeva } from '../support/veeva-installation.ts';
import { type WorkerProcess, startWorkerProcess } from '../support/worker-process.ts';

// One installation for the whole file; this process only looks on, and every test takes the next windows of the same Vault.
let veeva: VeevaInstallation;
let directory: string;
let redis: RedisServer;
let workers: WorkerProcess[] = [];
/** Up to window 6 there are windows in which nobody of the simulated Vault works; tests take the ones after it. */
let newest = 6;

beforeAll(async () => {
  veeva = await openVeeva({ works: false });
  directory = await mkdtemp(join(tmpdir(), 'windrow-redis-'));
  redis = await openRedisServer({ directory });
  const worker = startWorkerProcess(veeva);
  await loadFull(veeva);
  await worker.close();
  veeva.publish(newest);
  const next = startWorkerProcess(veeva);
  await veeva.completed(newest);
  await next.close();
}, 60_000);
afterAll(async () => {
  await redis.close();
  await veeva.close();
  await rm(directory, { recursive: true });
});

beforeEach(() => {
  newest += 1;
  veeva.publish(newest);
});
afterEach(async () => {
  veeva.sandbox.redshift.faults.clear();
  veeva.sandbox.vault.faults.clear();
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
});

function start(settings: Readonly<Record<string, string>> = {}): WorkerProcess {
  const worker = startWorkerProcess(veeva, settings);
  workers.push(worker);
  return worker;
}

async function expectWholeOnce(window: number): Promise<void> {
  expect(await veeva.loads(window)).toHaveLength(1);
  expect(await veeva.differences(window)).toEqual([]);
}

const WRITE_LOG = 'insert into .{0,20}windrow_load_log';
const AUDIT = String.raw`^select \d+, (sum|count)`;

/** Makes the next worker stop at a place for longer than it will live; gives what waits until it is there. */
type Hold = () => () => Promise<unknown>;

function inRedshift(matching: string): Hold {
  return () => {
    const { faults } = veeva.sandbox.redshift;
    faults.set([{ kind: 'slow_statement', ms: 3000, matching, times: 1 }]);
    return () => eventually(`the statement ${matching}`, async () => (faults.rules.length === 0 ? true : undefined));
  };
}

const inDownload: Hold = () => {
  const { faults } = veeva.sandbox.vault;
  faults.add({ kind: 'delay', endpoint: 'download', ms: 3000, times: 1 });
  return () => eventually('the download', async () => (faults.list().length === 0 ? true : undefined));
};

/** A third of the production setting, so that the limit holds on a busy machine too. */
const SHORT_LEASE = { WINDROW_LEASE: '2s' };
const MOST_MS = 10_000;

describe('a worker that is killed', () => {
  it.each<[string, Hold]>([
    ['while it brings a file into the stage', inDownload],
    ['while it copies the stage into Redshift', inRedshift('^copy ')],
    ['before its transaction commits', inRedshift(WRITE_LOG)],
    ['while it audits', inRedshift(AUDIT)],
  ])('%s leaves a window that a new one completes within 10 s, once', async (_name, hold) => {
    expect(await killAndRestart({ hold, settings: SHORT_LEASE })).toBeLessThan(MOST_MS);
    await expectWholeOnce(newest);
  });

  it('and whose jobs went through Redis leaves a window that a new one completes within 10 s, once', async () => {
    const settings = { ...SHORT_LEASE, REDIS_URL: redis.url };
    expect(await killAndRestart({ hold: inRedshift(WRITE_LOG), settings })).toBeLessThan(MOST_MS);
    await expectWholeOnce(newest);
  });

  it('right after the commit leaves a window that is not loaded again', async () => {
    const record = new pg.Client({ connectionString: veeva.environment['DATABASE_URL'] });
    await record.connect();
    const held = inRedshift(WRITE_LOG)();
    const worker = start(SHORT_LEASE);
    await held();
    // Whoever holds the row of the record keeps the worker from noting that the phase is done.
    await record.query('begin');
    await record.query('select from windrow.pipeline_records where id = $1 for update', [
      (await veeva.find(newest))?.id,
    ]);
    await eventually('the commit', async () => ((await veeva.loads(newest)).length > 0 ? true : undefined));
    await worker.kill();
    workers = [];
    await record.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    await record.query('rollback');
    await record.end();
    expect(await veeva.find(newest)).toMatchObject({ phaseCompleted: 'SOURCE_TO_STAGE' });

    start(SHORT_LEASE);
    const completed = await veeva.completed(newest);
    expect(completed.phaseCompleted).toBe('AUDIT');
    await expectWholeOnce(newest);
  });
});

interface Killed {
  readonly hold: Hold;
  readonly settings: Readonly<Record<string, string>>;
}

/** Kills a worker at the held place and gives the milliseconds from the start of the next one to the completed window. */
async function killAndRestart({ hold, settings }: Killed): Promise<number> {
  const held = hold();
  const worker = start(settings);
  await held();
  await worker.kill();
  workers = [];
  expect(await veeva.find(newest)).toMatchObject({ pipelineStatus: 'IN_PROGRESS' });
  const restarted = performance.now();
  start(settings);
  await veeva.completed(newest);
  return performance.now() - restarted;
}

describe('a Redis that forgets everything', () => {
  it('in the middle of a run, again and again, loses no window and loads none twice', async () => {
    const client = new Redis(redis.url);
    const first = newest;
    newest = first + 3;
    veeva.publish(newest);
    const held = inDownload();
    start({ REDIS_URL: redis.url });
    await held();
    await client.flushall();
    await veeva.completed(first);
    await client.flushall();
    for (let window = first; window <= newest; window += 1) {
      await veeva.completed(window);
      expect(await veeva.loads(window)).toHaveLength(1);
    }
    await client.quit();
    expect(await veeva.differences(newest)).toEqual([]);
  });
});

const RUNS = 'select state from dag_run where record_id = $1';

describe('two workers', () => {
  it('and one window: it is loaded once', async () => {
    const both = [start(), start()];
    await Promise.all(both.map(({ ready }) => ready));
    const record = await veeva.completed(newest);
    const runs = await eventually('the end of the run', async () => {
      const rows = await veeva.windrow.store.database.run({ text: RUNS }, [record.id]);
      return rows.some((row) => row['state'] === 'running') ? undefined : rows;
    });
    expect(runs).toEqual([{ state: 'success' }]);
    await expectWholeOnce(newest);
  });
});
