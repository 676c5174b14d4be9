import { dag, seconds, task } from '#framework';
import type { Windrow } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { findLiveWorkers } from '../../framework/store/workers.ts';
import { endOf, eventually, openTestEngine } from '../support/engine.ts';
import { Bench } from './bench.ts';

const idle = dag('idle', {}, (d) => void d.use('nothing', task('nothing', { run: async () => 1 })));

describe('the list of workers', () => {
  let engine: Windrow | undefined;
  const workers: { readonly close: () => Promise<void> }[] = [];

  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.close();
    await engine?.close();
  });

  it('shows a worker as soon as it is ready, keeps it while it is idle, and loses it when it closes', async () => {
    engine = await openTestEngine({ dags: [idle], backend: 'redis', environment: { WINDROW_LEASE: '250ms' } });
    const { database } = engine.store;
    const worker = engine.startWorker();
    workers.push(worker);
    await worker.ready();
    const [first] = await findLiveWorkers(database, seconds(10));
    expect(first).toMatchObject({ pid: process.pid });

    const seenAgain = await eventually('a heartbeat of an idle worker', async () => {
      const [found] = await findLiveWorkers(database, seconds(10));
      return found?.seenAt.equals(first?.seenAt ?? found.seenAt) === false ? found : undefined;
    });
    expect(seenAgain).toMatchObject({ id: first?.id, startedAt: first?.startedAt });

    await worker.close();
    expect(await findLiveWorkers(database, seconds(10))).toEqual([]);
  });

  it('does not show a worker that was not heard of lately', async () => {
    engine = await openTestEngine({ dags: [idle], backend: 'redis' });
    const { database } = engine.store;
    await database.run({
      text: `insert into worker (id, host, pid, seen_at) values ('gone', 'h', 1, now() - interval '1 minute'), ('here', 'h', 2, now())`,
    });
    expect((await findLiveWorkers(database, seconds(30))).map(({ id }) => id)).toEqual(['here']);
  });
});

describe('workers on PostgreSQL', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  /** More than the connections that its jobs share. */
  const POOLS = 24;
  const wide = dag('wide', {}, (d) => {
    for (let pool = 0; pool < POOLS; pool += 1)
      d.use(`work_${pool}`, task(`work_${pool}`, { pool: `pool_${pool}`, run: () => pool }));
  });

  it('give back what they opened when they are closed at once, so that others can work and the engine can close', async () => {
    const engine = await bench.engine({ dags: [wide], backend: 'postgres', workers: 2 });
    await bench.stopWorkers();
    await engine.close();
    const again = await bench.beside(engine, { dags: [wide] });
    const run = await bench.start(again, 'wide');
    expect(await endOf(again, run)).toMatchObject({ state: 'success' });
  });
});
