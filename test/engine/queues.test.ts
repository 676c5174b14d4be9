import { operations, readHop, readQueues } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { shipments } from '../support/dashboard-installation.ts';
import { Bench } from './bench.ts';

/** Begins the tasks of runs in their order, 100 ms after they were sent, 200 ms, and so on. */
const BEGIN = `
update task_instance set state = 'running', started_at = dispatched_at + run_id * interval '100 ms'
where state = 'queued'`;
const END = `
insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, started_at)
select run_id, task_id, map_index, 1, 1, 'success', started_at from task_instance where state = 'running'`;

describe('the queues of pools', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('are told by what waits and what runs, and by how long the newest tries waited', async () => {
    const windrow = await bench.engine({ dags: [shipments()], backend: 'postgres', workers: 0 });
    const { database } = windrow.store;
    expect(await readQueues(database)).toEqual([]);
    expect(await readHop(database)).toEqual({ tries: 0, medianMs: null, p95Ms: null });
    for (let run = 1; run <= 3; run += 1) await operations(windrow).triggerDag('shipments');
    const [queue, ...others] = await readQueues(database);
    expect(queue).toEqual({ pool: 'default', queued: 3, running: 0, waitingSince: expect.anything() });
    expect(others).toEqual([]);
    await database.run({ text: BEGIN });
    await database.run({ text: END });
    expect(await readQueues(database)).toEqual([{ pool: 'default', queued: 0, running: 3, waitingSince: null }]);
    const hop = await readHop(database);
    expect(hop.tries).toBe(3);
    expect(hop.medianMs).toBeCloseTo(200);
    expect(hop.p95Ms).toBeCloseTo(290);
    // Sent again since: nobody knows any more how long the try before waited.
    await database.run({ text: `update task_instance set started_at = null where run_id = 1` });
    expect((await readHop(database)).tries).toBe(2);
  });
});
