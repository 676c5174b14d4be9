import { z } from 'zod';

import type { FailureRecord } from '../../core/failures.ts';
import type { RunId, TaskId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { Temporal } from '../../core/time.ts';
import type { TaskState } from '../../run/task-state.ts';
import type { Executor } from '../database.ts';
import { TaskIdColumn, TaskStateColumn } from '../runs/run-rows.ts';
import { MaybeFailure, MaybeInstant } from './view-rows.ts';

/** A task of a run as people look at it. */
export interface TaskView {
  readonly taskId: TaskId;
  readonly state: TaskState;
  readonly attempt: number;
  readonly seq: number;
  readonly fence: number;
  readonly startedAt: Temporal.Instant | null;
  readonly endedAt: Temporal.Instant | null;
  readonly reason: string | null;
  readonly failure: FailureRecord | null;
  readonly output: Json;
  readonly worker: string | null;
  readonly upstream: readonly string[];
}

/** The tasks of a run by id; empty before the run has started. */
export async function readRunTasks(
  database: Executor,
  run: RunId,
): Promise<ReadonlyMap<TaskId, Omit<TaskView, 'upstream'>>> {
  const rows = await database.run(READ, [run]);
  return new Map(rows.map((row) => TaskRow.parse(row)).map((task) => [task.taskId, task]));
}

const READ = {
  name: 'read_run_tasks',
  text: `
select task_id as "taskId", state, attempt, seq, fence, started_at as "startedAt", ended_at as "endedAt", reason, failure,
  output, worker
from task_instance
where run_id = $1 and map_index = 0`,
};

const TaskRow = z.object({
  taskId: TaskIdColumn,
  state: TaskStateColumn,
  attempt: z.number(),
  seq: z.number(),
  fence: z.number(),
  startedAt: MaybeInstant,
  endedAt: MaybeInstant,
  reason: z.string().nullable(),
  failure: MaybeFailure,
  output: z.json(),
  worker: z.string().nullable(),
});
