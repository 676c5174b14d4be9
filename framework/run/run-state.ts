export const RUN_STATES = ['queued', 'running', 'success', 'failed', 'cancelled'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What closing needs to know of a run; `failedTasks` counts tasks that failed, or could not run for it, and are not teardown. */
export interface RunTally {
  readonly openTasks: number;
  readonly failedTasks: number;
  readonly cancelRequested: boolean;
  /** It has passed its deadline, and was told to stop for it. */
  readonly timedOut: boolean;
}

/** The state that a run with no open task ends in, or undefined while work is left. */
export function closedState(tally: RunTally): Extract<RunState, 'success' | 'failed' | 'cancelled'> | undefined {
  if (tally.openTasks > 0) return undefined;
  if (tally.timedOut) return 'failed';
  if (tally.cancelRequested) return 'cancelled';
  return tally.failedTasks > 0 ? 'failed' : 'success';
}
