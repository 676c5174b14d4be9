import { z } from 'zod';

import type { Json } from '../../../core/json.ts';
import type { Temporal } from '../../../core/time.ts';
import type { Executor } from '../../database.ts';
import { InstantColumn } from '../../runs/run-rows.ts';

/** A kept line of a task's log. */
export interface LogLine {
  readonly id: number;
  readonly mapIndex: number;
  readonly attempt: number;
  /** Of the try that logged it: one that was lost and the one behind it have the same attempt. Null: stored by an older Windrow. */
  readonly fence: number | null;
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
  /** The first lines behind the one with this id. Absent: the newest. */
  readonly after?: number;
  /** With no `after`: the newest lines before the one with this id. */
  readonly before?: number;
  /** Default 1000, at most 10,000. */
  readonly limit?: number;
}

export const LOG_LINES = 1000;
const MOST_LINES = 10_000;

/** A page of a task's log, oldest first. Lines of a running try arrive about once a second. */
export async function readTaskLog(database: Executor, filter: TaskLogFilter): Promise<readonly LogLine[]> {
  const { runId, taskId, attempt, mapIndex, after, before, limit = LOG_LINES } = filter;
  const values = [runId, taskId, attempt ?? null, mapIndex ?? null, Math.min(limit, MOST_LINES)];
  const rows = await (after === undefined
    ? database.run(NEWEST, [...values, before ?? null])
    : database.run(BEHIND, [...values, after]));
  const lines = rows.map((row) => LogRow.parse(row));
  return after === undefined ? lines.toReversed() : lines;
}

const OF_TASK = `
select id, map_index as "mapIndex", attempt, fence, at, level, message, fields
from task_log
where run_id = $1 and task_id = $2 and ($3::integer is null or attempt = $3) and ($4::integer is null or map_index = $4)`;

const NEWEST = {
  name: 'newest_task_log',
  text: `${OF_TASK} and ($6::bigint is null or id < $6)
order by id desc
limit $5`,
};

const BEHIND = {
  name: 'task_log_behind',
  text: `${OF_TASK} and id > $6
order by id
limit $5`,
};

const LogRow = z.object({
  id: z.number(),
  mapIndex: z.number(),
  attempt: z.number(),
  fence: z.number().nullable(),
  at: InstantColumn,
  level: z.string(),
  message: z.string(),
  fields: z.record(z.string(), z.json()),
});
