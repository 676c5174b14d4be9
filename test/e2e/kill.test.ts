import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { WindowRecord } from '#framework';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { PATIENT_LEASE, eventually } from '../support/engine.ts';
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
  // Every process logs in, and on a fast machine more of them start in a minute than Vault lets one user log in.
  veeva = await openVeeva({ works: false, vault: { loginsPerMinute: 200 } });
  directory = await mkdtemp(join(tmpdir(), 'windrow-redis-'));
  redis = await openRedisServer({ directory });
  const worker = startWorkerProcess(veeva);
  await loadFull(veeva);
  await worker.close();
  veeva.publish(newest);
  const next = startWorkerProcess(veeva);
  for (let window = 1; window <= newest; window += 1) await veeva.completed(window);
  await next.close();
});
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

type Settings = Readonly<Record<string, string>>;

function start(settings: Settings = {}): WorkerProcess {
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

/** Much longer than a worker lives that is held up; `clear` ends it for statements. */
const HELD_MS = 60_000;

/** Makes the next worker stop at a place for longer than it will live; gives what waits until it is there. */
type Hold = () => () => Promise<unknown>;

function inRedshift(matching: string): Hold {
  return () => {
    const { faults } = veeva.sandbox.redshift;
    faults.set([{ kind: 'slow_statement', ms: HELD_MS, matching, times: 1 }]);
    return () => eventually(`the statement ${matching}`, async () => (faults.rules.length === 0 ? true : undefined));
  };
}

function inDownload(ms = HELD_MS): () => Promise<unknown> {
  const { faults } = veeva.sandbox.vault;
  faults.add({ kind: 'delay', endpoint: 'download', ms, times: 1 });
  return () => eventually('the download', async () => (faults.list().length === 0 ? true : undefined));
}

/** The production setting; elsewhere a shorter one saves time. */
const USUAL_LEASE = {};
const SHORT_LEASE = { WINDROW_LEASE: '2s' };

describe('a worker that is killed', () => {
  it.each<[string, Hold, Settings]>([
    ['while it brings a file into the stage', () => inDownload(), USUAL_LEASE],
    ['while it copies the stage into Redshift', inRedshift('^copy '), SHORT_LEASE],
    ['before its transaction commits', inRedshift(WRITE_LOG), SHORT_LEASE],
    ['while it audits', inRedshift(AUDIT), SHORT_LEASE],
  ])('%s leaves a window that a new one completes, once', async (_name, hold, settings) => {
    expect(await killAndRestart({ hold, settings })).toMatchObject({ pipelineStatus: 'COMPLETED' });
    await expectWholeOnce(newest);
  });

  it('and whose jobs went through Redis leaves a window that a new one completes, once', async () => {
    const settings = { ...SHORT_LEASE, REDIS_URL: redis.url };
    expect(await killAndRestart({ hold: inRedshift(WRITE_LOG), settings })).toMatchObject({
      pipelineStatus: 'COMPLETED',
    });
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
    veeva.sandbox.redshift.faults.clear();
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
  readonly settings: Settings;
}

/** Kills a worker at the held place; the next one completes the window. How soon, `npm run bench -- engine` measures. */
async function killAndRestart({ hold, settings }: Killed): Promise<WindowRecord> {
  const held = hold();
  const worker = start(settings);
  await held();
  await worker.kill();
  workers = [];
  expect(await veeva.find(newest)).toMatchObject({ pipelineStatus: 'IN_PROGRESS' });
  // What it had sent goes on without it.
  veeva.sandbox.redshift.faults.clear();
  start(settings);
  return veeva.completed(newest);
}

describe('a Redis that forgets everything', () => {
  it('in the middle of a run, again and again, loses no window and loads none twice', async () => {
    const client = new Redis(redis.url);
    const first = newest;
    newest = first + 3;
    veeva.publish(newest);
    const held = inDownload(3000);
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

// Every try of a task, by run.
const TRIES = `
select r.id, r.state, (select count(*) from task_attempt a where a.run_id = r.id) as tries
from dag_run r
where r.record_id = $1
order by r.id`;
const TASKS = 6;

describe('two workers', () => {
  it('and one window: every task is tried once, and each run loads once', async () => {
    const settings = { WINDROW_LEASE: PATIENT_LEASE };
    const both = [start(settings), start(settings)];
    await Promise.all(both.map(({ ready }) => ready));
    const record = await veeva.completed(newest);
    await expectWholeOnce(newest);

    await veeva.rerun(newest);
    const runs = await eventually('the ends of both runs', async () => {
      const rows = await veeva.windrow.store.database.run({ text: TRIES }, [record.id]);
      return rows.some((row) => row['state'] === 'running') ? undefined : rows;
    });
    expect(runs).toMatchObject([
      { state: 'success', tries: TASKS },
      { state: 'success', tries: TASKS },
    ]);
    expect(new Set(await veeva.loads(newest)).size).toBe(2);
    expect(await veeva.differences(newest)).toEqual([]);
  });
});
