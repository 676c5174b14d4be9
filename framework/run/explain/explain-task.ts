import type { FailureRecord } from '../../core/failures.ts';
import type { Temporal } from '../../core/time.ts';
import type { TriggerRule } from '../../dag/trigger-rule.ts';
import { type HeldFacts, explainHeld } from './explain-held.ts';
import { type InstanceFacts, explainInstances } from './explain-instances.ts';
import { type LiveSchedulers, type Reason, at, because, counted, unplanned } from './reason.ts';
import { instanceName } from '../task-key.ts';
import { type TaskState, isFinal } from '../task-state.ts';
import { type UpstreamTally, tallyOf } from '../trigger-decision.ts';

/** What the truth says of one task instance and of those that could move it. */
export interface TaskFacts extends HeldFacts {
  readonly runId: number;
  readonly taskId: string;
  /** Of an instance of a mapped task: which one. */
  readonly instance: number | null;
  /** Of a mapped task that became its instances. */
  readonly instances: InstanceFacts | null;
  /** Whether it is a mapped task, and stands for all its instances. */
  readonly mapped: boolean;
  readonly dagId: string;
  readonly state: TaskState;
  readonly rule: TriggerRule;
  readonly teardown: boolean;
  readonly pool: string;
  readonly attempt: number;
  readonly tally: UpstreamTally;
  readonly upstream: readonly { readonly id: string; readonly state: TaskState }[];
  readonly cancelRequested: boolean;
  readonly worker: string | null;
  readonly leaseUntil: Temporal.Instant | null;
  readonly nextAt: Temporal.Instant | null;
  readonly dispatchedAt: Temporal.Instant | null;
  readonly startedAt: Temporal.Instant | null;
  readonly endedAt: Temporal.Instant | null;
  readonly reason: string | null;
  readonly failure: FailureRecord | null;
  readonly lastTry: { readonly attempt: number; readonly outcome: string; readonly reason: string | null } | null;
  /** Jobs of the pool that were sent before it, or go first; counted up to a limit. */
  readonly ahead: number;
  readonly runningInPool: number;
  readonly workers: readonly {
    readonly id: string;
    readonly pools: readonly string[];
    readonly dags: readonly string[];
    readonly hasTask: boolean;
  }[];
  readonly schedulers: LiveSchedulers;
  /** Of the database, which leases are made by. */
  readonly now: Temporal.Instant;
}

/** Says why a task is in its state and what would move it. */
export function explainTask(task: TaskFacts): readonly Reason[] {
  const reasons = BY_STATE[task.state](task);
  if (!task.cancelRequested || task.endedAt !== null) return reasons;
  return [...reasons, because('cancel_requested', `Run ${task.runId} is asked to end. ${whenCancelled(task)}`)];
}

function whenCancelled({ teardown, instances }: TaskFacts): string {
  if (teardown) return 'It is a teardown and still runs.';
  return instances === null
    ? 'It ends at the next heartbeat of its worker.'
    : 'Its instances end at the next heartbeats of their workers.';
}

type Explain = (task: TaskFacts) => readonly Reason[];

const BY_STATE: Readonly<Record<TaskState, Explain>> = {
  none: (task) => [waitsForUpstream(task)],
  scheduled: (task) => [...explainHeld(task), ...unswept(task)],
  queued: (task) => [waitsForWorker(task)],
  running: (task) => running(task),
  deferred: (task) => deferred(task),
  up_for_retry: (task) => upForRetry(task),
  success: (task) => [because('succeeded', `${name(task)} succeeded${ended(task)}.`, { attempt: task.attempt })],
  failed: (task) => [failed(task)],
  skipped: (task) => [skipped(task)],
  upstream_failed: (task) => [upstreamFailed(task)],
  cancelled: (task) => [because('cancelled', `${name(task)} was cancelled${told(task.reason)}${ended(task)}.`)],
  removed: (task) => [because('removed', `${name(task)} is not in the dag any more and will not run.`)],
};

