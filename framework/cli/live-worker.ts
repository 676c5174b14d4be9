import { seconds } from '../core/duration.ts';
import type { Executor } from '../store/database.ts';
import { findLiveWorkers } from '../store/workers.ts';

/** A worker says every second or so that it lives. */
const SILENCE = seconds(10);

/** Whether somebody takes tasks at this moment. */
export async function hasLiveWorker(executor: Executor): Promise<boolean> {
  return (await findLiveWorkers(executor, SILENCE)).length > 0;
}
