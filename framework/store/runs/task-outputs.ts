import { z } from 'zod';

import type { RunId, TaskId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { Executor } from '../database.ts';
import { TaskIdColumn } from './run-rows.ts';

/** What tasks of a run returned; a task that did not succeed is missing, and one that stopped what follows, which has a reason. */
export async function readOutputs(
  executor: Executor,
  run: RunId,
  tasks: readonly TaskId[],
): Promise<ReadonlyMap<TaskId, Json>> {
  if (tasks.length === 0) return new Map();
  const rows = await executor.run(READ, [run, tasks]);
  return new Map(rows.map((row) => OutputRow.parse(row)).map(({ id, output }) => [id, output]));
}

const READ = {
  name: 'read_outputs',
  text: `
select task_id as id, output
from task_instance
where run_id = $1 and task_id = any ($2::text[]) and map_index = 0 and state = 'success' and reason is null`,
};

const OutputRow = z.object({ id: TaskIdColumn, output: z.json() });
