import { bounded } from '#framework';
import { type RunDetail, type Windrow, readTaskLog } from '#framework/operate';

import type { RunFacts } from '../pages/task-list.ts';

/** A run with the logs of every task that has started. */
export async function withLogs(windrow: Windrow, run: RunDetail): Promise<RunFacts> {
  const started = run.tasks.filter(({ seq }) => seq > 0);
  const logs = await bounded(started, { atMost: 4 }, async ({ taskId }) => {
    return [taskId, await readTaskLog(windrow.store.database, { runId: run.id, taskId })] as const;
  });
  return { run, logs: new Map(logs), now: windrow.clock.now() };
}