function waitsForUpstream(task: TaskFacts): Reason {
  const open = task.upstream.filter(({ state }) => tallyOf(state) === undefined);
  const { total, success, failed: bad, skipped: passed } = task.tally;
  const rule = task.teardown ? 'all_done' : task.rule;
  const [first] = open;
  return because(
    'waits_for_upstream',
    `${name(task)} waits for ${states(open)}. Its rule ${rule} has heard ${success + bad + passed} of ${total} ` +
      `(${success} succeeded, ${bad} failed, ${passed} skipped).` +
      (first === undefined ? '' : ` Look there first: windrow explain task ${task.runId} ${first.id}`),
    {
      rule,
      total,
      success,
      failed: bad,
      skipped: passed,
      upstream: open.map(({ id, state }) => ({ task: id, state })),
    },
  );
}

function waitsForWorker(task: TaskFacts): Reason {
  const since = task.dispatchedAt === null ? '' : ` since ${at(task.dispatchedAt)}`;
  const facts = { pool: task.pool, since: task.dispatchedAt?.toString() ?? null, workers: task.workers.length };
  const sent = `${name(task)} is queued${since} in pool "${task.pool}"${lastTry(task)}`;
  if (task.workers.length === 0)
    return because('no_worker', `${sent}, and no worker lives. Start one: windrow worker (or up).`, facts);
  const ofPool = task.workers.filter(({ pools }) => pools.includes(task.pool));
  if (ofPool.length === 0) {
    const text = `${sent}, and no live worker (of ${task.workers.length}) takes that pool. Start one whose dags use it.`;
    return because('no_worker_for_pool', text, facts);
  }
  const able = ofPool.filter(({ hasTask }) => hasTask);
  if (able.length === 0) return notInCode(task, ofPool, { sent, facts });
  return because(
    'waits_for_worker',
    `${sent}: ${counted(task.ahead, 'job')} before it, ${task.runningInPool} running, ${counted(able.length, 'worker')}. More workers or a larger WINDROW_CONCURRENCY help.`,
    { ...facts, ahead: task.ahead, running: task.runningInPool, workers: able.map(({ id }) => id) },
  );
}

/** As while new code is rolled out: it waits for a worker that has it, and never fails for it. */
function notInCode(
  task: TaskFacts,
  ofPool: TaskFacts['workers'],
  { sent, facts }: { readonly sent: string; readonly facts: Reason['facts'] },
): Reason {
  const lacking = ofPool.map(({ id }) => id);
  const inCode = `is not in the code of ${lacking.join(', ')}. Deploy the same code to every worker, or start one that has it: windrow worker`;
  const all = { ...facts, lacking };
  if (ofPool.every(({ dags }) => !dags.includes(task.dagId)))
    return because('no_worker_has_dag', `${sent}, and no live worker has this dag: "${task.dagId}" ${inCode}`, all);
  const text = `${sent}, and no live worker has this task: "${task.taskId}" of dag "${task.dagId}" ${inCode}`;
  return because('no_worker_has_task', text, all);
}

function running(task: TaskFacts): readonly Reason[] {
  if (task.instances !== null) return [explainInstances(task, task.instances)];
  const worker = task.worker ?? 'unknown';
  const facts = {
    worker,
    since: task.startedAt?.toString() ?? null,
    leaseUntil: task.leaseUntil?.toString() ?? null,
    attempt: task.attempt,
  };
  const since = task.startedAt === null ? '' : ` since ${at(task.startedAt)}`;
  if (!isPast(task.leaseUntil, task.now)) {
    const lease = task.leaseUntil === null ? '' : `, lease until ${at(task.leaseUntil)}`;
    return [because('running', `${name(task)} runs on worker ${worker}${since}${lease}.`, facts)];
  }
  const text = `${name(task)} ran on worker ${worker}${since}, but its lease ended. A scheduler sends it again within seconds.`;
  return [because('lease_expired', text, facts), ...unswept(task)];
}

function deferred(task: TaskFacts): readonly Reason[] {
  const until = task.nextAt === null ? '' : ` until ${at(task.nextAt)}`;
  const reason = because('deferred', `${name(task)} is deferred${until}${told(task.reason)}.`, {
    until: task.nextAt?.toString() ?? null,
    reason: task.reason,
  });
  return [reason, ...unknownWhenDue(task), ...unswept(task)];
}

