import { type Window, Temporal, dag, task } from '#framework';
import { type Explanation, type Windrow, createRun, explainTask, setPool } from '#framework/operate';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { openTestEngine } from '../support/engine.ts';
import { Bench } from './bench.ts';

const pooled = dag('pooled', {}, (d) => {
  d.use('a_first', task('a_first', { pool: 'warehouse', run: () => 1 }));
  d.use('b_second', task('b_second', { pool: 'warehouse', slots: 2, run: () => 2 }));
  d.use('c_third', task('c_third', { pool: 'warehouse', run: () => 3 }));
});
const rated = dag('rated', {}, (d) => {
  d.use('a_first', task('a_first', { pool: 'counter', run: () => 1 }));
  d.use('b_second', task('b_second', { pool: 'counter', run: () => 2 }));
});
const linked = dag('linked', { maxActiveRuns: 2 }, (d) => {
  d.use('only', task('only', { dependsOnPrevious: true, run: () => 1 }));
});

describe('explain of a held task', () => {
  const bench = new Bench();
  let engine: Windrow;

  beforeAll(async () => {
    const pools = { warehouse: { slots: 2 }, counter: { slots: 9, rate: { starts: 1, per: '1h' } } };
    engine = bench.keep(await openTestEngine({ dags: [pooled, rated, linked], pools, backend: 'postgres' }));
    await sql(`insert into worker (id, host, pid, kind, dags) values ('plans', 'h', 1, 'scheduler', '{}')`);
    await live();
  });
  afterEach(() => live());
  afterAll(() => bench.close());

  /** Seen so late that it lives however long a test takes. */
  const live = () => sql(`update worker set seen_at = now() + interval '1 hour'`);
  const sql = (text: string, values: readonly unknown[] = []) => engine.store.database.run({ text }, values);
  const ofTask = (runId: number, taskId: string) => explainTask(engine.store.database, { runId, taskId });

  it('names who holds the slots of its pool, how many it needs, and that it is shut', async () => {
    const run = await bench.start(engine, 'pooled');
    expect(await ofTask(run, 'b_second')).toMatchObject({
      state: 'scheduled',
      reasons: [
        {
          code: 'pool_full',
          text: expect.stringContaining(
            `needs 2 slots of pool "warehouse", but 1 of 2 are held by "a_first" of run ${run}`,
          ),
          facts: { needs: 2, used: 1, slots: 2, holders: [{ run, task: 'a_first', slots: 1 }] },
        },
      ],
    });
    expect(await ofTask(run, 'c_third')).toMatchObject({ reasons: [{ code: 'held', facts: { ahead: 1 } }] });
    await setPool(engine.store.database, 'warehouse', { slots: 0 });
    expect(codes(await ofTask(run, 'b_second'))).toEqual(['pool_shut']);
    await sql(`update worker set seen_at = now() - interval '1 minute'`);
    expect(codes(await ofTask(run, 'b_second'))).toEqual(['pool_shut', 'no_scheduler']);
  });

  it('says when the rate of its pool allows the next start', async () => {
    const run = await bench.start(engine, 'rated');
    const held = await ofTask(run, 'b_second');
    expect(held).toMatchObject({
      reasons: [{ code: 'rate_limited', text: expect.stringContaining('1 starts in 3600 s') }],
    });
    expect(held?.reasons[0]?.facts['waitMs']).toBeGreaterThan(3_000_000);
  });

  it('names the run of the window before that has not ended well', async () => {
    const runs: number[] = [];
    for (const hour of [10, 11]) {
      const run = await createRun(engine.store.database, {
        dagId: 'linked',
        kind: 'scheduled',
        window: windowAt(hour),
      });
      if (run.kind === 'created') runs.push(run.runId);
    }
    await engine.advance('linked');
    const [first, second] = runs;
    expect(await ofTask(second ?? 0, 'only')).toMatchObject({
      state: 'scheduled',
      reasons: [
        {
          code: 'previous_window',
          text: expect.stringContaining(`windrow explain run ${first}`),
          facts: { run: first, record: null, state: 'running' },
        },
      ],
    });
  });
});

function windowAt(hour: number): Window {
  const start = Temporal.Instant.from(`2026-01-20T${hour}:00:00Z`);
  return { start, end: start.add({ hours: 1 }), zone: 'UTC' };
}

function codes(explanation: Explanation | undefined): readonly string[] | undefined {
  return explanation?.reasons.map(({ code }) => code);
}
