import type { FailureRecord } from '../core/failures.ts';
import type { PlannedTask, TaskChange } from './plan.ts';
import { taskKey } from './task-key.ts';
import { type TaskState, isFinal } from './task-state.ts';
import { type UpstreamTally, tallyOf } from './trigger-decision.ts';

/** A summary that became its instances, and these: queued, or held by their limits. */
export function expanded(summary: TaskChange, count: number): readonly TaskChange[] {
  const { id, tally, firstAttempt, holdsInstances: limited = false } = summary;
  const instances = Array.from({ length: count }, (_, mapIndex): TaskChange => ({
    key: taskKey(id, mapIndex, true),
    id,
    mapIndex,
    tally,
    limited,
    state: limited ? 'scheduled' : 'queued',
    // Behind those of instances that were cleared, so that no job and no log of theirs is taken for one of these.
    seq: limited ? summary.seq - 1 : summary.seq,
    attempt: firstAttempt,
    firstAttempt,
    infraAttempt: 0,
    fence: 0,
  }));
  return [{ ...summary, instances: { total: count, success: 0, failed: 0, skipped: 0 } }, ...instances];
}

/** Whether a mapped task waits for its instances; then nobody holds it, and no report is about itself. */
export function isExpanded(task: Pick<PlannedTask, 'instances'>): boolean {
  return task.instances !== undefined;
}

export function isInstance({ key, id }: Pick<PlannedTask, 'key' | 'id'>): boolean {
  return key !== id;
}

/** What the end of an instance does to its summary: it is counted, and the last one ends the summary. */
export function afterInstance(
  summary: TaskChange,
  ended: TaskState,
  options: { readonly cancelRequested: boolean },
): TaskChange {
  const counter = tallyOf(ended);
  if (summary.instances === undefined || counter === undefined || isFinal(summary.state)) return summary;
  const instances = { ...summary.instances, [counter]: summary.instances[counter] + 1 };
  const { total, success, failed, skipped } = instances;
  if (success + failed + skipped < total) return { ...summary, instances };
  return { ...summary, instances, ...ending(summary, instances, options) };
}

function ending(
  { id, seq, attempt, infraAttempt }: TaskChange,
  { total, failed, skipped }: UpstreamTally,
  { cancelRequested }: { readonly cancelRequested: boolean },
): Pick<TaskChange, 'state' | 'settled'> {
  const numbers = { seq, attempt, infraAttempt };
  const end = (state: TaskState, why: { readonly reason?: string; readonly failure?: FailureRecord } = {}) => ({
    state,
    settled: { ...numbers, state, ...why },
  });
  if (failed > 0 && cancelRequested) return end('cancelled', { reason: 'cancelled with its instances' });
  if (failed > 0) return end('failed', { failure: instancesFailed(id, failed, total) });
  return skipped === total ? end('skipped', { reason: `all ${total} instances skipped` }) : end('success');
}

function instancesFailed(task: string, failed: number, total: number): FailureRecord {
  return {
    kind: 'DataFailure',
    code: 'E_INSTANCES_FAILED',
    message:
      `${failed} of the ${total} instances of the mapped task "${task}" failed. ` +
      `Each has its own failure and log: look for ${task}[0] to ${task}[${total - 1}] in the run.`,
    reaction: 'fail',
    details: { failed, total },
    causes: [],
  };
}
