import { afterEach, describe, expect, it } from 'vitest';

import { every } from '#framework';
import { type Windrow, listRecords } from '#framework/operate';

import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { Bench } from './bench.ts';

const WINDOWS = 20_000;

describe('a page of windows', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('reads the windows that it shows and no others, whichever filters are given', async () => {
    const orders = doublesPipeline('orders', transferDoubles(), {
      schedule: every('15m', { start: '2100-01-01T00:00Z' }),
    });
    const engine = await bench.engine({ dags: [orders], backend: 'postgres', workers: 0 });
    await engine.store.database.run({ text: FILL }, [WINDOWS]);
    await engine.store.database.run({ text: 'vacuum analyze pipeline_records' });
    for (const filter of [
      {},
      { before: 10_000 },
      { pipelineId: 'orders' },
      { pipelineId: 'orders', status: 'FAILED' as const },
      { pipelineId: 'orders', status: 'PENDING' as const, before: WINDOWS },
    ])
      expect({ filter, passedOver: await passedOver(engine, filter) }).toEqual({ filter, passedOver: 0 });
  });
});

/** How many rows PostgreSQL reads for a page and leaves out, with the plan that the engine's sessions make. */
async function passedOver({ store }: Windrow, filter: Omit<Parameters<typeof listRecords>[1], 'limit'>) {
  const plans: string[] = [];
  const explaining: Parameters<typeof listRecords>[0] = {
    run: ({ text }, values = []) =>
      store.database.transaction(async (transaction) => {
        const given = values
          .map((value) => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value)))
          .join(', ');
        await transaction.run({ text: `prepare listed as ${text}` });
        const plan = await transaction.run({ text: `explain (analyze, format json) execute listed (${given})` });
        await transaction.run({ text: 'deallocate listed' });
        plans.push(JSON.stringify(plan));
        return transaction.run({ text }, values);
      }),
  };
  await listRecords(explaining, { ...filter, limit: 50 });
  const counts = plans.flatMap((plan) => [...plan.matchAll(/"Rows Removed by Filter":(\d+)/g)]);
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

// The oldest few wait, so that a page of them lies far from the newest.
const FILL = `
insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval,
  pipeline_status)
select 'orders', (w at time zone 'UTC')::date, w, w + interval '15 minutes', 'UTC', '15m',
  case when n > 20 then 'COMPLETED' else 'PENDING' end
from generate_series(1, $1::integer) as n (n), lateral (select '2020-01-01T00:00Z'::timestamptz + n * interval '15 minutes' as w) at`;
