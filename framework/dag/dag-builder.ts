import { z } from 'zod';

import { DefinitionFailure } from '../core/failures.ts';
import { type DagId, type TaskId, groupName, taskId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { DeclaredConnection } from './connections.ts';
import type { GraphTask } from './graph.ts';
import type { Usable } from './task.ts';
import {
  type TaskGroup,
  checkFilledGroup,
  checkNewGroup,
  groupedAfter,
  idInGroup,
  isWithin,
  leavesOf,
} from './task-group.ts';
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

/** Edges without data: tasks and groups to wait for, by what `use` or `group` returned, or tasks by id. */
export interface After {
  readonly after?: readonly (Wire<unknown> | TaskGroup | string)[];
}

type Edges<Input, Rule extends TriggerRule> =
  Partial<Wires<Input, Rule>> extends Wires<Input, Rule>
    ? [edges?: Wires<Input, Rule> & After]
    : [edges: Wires<Input, Rule> & After];

export interface DagParts {
  readonly tasks: readonly GraphTask[];
  readonly handlers: ReadonlyMap<TaskId, TaskHandler>;
  readonly wires: ReadonlyMap<TaskId, Wiring>;
  readonly lists: ReadonlyMap<TaskId, readonly Json[]>;
  readonly connections: readonly DeclaredConnection[];
}

/** Collects the tasks of one dag while it is being defined. */
export class DagBuilder<in Params> {
  readonly #dag: DagId;
  readonly #group: string | undefined;
  readonly #tasks: GraphTask[];
  readonly #handlers: Map<TaskId, TaskHandler>;
  readonly #wires: Map<TaskId, Wiring>;
  readonly #lists: Map<TaskId, readonly Json[]>;
  readonly #connections: DeclaredConnection[];
  readonly #made: WeakSet<object>;

  /** @param within for the tasks of a group, which go into the same dag */
  constructor(dag: DagId, within?: { readonly outer: DagBuilder<never>; readonly group: string }) {
    this.#dag = dag;
    this.#group = within?.group;
    const outer = within?.outer;
    this.#tasks = outer === undefined ? [] : outer.#tasks;
    this.#handlers = outer === undefined ? new Map<TaskId, TaskHandler>() : outer.#handlers;
    this.#wires = outer === undefined ? new Map<TaskId, Wiring>() : outer.#wires;
    this.#lists = outer === undefined ? new Map<TaskId, readonly Json[]>() : outer.#lists;
    this.#connections = outer === undefined ? [] : outer.#connections;
    this.#made = outer === undefined ? new WeakSet<object>() : outer.#made;
  }

  /**
   * Puts a task into the dag: `d.use('load', load, { files, after: [prepared] })`.
   * @throws DefinitionFailure `E_NAME_UNUSABLE`, `E_WIRE_FOREIGN`
   */
  use<Input, Output, Rule extends TriggerRule>(
    id: string,
    task: Usable<Input, Output, Rule, Params>,
    ...[edges]: Edges<Input, Rule>
  ): Wire<Output> {
    const name = taskId(idInGroup(this.#group, taskId(id)));
    const { after = [], ...given }: After & Readonly<Record<string, unknown>> = edges ?? {};
    const { mapping } = task;
    const list = JsonList.safeParse(mapping?.over);
    if (list.success) this.#lists.set(name, list.data);
    const inputs = mapping === undefined || list.success ? given : { ...given, [mapping.input]: mapping.over };
    const wiring = Object.fromEntries(
      Object.entries(inputs).map(([input, wire]) => [input, this.#upstream(name, wire)]),
    );
    const upstream = new Set([...Object.values(wiring), ...this.#waitedFor(name, after)]);

    this.#tasks.push({
      id: name,
      upstream: [...upstream],
      ...task.policy,
      ...(mapping === undefined ? {} : { mapped: mapping.input }),
      ...this.#membership(),
    });
    this.#handlers.set(name, task.handler);
    this.#wires.set(name, wiring);
    this.#connections.push(...task.connections);
    return this.#wire(name);
  }

  /**
   * Puts tasks into the dag that belong together; `after` holds for those that begin the group. A task `pull` of the group
   * `extract` has the id `extract_pull`. Groups may hold groups.
   * @throws DefinitionFailure `E_NAME_UNUSABLE`, `E_GROUP_EMPTY`, `E_GROUP_TWICE`, `E_WIRE_FOREIGN`
   */
  group(id: string, { after = [] }: After, build: (g: DagBuilder<Params>) => void): TaskGroup {
    const groupId = this.#group === undefined ? groupName(id) : `${this.#group}.${groupName(id)}`;
    checkNewGroup(this.#dag, groupId, this.#tasks);
    const waitedFor = this.#waitedFor(groupId, after);
    build(new DagBuilder<Params>(this.#dag, { outer: this, group: groupId }));
    const members = this.#tasks.filter((task) => isWithin(task, groupId));
    checkFilledGroup(this.#dag, groupId, members);
    for (const task of groupedAfter(members, waitedFor)) {
      this.#tasks[this.#tasks.findIndex((each) => each.id === task.id)] = task;
    }
    const group = { groupId, leaves: leavesOf(members) };
    this.#made.add(group);
    return group;
  }

  parts(): DagParts {
    return {
      tasks: this.#tasks,
      handlers: this.#handlers,
      wires: this.#wires,
      lists: this.#lists,
      connections: this.#connections,
    };
  }

  #wire<Output>(taskId: TaskId): Wire<Output> {
    const wire = { taskId };
    this.#made.add(wire);
    return wire;
  }

  #membership(): Pick<GraphTask, 'group'> {
    return this.#group === undefined ? {} : { group: this.#group };
  }

  #waitedFor(task: string, after: NonNullable<After['after']>): readonly TaskId[] {
    return after.flatMap((each) =>
      typeof each === 'object' && 'leaves' in each && this.#made.has(each) ? each.leaves : [this.#upstream(task, each)],
    );
  }

  #upstream(task: string, wire: unknown): TaskId {
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

// The compiler has checked the elements.
const JsonList = z.array(z.custom<Json>());
