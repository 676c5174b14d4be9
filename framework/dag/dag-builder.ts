import { DefinitionFailure } from '../core/failures.ts';
import { type DagId, type TaskId, taskId } from '../core/ids.ts';
import type { DeclaredConnection } from './connections.ts';
import type { GraphTask } from './graph.ts';
import type { Task } from './task.ts';
import type { TaskHandler } from './task-handler.ts';
import type { TriggerRule } from './trigger-rule.ts';

/** A task in its dag, and the promise of its output: hand it to `use` as a wire or in `after`. */
export interface Wire<out Output> {
  readonly taskId: TaskId;
  /** Never present: carries the type. */
  readonly output?: Output;
}

/** Input name to the upstream task whose output it gets. */
export type Wiring = Readonly<Record<string, TaskId>>;

/**
 * What `use` needs for a task: one wire per input, of the input's type. With a rule under which an upstream may have
 * failed or been skipped, each input must allow `undefined`, because then there is no value.
 */
export type Wires<Input, Rule extends TriggerRule> = {
  readonly [Name in keyof Input]: [Rule] extends ['all_success']
    ? Wire<Input[Name]>
    : undefined extends Input[Name]
      ? Wire<Exclude<Input[Name], undefined>>
      : 'This rule runs the task without upstream values too: let the input be undefined';
};

/** Edges without data: tasks to wait for, by what `use` returned or by id. */
export interface After {
  readonly after?: readonly (Wire<unknown> | string)[];
}

type Edges<Input, Rule extends TriggerRule> =
  Partial<Wires<Input, Rule>> extends Wires<Input, Rule>
    ? [edges?: Wires<Input, Rule> & After]
    : [edges: Wires<Input, Rule> & After];

export interface DagParts {
  readonly tasks: readonly GraphTask[];
  readonly handlers: ReadonlyMap<TaskId, TaskHandler>;
  readonly wires: ReadonlyMap<TaskId, Wiring>;
  readonly connections: readonly DeclaredConnection[];
}

/** Collects the tasks of one dag while it is being defined. */
export class DagBuilder<in Params> {
  readonly #dag: DagId;
  readonly #tasks: GraphTask[] = [];
  readonly #handlers = new Map<TaskId, TaskHandler>();
  readonly #wires = new Map<TaskId, Wiring>();
  readonly #connections: DeclaredConnection[] = [];
  readonly #made = new WeakSet<object>();

  constructor(dag: DagId) {
    this.#dag = dag;
  }

  /**
   * Puts a task into the dag: `d.use('load', load, { files, after: [prepared] })`.
   * @throws DefinitionFailure `E_NAME_UNUSABLE`, `E_WIRE_FOREIGN`
   */
  use<Input, Output, Rule extends TriggerRule>(
    id: string,
    task: Task<Input, Output, Rule, Params>,
    ...[edges]: Edges<Input, Rule>
  ): Wire<Output> {
    const name = taskId(id);
    const { after = [], ...inputs }: After & Readonly<Record<string, unknown>> = edges ?? {};
    const wiring = Object.fromEntries(
      Object.entries(inputs).map(([input, wire]) => [input, this.#upstream(name, wire)]),
    );
    const upstream = new Set([...Object.values(wiring), ...after.map((wire) => this.#upstream(name, wire))]);

    this.#tasks.push({ id: name, upstream: [...upstream], ...task.policy });
    this.#handlers.set(name, task.handler);
    this.#wires.set(name, wiring);
    this.#connections.push(...task.connections);
    return this.#wire(name);
  }

  parts(): DagParts {
    return { tasks: this.#tasks, handlers: this.#handlers, wires: this.#wires, connections: this.#connections };
  }

  #wire<Output>(taskId: TaskId): Wire<Output> {
    const wire = { taskId };
    this.#made.add(wire);
    return wire;
  }

  #upstream(task: TaskId, wire: unknown): TaskId {
    if (typeof wire === 'string') return taskId(wire);
    if (typeof wire === 'object' && wire !== null && 'taskId' in wire && this.#made.has(wire))
      return taskId(String(wire.taskId));
    throw new DefinitionFailure(
      'E_WIRE_FOREIGN',
      `Dag "${this.#dag}": task "${task}" is wired to something that this dag's d.use did not return. ` +
        'Pass what d.use returned inside the same dag; data between dags goes through an asset or a record.',
    );
  }
}
