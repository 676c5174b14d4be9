import { afterEach, describe, expect, it } from 'vitest';

import { dag, seconds, task } from '#framework';
import { explainTask } from '#framework/operate';

import { findQuiet } from '../../framework/store/runs/outbox.ts';
import { BACKENDS } from '../support/engine.ts';
import { Bench, row } from './bench.ts';

const NAMES = ['first', 'second', 'third'];
const SENT = '2026-01-20T13:15:00Z';

describe.each(BACKENDS)('a task that waits for a worker on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('is queued since it was sent, however often a sweeper has looked at it, and each of a batch has its own place', async () => {
    const batch = dag('batch', {}, (d) => {
      for (const name of NAMES) d.use(name, task(name, { run: () => {} }));
    });
    const engine = await bench.engine({ backend, dags: [batch], workers: 0 });
    const { database } = engine.store;
    const run = await bench.start(engine, 'batch');
    await row(
      engine,
      `insert into worker (id, host, pid, kind, pools, dags, seen_at)
       values ('w', 'h', 1, 'worker', '{default}', '{batch}', now() + interval '1 hour')`,
    );
    await row(engine, 'update task_instance set dispatched_at = $1', [SENT]);

    expect(await findQuiet(database, seconds(3), 10)).toHaveLength(3);
    expect(await findQuiet(database, seconds(3), 10)).toHaveLength(0);

    const found = await Promise.all(NAMES.map((name) => explainTask(database, { runId: run, taskId: name })));
    const facts = found.map((explanation) => explanation?.reasons[0]?.facts);
    expect(facts.map((fact) => fact?.['since'])).toEqual([SENT, SENT, SENT]);
    expect(facts.map((fact) => Number(fact?.['ahead'])).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });
});
