import { DefinitionFailure } from '../core/failures.ts';
import type { DagId, TaskId } from '../core/ids.ts';
import type { GraphTask } from './graph.ts';

/** Tasks that were defined together: hand it to `after`, which waits for those that end it. */
export interface TaskGroup {
  /** With the groups around it: `extract.eu`. */
  readonly groupId: string;
  readonly leaves: readonly TaskId[];
}

/** The id of a task within a group: `extract.eu` and `pull` give `extract_eu_pull`. Job ids and queries know this one only. */
export function idInGroup(group: string | undefined, id: string): string {
  return group === undefined ? id : `${group.replaceAll('.', '_')}_${id}`;
}

/** The tasks of a group, with what the whole group waits for put before those that begin it. */
export function groupedAfter(tasks: readonly GraphTask[], after: readonly TaskId[]): readonly GraphTask[] {
  const ids = new Set(tasks.map(({ id }) => id));
  return tasks.map((task) =>
    task.upstream.some((id) => ids.has(id)) ? task : { ...task, upstream: [...new Set([...task.upstream, ...after])] },
  );
}

/** Those that nothing in the group follows. What comes after a group does not wait for its teardowns. */
export function leavesOf(tasks: readonly GraphTask[]): readonly TaskId[] {
  const work = tasks.filter(({ teardown }) => !teardown);
  const ending = work.length > 0 ? work : tasks;
  const followed = new Set(ending.flatMap(({ upstream }) => upstream));
  return ending.filter(({ id }) => !followed.has(id)).map(({ id }) => id);
}

export function isWithin({ group }: GraphTask, outer: string): boolean {
  return group !== undefined && `${group}.`.startsWith(`${outer}.`);
}

/** @throws DefinitionFailure `E_GROUP_TWICE` */
export function checkNewGroup(dag: DagId, group: string, tasks: readonly GraphTask[]): void {
  if (!tasks.some((task) => isWithin(task, group))) return;
  throw new DefinitionFailure(
    'E_GROUP_TWICE',
    `Dag "${dag}" has two groups "${group}". Put their tasks into one, or give one of them another id.`,
  );
}

/** @throws DefinitionFailure `E_GROUP_EMPTY` */
export function checkFilledGroup(dag: DagId, group: string, tasks: readonly GraphTask[]): void {
  if (tasks.length > 0) return;
  throw new DefinitionFailure(
    'E_GROUP_EMPTY',
    `Dag "${dag}": the group "${group}" has no tasks. Use at least one in it: g.use('pull', pull).`,
  );
}
