import type { z } from 'zod';

import { type TaskId, taskId } from '../core/ids.ts';
import type { DeclaredConnection } from './connections.ts';
import { type MapGiven, type Mapping, mapping } from './mapping.ts';
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

/** What `d.use` takes: a task, or a mapped one. */
export interface Usable<in Input, out Output, out Rule extends TriggerRule = TriggerRule, in Params = unknown> {
  readonly id: TaskId;
  readonly handler: TaskHandler;
  readonly policy: TaskPolicy;
  readonly connections: readonly DeclaredConnection[];
  /** Present on a mapped task. */
  readonly mapping?: Mapping;
  /** Never present: carries the types. */
  readonly types?: { readonly wiring: (input: Input, params: Params) => Output; readonly rule: Rule };
}

/** A piece of work that dags use. One task may be used several times, under several ids. */
export interface Task<
  Input,
  out Output,
  out Rule extends TriggerRule = TriggerRule,
  in Params = unknown,
> extends Usable<Input, Output, Rule, Params> {
  /**
   * The task once for each element of a list: `d.use('load', load.map({ file: files }), { region })`. The list comes by wire or
   * from code; exactly one input is mapped. Its output is the list of what the instances that succeeded returned, in order.
   * @throws DefinitionFailure `E_MAP_UNUSABLE`
   */
  readonly map: <Key extends keyof Input>(
    given: MapGiven<Input, Key>,
  ) => Usable<Omit<Input, Key>, readonly Output[], Rule, Params>;
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
  const usable = {
    id: name,
    handler: taskHandler(name, options),
    policy: taskPolicy(name, options),
    connections: options.connections ?? [],
  };
  return { ...usable, map: (given) => ({ ...usable, mapping: mapping(name, given) }) };
}
