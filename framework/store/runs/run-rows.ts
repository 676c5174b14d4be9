import { z } from 'zod';

import { type RunId, type TaskId, runId } from '../../core/ids.ts';
import { Temporal } from '../../core/time.ts';
import { RUN_STATES } from '../../run/run-state.ts';
import { TASK_STATES } from '../../run/task-state.ts';

/** Database values arrive as unknown and leave here as ours. */
export const RunIdColumn = z
  .number()
  .int()
  .transform((value): RunId => runId(value));
// Ids in the database were checked when their dag was defined.
export const TaskIdColumn = z.custom<TaskId>((value) => typeof value === 'string');
export const InstantColumn = z.instanceof(Temporal.Instant);
export const TaskStateColumn = z.enum(TASK_STATES);
export const RunStateColumn = z.enum(RUN_STATES);
