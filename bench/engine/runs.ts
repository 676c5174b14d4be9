import { setTimeout as sleep } from 'node:timers/promises';

import { type Windrow, createRun } from '#framework/operate';

const LOOK_MS = 20;

/** Creates queued runs; nothing starts them yet. */
export async function createRuns({ store }: Windrow, dagId: string, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const created = await createRun(store.database, { dagId, kind: 'manual' });
    if (created.kind !== 'created') throw new Error(`A run of ${dagId} could not be created.`);
  }
}

/** Starts the queued runs and waits until every run of the dag has ended well. Gives the seconds it took. */
export async function runAll(windrow: Windrow, dagId: string): Promise<number> {
  const started = performance.now();
  await windrow.advance(dagId);
  for (;;) {
    const [row] = await windrow.store.database.run(
      {
        name: 'bench_open_runs',
        text: `
select count(*) filter (where state in ('queued', 'running')) as open, count(*) filter (where state in ('failed', 'cancelled')) as failed
from dag_run
where dag_id = $1`,
      },
      [dagId],
    );
    if (Number(row?.['failed']) > 0) throw new Error(`A run of ${dagId} failed.`);
    if (Number(row?.['open']) === 0) return (performance.now() - started) / 1000;
    await sleep(LOOK_MS);
  }
}
