import type { Executor } from '../../database.ts';
import { type LogLine, readTaskLog } from './read-task-log.ts';
import type { RunDetail } from './show-run.ts';

/** What the tasks of a run logged, by their names, of each task the newest lines only; one that logged nothing is missing. */
export async function readRunLogs(
  database: Executor,
  run: RunDetail,
): Promise<ReadonlyMap<string, readonly LogLine[]>> {
  const logs = new Map<string, readonly LogLine[]>();
  for (const [taskId, tasks] of Map.groupBy(run.tasks, (task) => task.taskId)) {
    const lines = await readTaskLog(database, { runId: run.id, taskId });
    const byIndex = Map.groupBy(lines, ({ mapIndex }) => mapIndex);
    for (const { name, mapIndex } of tasks) {
      const own = byIndex.get(mapIndex);
      if (own !== undefined) logs.set(name, own);
    }
  }
  return logs;
}
