export const TASK_STATES = [
  'none',
  'scheduled',
  'queued',
  'running',
  'deferred',
  'up_for_retry',
  'success',
  'failed',
  'skipped',
  'upstream_failed',
  'cancelled',
  'removed',
] as const;
export type TaskState = (typeof TASK_STATES)[number];

export const TASK_EVENTS = [
  /** Its rule holds or its wait is over, but a limit keeps it back. */
  'hold',
  /** A job is to be sent to BullMQ. */
  'dispatch',
  /** A worker took the job and minted a fence. */
  'start',
  /** A mapped task became its instances, and stays running until the last of them has ended. */
  'expand',
  'succeed',
  'fail',
  /** Failed, with attempts left. */
  'retry',
  'skip',
  'defer',
  /** The worker is gone or draining; the try does not count. */
  'requeue',
  /** Upstream outcomes decided that it never runs. */
  'rule_skips',
  'rule_fails',
  'cancel',
  /** An operator runs it again. */
  'clear',
  /** The task is not in the dag any more. */
  'remove',
] as const;
export type TaskEvent = (typeof TASK_EVENTS)[number];

/** `ignore`: a duplicate or late message, nothing changes. `illegal`: cannot happen through the public API. */
export type TaskTransition = TaskState | 'ignore' | 'illegal';

const IGNORED: Record<TaskEvent, TaskTransition> = {
  hold: 'ignore',
  dispatch: 'ignore',
  start: 'ignore',
  expand: 'ignore',
  succeed: 'ignore',
  fail: 'ignore',
  retry: 'ignore',
  skip: 'ignore',
  defer: 'ignore',
  requeue: 'ignore',
  rule_skips: 'ignore',
  rule_fails: 'ignore',
  cancel: 'ignore',
  clear: 'none',
  remove: 'ignore',
};

/** A task that waits to be started: a report about a try of it is late and changes nothing. */
const WAITING: Record<TaskEvent, TaskTransition> = {
  ...IGNORED,
  start: 'running',
  requeue: 'queued',
  rule_skips: 'illegal',
  rule_fails: 'illegal',
  cancel: 'cancelled',
  clear: 'illegal',
  remove: 'removed',
};

export const TASK_TRANSITIONS: Record<TaskState, Record<TaskEvent, TaskTransition>> = {
  none: {
    ...IGNORED,
    hold: 'scheduled',
    // Some of its instances are run again; the others keep what they returned.
    expand: 'running',
    dispatch: 'queued',
    rule_skips: 'skipped',
    rule_fails: 'upstream_failed',
    cancel: 'cancelled',
    clear: 'ignore',
    remove: 'removed',
  },
  scheduled: { ...IGNORED, dispatch: 'queued', cancel: 'cancelled', clear: 'ignore', remove: 'removed' },
  queued: WAITING,
  running: {
    ...IGNORED,
    // A second start is legal only after the lease expired; the start statement checks that.
    start: 'running',
    expand: 'running',
    succeed: 'success',
    fail: 'failed',
    retry: 'up_for_retry',
    skip: 'skipped',
    defer: 'deferred',
    requeue: 'queued',
    rule_skips: 'illegal',
    rule_fails: 'illegal',
    cancel: 'cancelled',
    clear: 'illegal',
    remove: 'removed',
  },
  deferred: { ...WAITING, hold: 'scheduled', dispatch: 'queued', start: 'ignore' },
  up_for_retry: { ...WAITING, hold: 'scheduled', dispatch: 'queued' },
  success: IGNORED,
  failed: IGNORED,
  skipped: IGNORED,
  upstream_failed: IGNORED,
  cancelled: IGNORED,
  removed: { ...IGNORED, clear: 'ignore' },
};

const FINAL: ReadonlySet<TaskState> = new Set([
  'success',
  'failed',
  'skipped',
  'upstream_failed',
  'cancelled',
  'removed',
]);

/** A final state is left only by `clear`. */
export function isFinal(state: TaskState): boolean {
  return FINAL.has(state);
}
