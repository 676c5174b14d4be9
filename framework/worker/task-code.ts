import type { Dag } from '../dag/dag.ts';
import type { TaskHandler } from '../dag/task-handler.ts';
import { SUMMARY } from '../run/task-key.ts';
import type { Started } from '../store/runs/start-tasks.ts';

export interface TaskCode {
  readonly dag: Dag;
  readonly handler: TaskHandler;
}

/**
 * The code of a started task; undefined where this process has none: no such dag or task, or one that is mapped in only one of
 * the run and the code.
 */
export function taskCode(dags: ReadonlyMap<string, Dag>, started: Started): TaskCode | undefined {
  const { dagId, taskId, mapIndex, mapTotal } = started;
  const dag = dags.get(dagId);
  const handler = dag?.handlers.get(taskId);
  if (dag === undefined || handler === undefined) return undefined;
  const isMapped = dag.graph.tasks.find(({ id }) => id === taskId)?.mapped !== undefined;
  return isMapped === (mapIndex === SUMMARY || mapTotal !== null) ? { dag, handler } : undefined;
}
