import { z } from 'zod';

import type { FailureRecord } from '../../../core/failures.ts';
import type { RunId, TaskId } from '../../../core/ids.ts';
import type { Temporal } from '../../../core/time.ts';
import type { Executor } from '../../database.ts';
import { InstantColumn, TaskIdColumn } from '../../runs/run-rows.ts';
import { MaybeFailure, MaybeInstant } from '../view-rows.ts';

/** One ended try of a task, whoever ended it. */
export interface AttemptView {
  readonly id: number;
  readonly taskId: TaskId;
  readonly mapIndex: number;
  readonly attempt: number;
  readonly fence: number;
  readonly outcome: string;
  readonly worker: string | null;
  readonly startedAt: Temporal.Instant | null;
  readonly endedAt: Temporal.Instant;
  readonly reason: string | null;
  readonly failure: FailureRecord | null;
}

/** Oldest first. */
export async function readAttempts(database: Executor, run: RunId): Promise<readonly AttemptView[]> {
  const rows = await database.run(READ, [run]);
  return rows.map((row) => AttemptRow.parse(row));
}

const READ = {
  name: 'read_attempts',
  text: `
select id, task_id as "taskId", map_index as "mapIndex", attempt, fence, outcome, worker, started_at as "startedAt", ended_at as "endedAt", reason,
  failure
from task_attempt
where run_id = $1
order by id`,
};

const AttemptRow = z.object({
  id: z.number(),
  taskId: TaskIdColumn,
  mapIndex: z.number(),
  attempt: z.number(),
  fence: z.number(),
  outcome: z.string(),
  worker: z.string().nullable(),
  startedAt: MaybeInstant,
  endedAt: InstantColumn,
  reason: z.string().nullable(),
  failure: MaybeFailure,
});
