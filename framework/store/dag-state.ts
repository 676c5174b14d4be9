import { z } from 'zod';

import type { Executor } from './database.ts';

export interface DagState {
  readonly paused: boolean;
  /** Runs that have not ended. */
  readonly openRuns: number;
}

export async function findDagState(executor: Executor, dagId: string): Promise<DagState | undefined> {
  const [row] = await executor.run(STATE, [dagId]);
  return row === undefined ? undefined : StateRow.parse(row);
}

const STATE = {
  name: 'dag_state',
  text: `
select paused, (select count(*) from dag_run r where r.dag_id = d.id and r.state in ('queued', 'running')) as "openRuns"
from dag d
where id = $1`,
};

const StateRow = z.object({ paused: z.boolean(), openRuns: z.number() });

/** Returns whether there is such a dag. */
export async function setPaused(executor: Executor, dagId: string, paused: boolean): Promise<boolean> {
  const rows = await executor.run({ text: 'update dag set paused = $2 where id = $1 returning id' }, [dagId, paused]);
  return rows.length > 0;
}
