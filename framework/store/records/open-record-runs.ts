import { z } from 'zod';

import { recordId } from '../../core/ids.ts';
import type { Temporal } from '../../core/time.ts';
import type { Window } from '../../core/window.ts';
import type { Order } from '../../dag/schedule/schedule.ts';
import type { Executor } from '../database.ts';
import { createRun } from '../runs/create-run.ts';
import { InstantColumn } from '../runs/run-rows.ts';
import { recordParams } from './record-params.ts';

export interface RunnableOptions {
  readonly pipelineId: string;
  readonly order: Order;
  /** Only windows that end at or before it are due. */
  readonly dueBefore: Temporal.Instant;
  /** So many runs of the schedule wait in the queue at most. */
  readonly atMost: number;
}

/**
 * Creates queued runs for pending windows, no more than may start soon: the others wait as records, which cost nothing. In strict
 * order only the oldest window that is not completed may run: a failed or cancelled one holds back all later ones. Returns how
 * many runs are new.
 */
export async function openRecordRuns(executor: Executor, options: RunnableOptions): Promise<number> {
  const rows = await executor.run(options.order === 'strict' ? STRICT : FREE, [
    options.pipelineId,
    options.dueBefore.toString(),
    options.atMost,
  ]);
  let created = 0;
  for (const row of rows) {
    const { id, retryAttempt, isItem, params, ...window } = Runnable.parse(row);
    const firstKind = isItem ? 'sensor' : 'scheduled';
    const run = await createRun(executor, {
      dagId: options.pipelineId,
      kind: retryAttempt > 0 ? 'rerun' : firstKind,
      window: windowOf(window),
      recordId: id,
      params,
    });
    if (run.kind === 'created') created += 1;
  }
  return created;
}

const PARAMS = `${recordParams('w.id')} as params, exists (select from sensor_item i where i.record_id = w.id) as "isItem"`;

const COLUMNS = `id, retry_attempt as "retryAttempt", window_start_time as "start", window_end_time as "end", window_zone as "zone"`;

const STRICT = {
  name: 'runnable_strict',
  text: `
select id, "retryAttempt", "start", "end", "zone", ${PARAMS}
from (
  select ${COLUMNS}, pipeline_status as status
  from pipeline_records
  where pipeline_id = $1 and pipeline_status <> 'COMPLETED'
  order by window_start_time, window_end_time
  limit 1
) w
where status = 'PENDING' and "end" <= $2::timestamptz and $3::integer > 0`,
};

// When each look queued as many runs again, all of a backlog was queued soon, and this statement compared every window with every
// open run: of 4,000 windows the first 1,000 took 41 ms of PostgreSQL's processor time each and the last 12; now it is 10 for all.
// `offset 0` keeps the subquery from becoming a join over all open runs.
const FREE = {
  name: 'runnable_free',
  text: `
select ${COLUMNS}, ${PARAMS}
from pipeline_records w
where pipeline_id = $1 and pipeline_status = 'PENDING' and window_end_time <= $2::timestamptz
  and not exists (select 1 from dag_run r where r.record_id = w.id and r.state in ('queued', 'running') offset 0)
order by window_start_time
limit greatest(0, $3::integer - (
  select count(*) from dag_run q where q.dag_id = $1 and q.state = 'queued' and q.kind in ('scheduled', 'sensor')
))`,
};

const Runnable = z.object({
  id: z.number().transform(recordId),
  retryAttempt: z.number(),
  start: InstantColumn,
  end: InstantColumn,
  zone: z.string(),
  params: z.record(z.string(), z.json()),
  isItem: z.boolean(),
});

function windowOf({ start, end, zone }: Window): Window {
  return { start, end, zone };
}
