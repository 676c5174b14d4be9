import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { dag, every, task } from '#framework';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { endOf, eventually, runDag } from '../support/engine.ts';
import { openRedisCluster, openRedisPair } from '../support/redis-server.ts';
import { Bench, row } from './bench.ts';

const chain = dag('chain', {}, (d) => {
  const first = d.use('first', task('first', { run: async () => 1 }));
  const second = d.use('second', task('second', { run: async () => 2 }), { after: [first] });
  d.use('third', task('third', { run: async () => 3 }), { after: [second] });
});
const ticking = dag('ticking', { schedule: every('1s') }, (d) => {
  d.use('only', task('only', { run: async () => 1 }));
});

describe('a Redis of several servers', () => {
  const bench = new Bench();
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'windrow-redis-group-'));
  });

  afterEach(async () => {
    await bench.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('runs dags and wakes schedules through a cluster', async () => {
    const cluster = bench.keep(await openRedisCluster(directory));
    const engine = await bench.engine({
      dags: [chain, ticking],
      backend: 'postgres',
      environment: { REDIS_URL: cluster.url, WINDROW_TICK: '10m' },
    });
    expect(engine.dispatcher.backend).toBe('redis');
    expect(await runDag(engine, 'chain')).toMatchObject({ state: 'success', tasks: { third: 'success' } });
    bench.schedule(engine);
    // With ticks 10 minutes apart only a wake-up of the queue can make a second window.
    await eventually('a second window', async () => {
      const counted = await row(
        engine,
        `select count(*) as runs from dag_run where dag_id = 'ticking' and state = 'success'`,
      );
      return Number(counted?.['runs']) > 1 ? true : undefined;
    });
  });

  it('goes on behind a sentinel when the master is gone, and loses no task', async () => {
    const pair = bench.keep(await openRedisPair(directory));
    const engine = await bench.engine({
      dags: [chain],
      backend: 'postgres',
      environment: { REDIS_URL: pair.url },
    });
    bench.schedule(engine);
    expect(await runDag(engine, 'chain')).toMatchObject({ state: 'success' });
    await pair.endMaster();
    const run = await bench.start(engine, 'chain');
    expect(await endOf(engine, run)).toMatchObject({ state: 'success', tasks: { third: 'success' } });
  });
});
