import { type Millis, milliseconds } from '../core/duration.ts';
import type { FailureRecord } from '../core/failures.ts';
import type { Json } from '../core/json.ts';
import type { Temporal } from '../core/time.ts';
import { type RetryPolicy, reactionTo } from '../dag/retry-policy.ts';
import { backoff } from './backoff.ts';
import type { Outcome } from './outcome.ts';
import { TASK_TRANSITIONS, type TaskEvent, type TaskState } from './task-state.ts';

export interface SettleInput {
  readonly state: TaskState;
  readonly seq: number;
  readonly attempt: number;
  readonly firstAttempt: number;
  readonly infraAttempt: number;
  readonly retry: RetryPolicy;
  readonly infraRetries: number;
  readonly cancelRequested: boolean;
  /** Whether limits may hold it back. */
  readonly limited: boolean;
}

export interface Tools {
  readonly now: Temporal.Instant;
  /** In [0, 1), for jitter. */
  readonly random: number;
}

/** What becomes of a task after one try. `nextAt` is when the next try may start. */
export interface Settled {
  readonly state: TaskState;
  readonly seq: number;
  readonly attempt: number;
  readonly infraAttempt: number;
  readonly nextAt?: Temporal.Instant;
  /** How long a retry waits, for whoever reads another clock than the one that `nextAt` was made by. */
  readonly waitMs?: Millis;
  readonly output?: Json;
  readonly reason?: string;
  readonly failure?: FailureRecord;
}

/** Decides what a report does to its task, or undefined where the report is late and changes nothing. */
export function settle(task: SettleInput, outcome: Outcome, tools: Tools): Settled | undefined {
  const { event, ...change } = decide(task, outcome, tools);
  const next = TASK_TRANSITIONS[task.state][event];
  if (next === 'ignore' || next === 'illegal') return undefined;
  const sendsAgain = next === 'queued' || next === 'up_for_retry' || next === 'deferred';
  return {
    state: next,
    seq: sendsAgain ? task.seq + 1 : task.seq,
    attempt: next === 'up_for_retry' ? task.attempt + 1 : task.attempt,
    infraAttempt: outcome.kind === 'lost' ? task.infraAttempt + 1 : task.infraAttempt,
    ...change,
  };
}

type Decision = { readonly event: TaskEvent } & Pick<Settled, 'nextAt' | 'waitMs' | 'output' | 'reason' | 'failure'>;

function decide(task: SettleInput, outcome: Outcome, tools: Tools): Decision {
  switch (outcome.kind) {
    case 'success':
      return afterSuccess(outcome);
    case 'skip':
      return { event: 'skip', reason: outcome.reason };
    case 'map':
      return afterCount(task, outcome.count);
    case 'cancelled':
      return { event: 'cancel', reason: outcome.reason };
    case 'defer':
      return task.cancelRequested ? cancelled() : { event: 'defer', nextAt: outcome.until, reason: outcome.reason };
    case 'handed_back':
      return task.cancelRequested ? cancelled() : handedBack(task, outcome, tools);
    case 'lost':
      return afterLoss(task, outcome.reason);
    case 'fail':
      return afterFailure(task, outcome.failure, tools);
  }
}

function afterSuccess({ output, chooses }: Extract<Outcome, { kind: 'success' }>): Decision {
  // A task that stops what follows gives no value.
  return chooses?.kind === 'stop' ? { event: 'succeed', reason: chooses.reason } : { event: 'succeed', output };
}

function handedBack(
  { limited }: SettleInput,
  { reason, untaken }: Extract<Outcome, { kind: 'handed_back' }>,
  { now }: Tools,
): Decision {
  if (untaken === undefined) return { event: 'requeue', reason };
  const event = limited && untaken.by === 'nobody' ? 'defer' : 'requeue';
  return { event, reason, nextAt: now.add({ milliseconds: untaken.waitMs }) };
}

function afterCount(task: SettleInput, count: number): Decision {
  if (task.cancelRequested) return cancelled();
  return count > 0 ? { event: 'expand' } : { event: 'skip', reason: 'the list it is mapped over is empty' };
}

function afterFailure(task: SettleInput, failure: FailureRecord, tools: Tools): Decision {
  if (task.cancelRequested) return { event: 'cancel', reason: 'cancelled while it failed', failure };
  const reaction = reactionTo(failure, task.retry);
  if (reaction === 'skip') return { event: 'skip', reason: failure.message };
  const tries = task.attempt - task.firstAttempt + 1;
  if (reaction === 'fail' || tries > task.retry.retries) return { event: 'fail', failure };
  const waitMs = milliseconds(Math.max(backoff(task.retry, tries, tools.random), failure.retryAfterMs ?? 0));
  return { event: 'retry', failure, waitMs, nextAt: tools.now.add({ milliseconds: waitMs }) };
}

function afterLoss(task: SettleInput, reason: string): Decision {
  if (task.cancelRequested) return cancelled();
  const lost = task.infraAttempt + 1;
  if (lost <= task.infraRetries) return { event: 'requeue', reason };
  const failure: FailureRecord = {
    kind: 'RemoteFailure',
    code: 'E_WORKER_LOST',
    message:
      `The worker died or stalled ${lost === 1 ? 'once' : `${lost} times`} while it ran this task (last: ${reason}). ` +
      'Look at its memory and at code that blocks the event loop, then re-run.',
    reaction: 'fail',
    details: {},
    causes: [],
  };
  return { event: 'fail', failure };
}

function cancelled(): Decision {
  return { event: 'cancel', reason: 'cancelled by request' };
}
