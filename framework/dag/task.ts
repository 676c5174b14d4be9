import type { z } from 'zod';

import { type TaskId, taskId } from '../core/ids.ts';
import type { DeclaredConnection } from './connections.ts';
import type { MustBeJson, OutputOf } from './json-output.ts';
import type { TaskContext } from './task-context.ts';
import { type TaskHandler, taskHandler } from './task-handler.ts';
import { type PolicyOptions, type TaskPolicy, taskPolicy } from './task-policy.ts';
import type { TriggerRule } from './trigger-rule.ts';

export interface TaskOptions<Input, Params, Result> {
  /** The work. Returns a JSON value, `skip(reason)`, `defer(until, reason)`, `choose(...tasks)` or `stop(reason)`, or throws. */
  readonly run: (context: TaskContext<Input, Params>) => Result & MustBeJson<OutputOf<Result>>;
  /** Checks the wired values at run time too; without it the types of the wires are trusted. */
  readonly input?: z.ZodType<Input>;
  /** Connections the work opens, so that `windrow config check` can read their settings beforehand. */
  readonly connections?: readonly DeclaredConnection[];
}

/** A piece of work that dags use. One task may be used several times, under several ids. */
export interface Task<in Input, out Output, out Rule extends TriggerRule = TriggerRule, in Params = unknown> {
  readonly id: TaskId;
  readonly handler: TaskHandler;
  readonly policy: TaskPolicy;
  readonly connections: readonly DeclaredConnection[];
  /** Never present: carries the types. */
  readonly types?: { readonly wiring: (input: Input, params: Params) => Output; readonly rule: Rule };
}

/** The input of a task that reads nothing from others. */
export type NoInput = object;

/**
 * Defines a task. Its input type comes from the context's annotation or from `input`, its output type from `run`:
 *
 *     const load = task('load', { run: async ({ input }: TaskContext<{ files: string[] }>) => ({ rows: input.files.length }) });
 *
 * @throws DefinitionFailure `E_NAME_UNUSABLE`, `E_TASK_POLICY`, `E_DURATION_UNREADABLE`
 */
export function task<
  Result,
  Input = NoInput,
  Params = unknown,
  Rule extends TriggerRule = 'all_success',
  Teardown extends boolean = false,
>(
  id: string,
  options: TaskOptions<Input, Params, Result> & PolicyOptions<Rule, Teardown>,
): Task<Input, OutputOf<Result>, Teardown extends true ? 'all_done' : Rule, Params> {
  const name = taskId(id);
  return {
    id: name,
    handler: taskHandler(name, options),
    policy: taskPolicy(name, options),
    connections: options.connections ?? [],
  };
}
