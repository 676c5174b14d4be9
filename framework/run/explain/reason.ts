import type { Json } from '../../core/json.ts';
import type { Temporal } from '../../core/time.ts';

/** Why something is as it is; the codes are stable, so that programs may rely on them. */
export const REASONS = {
  not_started: 'the run of the task has not started',
  waits_for_upstream: 'upstream tasks have not ended',
  not_expanded: 'the mapped task of the instance has not counted its list',
  instances_open: 'instances of the mapped task have not ended',
  previous_window: 'the same task of the window before has not ended well',
  pool_shut: 'the pool has no slots',
  pool_full: 'other tasks hold the slots of the pool',
  rate_limited: 'the rate of the pool is used up for now',
  held: 'tasks of the pool that were held before it go first',
  deferred: 'the task asked to be started again later',
  up_for_retry: 'a try failed and the next one waits',
  waits_for_worker: 'sent, and no worker has taken it yet',
  no_worker: 'no worker lives',
  no_worker_for_pool: 'no live worker takes tasks of the pool',
  no_worker_has_dag: 'no live worker has the dag in its code',
  no_worker_has_task: 'no live worker has the task in its code',
  running: 'a worker has it in hand',
  lease_expired: 'the worker of a running task stopped renewing its lease',
  cancel_requested: 'somebody asked for the end of the run',
  succeeded: 'ended well',
  failed: 'ended with a failure',
  skipped: 'ended without running',
  upstream_failed: 'could not run, because tasks before it failed',
  cancelled: 'ended by request',
  given_up: 'the window was given up, and later ones do not wait for it',
  removed: 'the task is not in the dag any more',
  tasks_open: 'tasks of the run have not ended',
  dag_paused: 'the dag is paused',
  max_active_runs: 'as many runs of the dag are active as may be',
  overlap: 'windows of the dag run one at a time, and another run is active',
  runs_ahead: 'other queued runs of the dag start first',
  earlier_item: 'the item before it, of the same sensor, has not succeeded',
  no_scheduler: 'no scheduler lives',
  no_scheduler_has_dag: 'no live scheduler has the dag in its code',
  next_tick: 'nothing is in the way',
  not_due: 'the window is not due yet',
  earlier_window: 'an earlier window is not complete',
  windows_ahead: 'other windows of the pipeline or the backfill start first',
  windows_active: 'windows of the backfill have begun and not ended',
  backfill_paused: 'the backfill of the window is paused',
  backfill_full: 'as many windows of the backfill are active as may be',
  backfill_places: 'backfills of the dag have as many open runs as may be',
  has_run: 'an open run is bound to the record',
  held_by_run: 'a run holds the record',
  stale_lock: 'the record is locked by a run that has ended',
  completed: 'the window is complete',
} as const;
export type ReasonCode = keyof typeof REASONS;

/** One answer to "why?": a sentence for people, and the code and facts of it for programs. */
export interface Reason {
  readonly code: ReasonCode;
  readonly text: string;
  readonly facts: Readonly<Record<string, Json>>;
}

export function because(code: ReasonCode, text: string, facts: Readonly<Record<string, Json>> = {}): Reason {
  return { code, text, facts };
}

/** Processes heard of lately, as far as one dag is concerned. */
export interface LiveSchedulers {
  readonly all: number;
  readonly withDag: number;
}

/** Why nobody plans the dag, or undefined where somebody does. */
export function unplanned(dagId: string, live: LiveSchedulers): Reason | undefined {
  if (live.all === 0)
    return because('no_scheduler', 'No scheduler lives, so nothing is planned. Start one: windrow scheduler (or up).');
  if (live.withDag > 0) return undefined;
  return because(
    'no_scheduler_has_dag',
    `${counted(live.all, 'scheduler')} alive, but none with the dag "${dagId}" in its code. Start one with the project that has it.`,
    { schedulers: live.all },
  );
}

/** Facts are counted up to here, so that no question grows with the tables. */
export const MOST_COUNTED = 1000;

/** `1 job`, `2 jobs`, `at least 1000 jobs` */
export function counted(count: number, noun: string): string {
  const number = count >= MOST_COUNTED ? `at least ${count}` : count;
  return `${number} ${noun}${count === 1 ? '' : 's'}`;
}

/** `2026-01-20T13:15:02Z` */
export function at(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'second' });
}