/** A task that no live worker has may be deferred for that alone, and would be again. */
function unknownWhenDue(task: TaskFacts): readonly Reason[] {
  const ofPool = task.workers.filter(({ pools }) => pools.includes(task.pool));
  if (ofPool.length === 0 || ofPool.some(({ hasTask }) => hasTask)) return [];
  const facts = { pool: task.pool, workers: task.workers.length };
  return [notInCode(task, ofPool, { sent: `${name(task)} will be due in pool "${task.pool}"`, facts })];
}

function upForRetry(task: TaskFacts): readonly Reason[] {
  const when = task.nextAt === null ? '' : ` at ${at(task.nextAt)}`;
  const after = task.failure === null ? '' : ` after ${task.failure.code}: ${task.failure.message}`;
  const reason = because('up_for_retry', `${name(task)} is tried again (try ${task.attempt})${when}${after}`, {
    nextAt: task.nextAt?.toString() ?? null,
    attempt: task.attempt,
    code: task.failure?.code ?? null,
  });
  return task.workers.length === 0 ? [reason, waitsForWorker(task)] : [reason];
}

/** Deferred and lost tasks are moved by a scheduler, of whatever project. */
function unswept({ dagId, schedulers }: TaskFacts): readonly Reason[] {
  const missing = unplanned(dagId, { ...schedulers, withDag: schedulers.all });
  return missing === undefined ? [] : [missing];
}

function failed(task: TaskFacts): Reason {
  const why = task.failure === null ? '.' : `: ${task.failure.code}: ${task.failure.message}`;
  return because('failed', `${name(task)} failed at try ${task.attempt}${ended(task)}${why}`, {
    attempt: task.attempt,
    code: task.failure?.code ?? null,
    message: task.failure?.message ?? null,
  });
}

function skipped(task: TaskFacts): Reason {
  const own = `${name(task)} was skipped${told(task.reason)}.`;
  if (task.reason !== null) return because('skipped', own, { reason: task.reason });
  return because(
    'skipped',
    `${name(task)} was skipped by its rule ${task.rule}: before it stand ${states(task.upstream)}.`,
    {
      rule: task.rule,
    },
  );
}

function upstreamFailed(task: TaskFacts): Reason {
  const guilty = task.upstream.filter(({ state }) => tallyOf(state) === 'failed');
  const [first] = guilty;
  return because(
    'upstream_failed',
    `${name(task)} could not run: before it stand ${states(guilty)}, and its rule is ${task.rule}.` +
      (first === undefined ? '' : ` See: windrow explain task ${task.runId} ${first.id}`),
    { rule: task.rule, upstream: guilty.map(({ id, state }) => ({ task: id, state })) },
  );
}

/** The explanation of an instance that is not there, because its mapped task has not become its instances. */
export function explainUnexpanded(summary: TaskFacts, instance: number): readonly Reason[] | undefined {
  if (!summary.mapped || summary.instances !== null || isFinal(summary.state)) return undefined;
  const text = `${name({ ...summary, instance })} is not there yet: "${summary.taskId}" has not counted its list.`;
  return [because('not_expanded', text, { task: summary.taskId, state: summary.state }), ...explainTask(summary)];
}

function name({ taskId, runId, instance }: Pick<TaskFacts, 'taskId' | 'runId' | 'instance'>): string {
  return `Task "${instanceName(taskId, instance)}" of run ${runId}`;
}

function states(tasks: TaskFacts['upstream']): string {
  return tasks.length === 0 ? 'nothing' : tasks.map(({ id, state }) => `"${id}" (${state})`).join(', ');
}

function told(reason: string | null): string {
  return reason === null ? '' : `: ${reason.replace(/\.$/, '')}`;
}

function ended({ endedAt }: TaskFacts): string {
  return endedAt === null ? '' : ` at ${at(endedAt)}`;
}

function lastTry({ lastTry: last }: TaskFacts): string {
  if (last === null || last.outcome === 'success') return '';
  return ` (last try: ${last.outcome}${told(last.reason)})`;
}

function isPast(instant: Temporal.Instant | null, now: Temporal.Instant): boolean {
  return instant !== null && instant.epochMilliseconds < now.epochMilliseconds;
}
