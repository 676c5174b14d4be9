import { z } from 'zod';

import type { FailureRecord } from '../../../core/failures.ts';
import type { RunId, TaskId } from '../../../core/ids.ts';
import type { Json } from '../../../core/json.ts';
import type { Temporal } from '../../../core/time.ts';
import { SUMMARY, taskKey } from '../../../run/task-key.ts';
import type { TaskState } from '../../../run/task-state.ts';
import type { UpstreamTally } from '../../../run/trigger-decision.ts';
import type { Executor } from '../../database.ts';
import { TaskIdColumn, TaskStateColumn } from '../../runs/run-rows.ts';
import { MaybeFailure, MaybeInstant } from '../view-rows.ts';

/** A task of a run as people look at it. */
export interface TaskView {
  /** For people: the id, or `load[3]` for an instance of a mapped task. */
  readonly name: string;
  readonly taskId: TaskId;
  /** 0, or -1 for the summary of a mapped task and 0, 1, ... for its instances. */
  readonly mapIndex: number;
  /** Of the summary of a mapped task, once its instances are there: how they ended so far. */
  readonly instances: UpstreamTally | null;
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

/** The tasks of a run by id, instances of a mapped one behind its summary; empty before the run has started. */
export async function readRunTasks(
  database: Executor,
  run: RunId,
): Promise<ReadonlyMap<TaskId, readonly Omit<TaskView, 'upstream'>[]>> {
  const rows = await database.run(READ, [run]);
  return Map.groupBy(
    rows.map((row) => TaskRow.parse(row)),
    ({ taskId }) => taskId,
  );
}

const READ = {
  name: 'read_run_tasks',
  text: `
select task_id as "taskId", map_index as "mapIndex", map_total as total, map_success as success, map_failed as failed,
  map_skipped as skipped, state, attempt, seq, fence, started_at as "startedAt", ended_at as "endedAt", reason, failure,
  output, worker
from task_instance
where run_id = $1
order by task_id, map_index`,
};

const TaskRow = z
  .object({
    taskId: TaskIdColumn,
    mapIndex: z.number(),
    total: z.number().nullable(),
    success: z.number(),
    failed: z.number(),
    skipped: z.number(),
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
  })
  .transform(({ total, success, failed, skipped, ...task }) => ({
    ...task,
    name: taskKey(task.taskId, task.mapIndex, total !== null),
    instances: task.mapIndex === SUMMARY && total !== null ? { total, success, failed, skipped } : null,
  }));
