import { z } from 'zod';

import { milliseconds } from '../../core/duration.ts';
import { planTimeOut } from '../../run/time-out.ts';
import type { Database } from '../database.ts';
import { applyPlans } from './apply-plans.ts';
import { type Finished, follows } from './finish-tasks.ts';
import type { Graphs } from './graphs.ts';
import { lockAllTasks, lockRuns } from './locked-runs.ts';
import { RunIdColumn } from './run-rows.ts';

type Ended = Omit<Finished, 'accepted'>;

/**
 * Ends runs that have passed their deadline: waiting tasks at once, running ones by the signal that their next heartbeat
 * brings. Teardowns still run, then the run is failed. One transaction for each; two sweepers end a run once.
 */
export async function timeOutRuns(
  store: { readonly database: Database; readonly graphs: Graphs },
  atMost: number,
): Promise<readonly Ended[]> {
  const rows = await store.database.run(OVERDUE, [atMost]);
  const ended: Ended[] = [];
  for (const row of rows) {
    const one = await timeOutRun(store, Overdue.parse(row));
    if (one !== undefined) ended.push(one);
  }
  return ended;
}

async function timeOutRun(
  store: { readonly database: Database; readonly graphs: Graphs },
  { id, limitMs }: Overdue,
): Promise<Ended | undefined> {
  return store.database.transaction(async (transaction) => {
    const [run] = await lockRuns(transaction, [id]);
    if (run === undefined || run.state !== 'running' || run.timedOut || run.cancelRequested) return undefined;
    const shape = await store.graphs.load(transaction, run.graphHash);
    const tasks = await lockAllTasks(transaction, id);
    const { plan, failure } = planTimeOut({ shape, run, tasks }, limitMs);
    await transaction.run(MARK, [id, JSON.stringify(failure)]);
    const applied = { run, tasks, plan };
    const dispatches = await applyPlans(transaction, [applied]);
    return follows([applied], dispatches);
  });
}

// A run that somebody cancelled ends as cancelled, however late; one that timed out has been asked to stop as well.
const OVERDUE = {
  name: 'overdue_runs',
  text: `
select id, extract(epoch from deadline_at - started_at) * 1000 as "limitMs"
from dag_run
where state = 'running' and timed_out is null and deadline_at <= now() and not cancel_requested
order by deadline_at
limit $1`,
};

// The run's row is locked. Its record gets the failure when the run closes: see the statement that applies plans.
const MARK = {
  name: 'mark_timed_out',
  text: `
with marked as (
  update dag_run set timed_out = $2::jsonb where id = $1
  returning id, dag_id, record_id
)
insert into event (kind, dag_id, run_id, record_id, details)
select 'run_timed_out', dag_id, id, record_id, $2::jsonb -> 'details'
from marked`,
};

type Overdue = z.infer<typeof Overdue>;
const Overdue = z.object({
  id: RunIdColumn,
  limitMs: z.coerce.number().transform((length) => milliseconds(Math.round(length))),
});
