import { dag, task } from '#framework';
import { createRun } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { readTableSizes } from '../../framework/store/views/table-sizes.ts';
import { openTestEngine } from '../support/engine.ts';
import { Bench } from './bench.ts';

const idle = dag('idle', {}, (d) => void d.use('only', task('only', { run: () => 1 })));

describe('the sizes of tables', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('tell the oldest row of each table that grows, in whichever week it lies, and of empty ones nothing', async () => {
    const { database } = bench.keep(await openTestEngine({ dags: [idle], backend: 'postgres' })).store;
    const oldest = async (): Promise<Readonly<Record<string, string | undefined>>> =>
      Object.fromEntries((await readTableSizes(database)).map(({ table, oldest: at }) => [table, at?.toString()]));
    expect(await oldest()).toMatchObject({
      event: undefined,
      task_log: undefined,
      dag_run: undefined,
      outbox: undefined,
    });

    await createRun(database, { dagId: 'idle', kind: 'manual' });
    await database.run({ text: `insert into event (kind) values ('told')` });
    // No week is there for it, and it came after the other.
    await database.run({ text: `insert into event (kind, at) values ('told', '2020-01-01T00:00Z')` });
    await database.run({
      text: `insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, ended_at)
        select id, 'only', 0, 1, 1, 'success', ended from dag_run, unnest('{2024-01-01,2024-01-02}'::timestamptz[]) as ended`,
    });
    expect(await oldest()).toMatchObject({
      event: '2020-01-01T00:00:00Z',
      task_attempt: '2024-01-01T00:00:00Z',
      dag_run: expect.any(String),
      task_log: undefined,
      dag: undefined,
    });
  });
});
