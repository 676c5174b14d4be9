import { z } from 'zod';

import type { RunId, TaskId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { InstantColumn, RunIdColumn, TaskIdColumn } from '../runs/run-rows.ts';

/** Something that happened to a record: a run began or ended, a task left the ordinary. */
export interface EventView {
  readonly id: number;
  readonly at: Temporal.Instant;
  readonly kind: string;
  readonly runId: RunId | null;
  readonly taskId: TaskId | null;
  readonly details: Readonly<Record<string, Json>>;
}

/** Oldest first, over all runs of the record. */
export async function recordEvents(database: Executor, recordId: number): Promise<readonly EventView[]> {
  const rows = await database.run(READ, [recordId]);
  return rows.map((row) => EventRow.parse(row));
}

// What is written for plugins alone stands in the attempts and in the record itself.
const READ = {
  name: 'record_events',
  text: `
select id, at, kind, run_id as "runId", task_id as "taskId", details
from event
where record_id = $1 and kind not in ('task_started', 'record_changed')
order by id`,
};

const EventRow = z.object({
  id: z.number(),
  at: InstantColumn,
  kind: z.string(),
  runId: RunIdColumn.nullable(),
  taskId: TaskIdColumn.nullable(),
  details: z.record(z.string(), z.json()),
});
