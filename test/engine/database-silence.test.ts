import { dag, milliseconds, silentLog, task } from '#framework';
import { afterEach, describe, expect, it } from 'vitest';

import { openDatabase } from '../../framework/store/database.ts';
import { freshDatabase } from '../support/database.ts';
import { endOf, eventually } from '../support/engine.ts';
import { openSilentProxy } from '../support/silent-proxy.ts';
import { Bench } from './bench.ts';

const chain = dag('chain', {}, (d) => {
  const first = d.use('first', task('first', { run: async () => 1 }));
  d.use('second', task('second', { run: async () => 2 }), { after: [first] });
});

describe('an engine whose PostgreSQL falls silent', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('gives up connections that carry nothing any more, and goes on with new ones', async () => {
    const url = new URL(await freshDatabase());
    const proxy = bench.keep(await openSilentProxy(Number(url.port)));
    const through = new URL(url);
    through.port = String(proxy.port);
    const onlooker = await bench.engine({ dags: [chain], workers: 0, environment: { DATABASE_URL: url.href } });
    const engine = await bench.beside(onlooker, {
      dags: [chain],
      environment: { DATABASE_URL: through.href, WINDROW_DATABASE_TIMEOUT: '3s' },
    });
    bench.schedule(engine);
    expect(await endOf(onlooker, await bench.start(onlooker, 'chain'))).toMatchObject({ state: 'success' });
    proxy.silenceOpened();
    expect(await endOf(onlooker, await bench.start(onlooker, 'chain'))).toMatchObject({ state: 'success' });
  });

  it('has locks given back by whoever stops in the middle of a transaction', async () => {
    const held = Promise.withResolvers<void>();
    const waits = dag('waits', {}, (d) => void d.use('gate', task('gate', { run: () => held.promise })));
    const engine = await bench.engine({ dags: [waits], environment: { WINDROW_DATABASE_TIMEOUT: '5s' } });
    const run = await bench.start(engine, 'waits');
    await bench.until(engine, run, { gate: 'running' });
    const { pool } = engine.store.database;
    const stopped = await pool.connect();
    try {
      await stopped.query('begin');
      await stopped.query('select 1 from dag_run where id = $1 for update', [run]);
      held.resolve();
      expect(await endOf(engine, run)).toMatchObject({ state: 'success' });
      await expect(stopped.query('commit')).rejects.toThrow('connection error');
    } finally {
      stopped.release(true);
    }
  });

  it('lets changes of tables take their time', async () => {
    const database = bench.keep(
      openDatabase({ url: await freshDatabase(), log: silentLog, answerMs: milliseconds(500) }),
    );
    await expect(database.run({ text: 'select pg_sleep(1.5)' })).rejects.toThrow('timeout');
    await eventually('a connection', async () => (await database.run({ text: 'select 1' }).catch(() => []))[0]);
    expect(await database.run({ text: 'select pg_sleep(1.5)::text as slept', patient: true })).toEqual([{ slept: '' }]);
  });
});
