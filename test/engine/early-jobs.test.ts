import { RemoteFailure, dag, task } from '#framework';
import { afterEach, describe, expect, it } from 'vitest';

import { BACKENDS, eventually, taskStates } from '../support/engine.ts';
import { Bench, row } from './bench.ts';

describe.each(BACKENDS)('pools with limits on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('lend no slot to a retry whose job comes before it is admitted, whoever sent it', async () => {
    let calls = 0;
    const early = dag('early', {}, (d) => {
      const fails = async () => {
        calls += 1;
        throw new RemoteFailure('E_TEST', 'later', { retryAfterMs: 60_000 });
      };
      d.use('fails', task('fails', { pool: 'warehouse', run: fails }));
    });
    const engine = await bench.engine({ backend, dags: [early], pools: { warehouse: { slots: 1 } } });
    const run = await bench.start(engine, 'early');
    await bench.until(engine, run, { fails: 'up_for_retry' });
    const [fails] = early.graph.tasks;
    if (fails === undefined) throw new Error('no task');
    const claim = { runId: run, taskId: fails.id, mapIndex: 0, seq: 2, attempt: 2, priority: 1 };
    expect(await row(engine, 'select seq from task_instance')).toEqual({ seq: claim.seq });
    await engine.dispatcher.send([{ ...claim, id: 0, pool: 'warehouse', jobId: 'too-early', label: 'too early' }]);
    const queue = engine.dispatcher.poolQueue('warehouse');
    await eventually('the job', async () => ((await queue.stateOf('too-early')) === 'completed' ? true : undefined));
    expect(await taskStates(engine, run)).toEqual({ fails: 'up_for_retry' });
    expect(calls).toBe(1);
  });
});
