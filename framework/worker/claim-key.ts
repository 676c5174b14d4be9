import type { Claim } from '../store/runs/start-tasks.ts';

/** One text for each dispatch. */
export function claimKey({ runId, taskId, mapIndex, seq }: Claim): string {
  return `${runId} ${taskId} ${mapIndex} ${seq}`;
}
