import { z } from 'zod';

import { DataFailure } from '../core/failures.ts';
import type { TaskId } from '../core/ids.ts';
import type { TaskContext } from './task-context.ts';
import { type TaskOutcome, outcomeOf } from './task-outcome.ts';

/** A task function with its types erased: what the engine calls. Input is checked before, output after. */
export interface TaskHandler {
  /** @throws whatever the task throws, or DataFailure `E_TASK_INPUT_UNREADABLE`, `E_TASK_OUTPUT_NOT_JSON`, `E_TASK_OUTPUT_TOO_LARGE` */
  readonly run: (context: TaskContext) => Promise<TaskOutcome>;
}

interface Typed<Input, Params> {
  readonly run: (context: TaskContext<Input, Params>) => unknown;
  readonly input?: z.ZodType<Input>;
}

export function taskHandler<Input, Params>(taskId: TaskId, typed: Typed<Input, Params>): TaskHandler {
  // Without a schema the compiler has checked the wires; params were checked by the dag's schema before the run existed.
  const inputSchema = typed.input ?? z.custom<Input>();
  const paramsSchema = z.custom<Params>();
  return {
    run: async (context) => {
      const input = read(taskId, inputSchema, context.input);
      return outcomeOf(taskId, await typed.run({ ...context, input, params: paramsSchema.parse(context.params) }));
    },
  };
}

function read<T>(taskId: TaskId, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new DataFailure(
    'E_TASK_INPUT_UNREADABLE',
    `Task "${taskId}" cannot use its input: ${z.prettifyError(parsed.error)}. Compare what its upstream tasks returned with its input schema.`,
    { cause: parsed.error },
  );
}
