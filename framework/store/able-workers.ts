import { z } from 'zod';

import type { Executor } from './database.ts';
import type { Claim } from './runs/start-tasks.ts';
import { SILENCE } from './workers.ts';

/** Whether another live worker takes the pool of a task and has the task in its code. */
export async function isKnownElsewhere(
  executor: Executor,
  { runId, taskId, mapIndex }: Claim,
  self: string,
): Promise<boolean> {
  const [row] = await executor.run(KNOWN, [runId, taskId, mapIndex, self, SILENCE]);
  return row !== undefined && Known.parse(row).known;
}

/** Whether worker `w` has the code of task `t` of run `r`. One of an older Windrow names its dags only. */
export const HAS_TASK = `(r.dag_id = any (w.dags) and (cardinality(w.graphs) = 0 or exists (
    select
    from dag_version v
    cross join lateral jsonb_to_recordset(v.graph -> 'tasks') as g (id text, mapped text)
    where v.hash = any (w.graphs) and v.dag_id = r.dag_id and g.id = t.task_id
      and (g.mapped is not null) = (t.map_index < 0 or t.map_total is not null)
  )))`;

const KNOWN = {
  name: 'known_elsewhere',
  text: `
select exists (
  select
  from worker w
  where w.kind = 'worker' and w.id <> $4 and w.seen_at >= now() - $5::bigint * interval '1 ms'
    and t.pool = any (w.pools) and ${HAS_TASK}
) as known
from task_instance t
join dag_run r on r.id = t.run_id
where t.run_id = $1 and t.task_id = $2 and t.map_index = $3`,
};

const Known = z.object({ known: z.boolean() });
