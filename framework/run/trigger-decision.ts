import type { TriggerRule } from '../dag/trigger-rule.ts';
import type { TaskState } from './task-state.ts';

/** How many upstream tasks ended in which way. `failed` includes upstream_failed and cancelled; `skipped` includes removed. */
export interface UpstreamTally {
  readonly total: number;
  readonly success: number;
  readonly failed: number;
  readonly skipped: number;
}

export type TriggerDecision = 'wait' | 'run' | 'skip' | 'fail';

/** Whether a task may start, judged from its upstream alone. A task without upstream always runs. */
export function triggerDecision(rule: TriggerRule, tally: UpstreamTally): TriggerDecision {
  return tally.total === 0 ? 'run' : RULES[rule](tally);
}

/** Which counter a final upstream state adds to. */
export function tallyOf(state: TaskState): 'success' | 'failed' | 'skipped' | undefined {
  return COUNTED[state];
}

const COUNTED: Record<TaskState, 'success' | 'failed' | 'skipped' | undefined> = {
  none: undefined,
  scheduled: undefined,
  queued: undefined,
  running: undefined,
  deferred: undefined,
  up_for_retry: undefined,
  success: 'success',
  failed: 'failed',
  upstream_failed: 'failed',
  cancelled: 'failed',
  skipped: 'skipped',
  removed: 'skipped',
};

const RULES: Record<TriggerRule, (tally: UpstreamTally) => TriggerDecision> = {
  all_success: ({ total, success, failed, skipped }) => {
    if (failed > 0) return 'fail';
    if (skipped > 0) return 'skip';
    return success === total ? 'run' : 'wait';
  },
  all_failed: ({ total, success, failed, skipped }) => {
    if (success > 0 || skipped > 0) return 'skip';
    return failed === total ? 'run' : 'wait';
  },
  all_done: (tally) => (isDone(tally) ? 'run' : 'wait'),
  all_done_min_one_success: (tally) => {
    if (!isDone(tally)) return 'wait';
    return tally.success > 0 ? 'run' : notRun(tally);
  },
  all_skipped: ({ total, success, failed, skipped }) => {
    if (success > 0 || failed > 0) return 'skip';
    return skipped === total ? 'run' : 'wait';
  },
  one_failed: (tally) => {
    if (tally.failed > 0) return 'run';
    return isDone(tally) ? 'skip' : 'wait';
  },
  one_success: (tally) => {
    if (tally.success > 0) return 'run';
    return isDone(tally) ? notRun(tally) : 'wait';
  },
  one_done: (tally) => {
    if (tally.success > 0 || tally.failed > 0) return 'run';
    return isDone(tally) ? 'skip' : 'wait';
  },
  none_failed: (tally) => {
    if (tally.failed > 0) return 'fail';
    return isDone(tally) ? 'run' : 'wait';
  },
  none_failed_min_one_success: (tally) => {
    if (tally.failed > 0) return 'fail';
    if (!isDone(tally)) return 'wait';
    return tally.success > 0 ? 'run' : 'skip';
  },
  none_skipped: (tally) => {
    if (tally.skipped > 0) return 'skip';
    return isDone(tally) ? 'run' : 'wait';
  },
  always: () => 'run',
};

function isDone({ total, success, failed, skipped }: UpstreamTally): boolean {
  return success + failed + skipped >= total;
}

function notRun(tally: UpstreamTally): 'skip' | 'fail' {
  return tally.failed > 0 ? 'fail' : 'skip';
}
