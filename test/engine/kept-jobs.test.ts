import { dag, task } from '#framework';
import type { Windrow } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../support/engine.ts';
import { Bench, row } from './bench.ts';

const FINISHED = 10_300;

describe('ended jobs in the queue on PostgreSQL', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('are cut to the newest ten thousand, while waiting jobs stay', async () => {
    const one = dag('one', {}, (d) => void d.use('only', task('only', { run: async () => 1 })));
    const engine = await bench.engine({ dags: [one], backend: 'postgres', workers: 0 });
    await bench.start(engine, 'one');
    await fill(engine, 'completed', FINISHED);
    await fill(engine, 'failed', FINISHED);
    await fill(engine, 'waiting', 20);
    bench.schedule(engine);
    const left = await eventually('fewer ended jobs', async () => {
      const counts = await counted(engine);
      return Number(counts?.['completed']) < FINISHED && Number(counts?.['failed']) < FINISHED ? counts : undefined;
    });
    // The job that the run waits for is the twenty-first.
    expect(left).toEqual({ completed: 10_000, failed: 10_000, waiting: 21, oldest: 'completed-301' });
  });
});

/** Jobs as BullMQ leaves them, beside the one of the run. */
async function fill(engine: Windrow, state: string, count: number): Promise<void> {
  await row(
    engine,
    `insert into bullmq.job (queue, id, seq, name, state, added_at_ms, finished_at_ms)
     select (select queue from bullmq.job limit 1), $1 || '-' || n, nextval('bullmq.job_seq'), 'kept',
       $1::bullmq.job_state, 1, case when $1 = 'waiting' then null else (extract(epoch from now()) * 1000)::bigint end
     from generate_series(1, $2::int) as n`,
    [state, count],
  );
}

async function counted(engine: Windrow): Promise<Readonly<Record<string, unknown>> | undefined> {
  return row(
    engine,
    `select count(*) filter (where state = 'completed')::int as completed, count(*) filter (where state = 'failed')::int as failed,
       count(*) filter (where state = 'waiting')::int as waiting, min(id) filter (where state = 'completed' and seq = (
         select min(seq) from bullmq.job where state = 'completed')) as oldest
     from bullmq.job`,
  );
}
