import { type RunDetail, type Windrow, readRunLogs } from '#framework/operate';

import type { RunFacts } from '../pages/task-list.ts';

/** A run with the logs of its tasks. */
export async function withLogs(windrow: Windrow, run: RunDetail): Promise<RunFacts> {
  return { run, logs: await readRunLogs(windrow.store.database, run), now: windrow.clock.now() };
}
