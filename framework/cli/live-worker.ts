import type { Executor } from '../store/database.ts';
import { SILENCE, findLiveWorkers } from '../store/workers.ts';

/** Whether somebody takes tasks at this moment. */
export async function hasLiveWorker(executor: Executor): Promise<boolean> {
  return (await findLiveWorkers(executor, SILENCE)).length > 0;
}
