import { z } from 'zod';

import type { Json } from '../../core/json.ts';
import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';

/** A kept line of a task's log. */
export interface LogLine {
  readonly id: number;
  readonly mapIndex: number;
  readonly attempt: number;
  readonly at: Temporal.Instant;
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, Json>>;
}

export interface TaskLogFilter {
  readonly runId: number;
  readonly taskId: string;
  /** Absent: every instance of a mapped task. */
  readonly mapIndex?: number;
  /** Absent: every try. */
  readonly attempt?: number;
}

/** Oldest first. Lines arrive when their try ends. */
export async function readTaskLog(database: Executor, filter: TaskLogFilter): Promise<readonly LogLine[]> {
  const rows = await database.run(READ, [filter.runId, filter.taskId, filter.attempt ?? null, filter.mapIndex ?? null]);
  return rows.map((row) => LogRow.parse(row));
}

const READ = {
  name: 'read_task_log',
  text: `
select id, map_index as "mapIndex", attempt, at, level, message, fields
from task_log
where run_id = $1 and task_id = $2 and ($3::integer is null or attempt = $3) and ($4::integer is null or map_index = $4)
order by id`,
};

const LogRow = z.object({
  id: z.number(),
  mapIndex: z.number(),
  attempt: z.number(),
  at: InstantColumn,
  level: z.string(),
  message: z.string(),
  fields: z.record(z.string(), z.json()),
});
