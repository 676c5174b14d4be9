import { type Millis, formatDuration } from '../core/duration.ts';
import { type FailureRecord, TimedOut, failureRecord } from '../core/failures.ts';
import { isInstance } from './mapped.ts';
import { type FoundRun, type RunPlan, planCancel } from './plan.ts';
import { isFinal } from './task-state.ts';

/** What ends a run that has passed its deadline. */
export interface TimeOutPlan {
  readonly plan: RunPlan;
  readonly failure: FailureRecord;
}

/**
 * Cancels whatever has not started, as `planCancel` does, of a run that ends as failed. The failure says what was
 * unfinished.
 * @param found must hold every task of the run
 */
export function planTimeOut(found: FoundRun, limit: Millis): TimeOutPlan {
  const cancelled = planCancel({ ...found, run: { ...found.run, timedOut: true } });
  const reason = `its run took longer than ${formatDuration(limit)}`;
  const tasks = cancelled.tasks.map((task) => (task.state === 'cancelled' ? { ...task, reason } : task));
  return { plan: { ...cancelled, tasks }, failure: timedOut(found, limit) };
}

function timedOut({ shape, tasks }: FoundRun, limit: Millis): FailureRecord {
  const order = [...shape.tasks.keys()];
  const unfinished = [...tasks.values()]
    .filter((task) => !isInstance(task) && !isFinal(task.state) && !shape.tasks.get(task.id)?.teardown)
    .toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  const named = unfinished.slice(0, MOST_NAMED).map(({ id, state }) => `${id} (${state})`);
  const more = unfinished.length > MOST_NAMED ? [`${unfinished.length - MOST_NAMED} more`] : [];
  const { stack: _stack, ...failure } = failureRecord(
    new TimedOut(
      'E_RUN_TIMED_OUT',
      `The run took longer than ${formatDuration(limit)}. Unfinished: ${[...named, ...more].join(', ') || 'teardowns only'}. ` +
        `Find out what they waited for, or raise the dag's runTimeout${unfinished.length > 0 ? '; then re-run.' : '.'}`,
      { details: { limitMs: limit, unfinished: unfinished.map(({ id, state }) => ({ task: id, state })) } },
    ),
  );
  return { ...failure, reaction: 'fail' };
}

const MOST_NAMED = 20;
