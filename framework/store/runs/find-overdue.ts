import { z } from 'zod';

import type { Executor } from '../database.ts';
import { RunIdColumn, TaskIdColumn } from './run-rows.ts';
import type { Claim } from './start-tasks.ts';

export interface OverdueTask extends Claim {
  readonly dagId: string;
}

/** Which of these claims, whose jobs wait in a queue, belong to tasks of these dags that wait to be started. Locks nothing. */
export async function findOverdue(
  executor: Executor,
  claims: readonly Claim[],
  dags: readonly string[],
): Promise<readonly OverdueTask[]> {
  const rows = await executor.run(OVERDUE, [
    claims.map(({ runId }) => runId),
    claims.map(({ taskId }) => taskId),
    claims.map(({ mapIndex }) => mapIndex),
    claims.map(({ seq }) => seq),
    dags,
  ]);
  return rows.map((row) => OverdueRow.parse(row));
}

const OVERDUE = {
  name: 'overdue_tasks',
  text: `
select t.run_id as "runId", t.task_id as "taskId", t.map_index as "mapIndex", t.seq, r.dag_id as "dagId"
from unnest($1::bigint[], $2::text[], $3::integer[], $4::integer[]) with ordinality as claim (run_id, task_id, map_index, seq, place)
join task_instance t on t.run_id = claim.run_id and t.task_id = claim.task_id and t.map_index = claim.map_index
  and t.seq = claim.seq
join dag_run r on r.id = t.run_id
where t.state in ('queued', 'up_for_retry') and r.state = 'running' and r.dag_id = any ($5::text[])
order by claim.place`,
};

const OverdueRow = z.object({
  runId: RunIdColumn,
  taskId: TaskIdColumn,
  mapIndex: z.number(),
  seq: z.number(),
  dagId: z.string(),
});
