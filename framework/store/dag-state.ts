import { z } from 'zod';

import type { Executor } from './database.ts';

export interface DagState {
  readonly paused: boolean;
}

export async function findDagState(executor: Executor, dagId: string): Promise<DagState | undefined> {
  const [row] = await executor.run({ name: 'dag_state', text: 'select paused from dag where id = $1' }, [dagId]);
  return row === undefined ? undefined : z.object({ paused: z.boolean() }).parse(row);
}

/** Returns whether there is such a dag. */
export async function setPaused(executor: Executor, dagId: string, paused: boolean): Promise<boolean> {
  const rows = await executor.run({ text: 'update dag set paused = $2 where id = $1 returning id' }, [dagId, paused]);
  return rows.length > 0;
}
