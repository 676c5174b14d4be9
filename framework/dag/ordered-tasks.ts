import { DefinitionFailure } from '../core/failures.ts';
import type { DagId, TaskId } from '../core/ids.ts';
import type { GraphTask } from './graph.ts';

/**
 * The tasks with upstream before downstream, otherwise in the order given.
 * @throws DefinitionFailure `E_DAG_EMPTY`, `E_TASK_TWICE`, `E_UPSTREAM_UNKNOWN`, `E_DAG_CYCLE`, `E_TEARDOWN_MISPLACED`
 */
export function orderedTasks(dag: DagId, tasks: readonly GraphTask[]): readonly GraphTask[] {
  const byId = indexed(dag, tasks);
  checkUpstreams(dag, byId);
  checkTeardowns(dag, byId);
  return sorted(dag, byId);
}

function indexed(dag: DagId, tasks: readonly GraphTask[]): ReadonlyMap<TaskId, GraphTask> {
  if (tasks.length === 0) {
    throw new DefinitionFailure(
      'E_DAG_EMPTY',
      `Dag "${dag}" has no tasks. Use at least one: d.use('extract', extract).`,
    );
  }
  const byId = new Map<TaskId, GraphTask>();
  for (const task of tasks) {
    if (byId.has(task.id)) {
      throw new DefinitionFailure(
        'E_TASK_TWICE',
        `Dag "${dag}" has two tasks with the id "${task.id}". Give one of them another id.`,
      );
    }
    byId.set(task.id, task);
  }
  return byId;
}

function checkUpstreams(dag: DagId, byId: ReadonlyMap<TaskId, GraphTask>): void {
  for (const task of byId.values()) {
    const unknown = task.upstream.find((id) => !byId.has(id));
    if (unknown === undefined) continue;
    throw new DefinitionFailure(
      'E_UPSTREAM_UNKNOWN',
      `Dag "${dag}": task "${task.id}" comes after "${unknown}", which is not in this dag. Expected one of ${[...byId.keys()].join(', ')}.`,
    );
  }
}

function checkTeardowns(dag: DagId, byId: ReadonlyMap<TaskId, GraphTask>): void {
  const tasks = [...byId.values()];
  if (tasks.every((task) => task.teardown)) {
    throw new DefinitionFailure(
      'E_TEARDOWN_MISPLACED',
      `Dag "${dag}" has only teardown tasks, so nothing decides whether a run succeeds. Make one of them an ordinary task.`,
    );
  }
  for (const task of tasks) {
    const teardown = task.teardown ? undefined : task.upstream.find((id) => byId.get(id)?.teardown);
    if (teardown === undefined) continue;
    throw new DefinitionFailure(
      'E_TEARDOWN_MISPLACED',
      `Dag "${dag}": task "${task.id}" comes after the teardown "${teardown}". Only teardowns may follow a teardown; drop the edge or make "${task.id}" one.`,
    );
  }
}

function sorted(dag: DagId, byId: ReadonlyMap<TaskId, GraphTask>): readonly GraphTask[] {
  const placed = new Set<GraphTask>();
  const path: TaskId[] = [];

  const place = (task: GraphTask): void => {
    if (placed.has(task)) return;
    if (path.includes(task.id)) throw cycle(dag, [...path.slice(path.indexOf(task.id)), task.id]);
    path.push(task.id);
    for (const id of task.upstream) {
      const upstream = byId.get(id);
      if (upstream !== undefined) place(upstream);
    }
    path.pop();
    placed.add(task);
  };

  for (const task of byId.values()) place(task);
  return [...placed];
}

function cycle(dag: DagId, upstreamPath: readonly TaskId[]): DefinitionFailure {
  return new DefinitionFailure(
    'E_DAG_CYCLE',
    `Dag "${dag}" has a cycle: ${upstreamPath.toReversed().join(' -> ')}. Remove one of these edges.`,
  );
}
