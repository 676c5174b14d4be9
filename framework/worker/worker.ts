import { hostname } from 'node:os';

import { Batcher } from '../core/batcher.ts';
import type { Clock } from '../core/clock.ts';
import type { Closable } from '../core/closable.ts';
import { type Millis, formatDuration, milliseconds, seconds } from '../core/duration.ts';
import type { Log } from '../core/log.ts';
import { repeat, rest } from '../core/timer.ts';
import type { Dag } from '../dag/dag.ts';
import type { Note } from '../dag/extensions.ts';
import type { Connections } from '../dag/task-context.ts';
import type { Plugin } from '../plugin/plugin.ts';
import type { Dispatcher, JobEnd, TaskJob } from '../queue/dispatcher.ts';
import type { Outcome } from '../run/outcome.ts';
import type { Report } from '../run/plan.ts';
import { taskKey } from '../run/task-key.ts';
import { graphHash } from '../store/register-dags.ts';
import { jobId } from '../store/runs/dispatch.ts';
import { renewLeases } from '../store/runs/leases.ts';
import { type Claim, type Started, startTasks } from '../store/runs/start-tasks.ts';
import type { Store } from '../store/store.ts';
import { type LiveProcess, forgetProcess, noteProcess } from '../store/workers.ts';
import { runAttempt } from './attempt.ts';
import { PoolConsumer } from './pool-consumer.ts';
import type { Settler } from './settler.ts';
import { RunningLogs } from './running-logs.ts';
import { taskCode } from './task-code.ts';
import { TaskLog } from './task-log.ts';
import { TaskNotes } from './task-notes.ts';
import { UnknownTasks } from './unknown-tasks.ts';
import { StopSwitch } from './user-code.ts';
import { watchConsumers } from './watchdog.ts';

export interface WorkerOptions {
  readonly store: Store;
  readonly dispatcher: Dispatcher;
  readonly settler: Settler;
  readonly dags: ReadonlyMap<string, Dag>;
  readonly connections: Connections;
  readonly clock: Clock;
  readonly log: Log;
  readonly plugins: readonly Plugin[];
  /** Unique among all workers; shown in history. */
  readonly id: string;
  readonly concurrency: number;
  /** A worker that does not renew for this long is taken for dead. */
  readonly leaseMs: Millis;
}

interface Holding {
  readonly started: Started;
  readonly stop: StopSwitch;
}

/** How long a drain waits for tasks in hand before it hands them back. */
export const DRAIN: Millis = seconds(20);

const REPORT_PAUSES: readonly Millis[] = [0.1, 0.3, 1, 3].map(seconds);
/** How often the logs of running tries are stored. */
const LOGS: Millis = seconds(1);
const NEVER = new AbortController().signal;

/** Takes jobs of every pool, runs tasks, renews their leases, reports how they ended. */
export class Worker implements Closable {
  readonly #options: WorkerOptions;
  readonly #identity: LiveProcess;
  readonly #holdings = new Map<number, Holding>();
  readonly #tells: readonly string[];
  readonly #unknown: UnknownTasks;
  readonly #starts: Batcher<Claim, Started | undefined>;
  readonly #consumers: readonly PoolConsumer[];
  readonly #watchdog: Closable;
  readonly #logs: RunningLogs;
  readonly #heartbeat: Closable;
  readonly #logLoop: Closable;
  /** From here on, a try that starts is handed back at once. */
  #hurries = false;
  #closing: Promise<void> | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#tells = options.plugins.some(({ hooks }) => hooks?.taskStarted !== undefined) ? taskNames(options.dags) : [];
    this.#unknown = new UnknownTasks({ database: options.store.database, worker: options.id, log: options.log });
    // One at a time makes the batches larger: see the settler.
    this.#starts = new Batcher((claims) => this.#start(claims), { atMost: 200, flights: 1 });
    const pools = new Set([...options.dags.values()].flatMap(({ graph }) => graph.tasks.map(({ pool }) => pool)));
    this.#identity = {
      id: options.id,
      host: hostname(),
      pid: process.pid,
      kind: 'worker',
      pools: [...pools],
      dags: [...options.dags.keys()],
      graphs: [...options.dags.values()].map(graphHash),
    };
    const { dispatcher, concurrency } = options;
    const handle = (job: TaskJob): Promise<JobEnd> => this.#handle(job);
    this.#consumers = [...pools].map((pool) => new PoolConsumer({ dispatcher, pool, concurrency, handle }));
    this.#watchdog = watchConsumers({ ...options, consumers: this.#consumers });
    this.#logs = new RunningLogs({ database: options.store.database, log: options.log });
    this.#logLoop = repeat(
      LOGS,
      () => this.#logs.flush(),
      (error) => options.log.warn('Logs could not be stored', { error: String(error) }),
    );
    const beat = milliseconds(options.leaseMs / 5);
    this.#heartbeat = repeat(
      beat,
      () => this.#beat(),
      (error) => options.log.warn('Leases could not be renewed', { error: String(error) }),
    );
  }

  /** How many tasks it runs at this moment. */
  get inHand(): number {
    return this.#holdings.size;
  }

  async ready(): Promise<void> {
    await Promise.all([
      noteProcess(this.#options.store.database, this.#identity),
      ...this.#consumers.map((consumer) => consumer.ready()),
    ]);
  }

  /** Stops taking work and waits for tasks in hand; after a while, or when `hurry` aborts, hands them back. */
  close(hurry: AbortSignal = new AbortController().signal): Promise<void> {
    return (this.#closing ??= this.#drain(hurry));
  }

  async #drain(hurry: AbortSignal): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.pause()));
    const drained = new AbortController();
    const parts = [this.#watchdog, ...this.#consumers];
    const closing = Promise.all(parts.map((part) => part.close())).finally(() => drained.abort());
    await rest(DRAIN, AbortSignal.any([hurry, drained.signal]));
    this.#hurries = true;
    const { store, id, log } = this.#options;
    if (!hurry.aborted && this.inHand > 0)
      log.info(`${formatDuration(DRAIN)} are over: tasks in hand are told to stop and handed back`, {
        tasks: this.inHand,
      });
    for (const { stop } of this.#holdings.values()) stop.stop('shutdown');
    await closing;
    await Promise.all([this.#heartbeat.close(), this.#logLoop.close()]);
    await forgetProcess(store.database, id).catch((error: unknown) =>
      log.warn('The worker could not be taken off the list', { error: String(error) }),
    );
  }

  async #start(claims: readonly Claim[]): Promise<readonly (Started | undefined)[]> {
    const { store, id: worker, leaseMs } = this.#options;
    const by = { worker, leaseMs, tells: this.#tells };
    const started = await startTasks(store.database, claims.toSorted(byKey), by);
    const found = new Map(started.map((start) => [jobId(start), start]));
    return claims.map((claim) => {
      const start = found.get(jobId(claim));
      // Two jobs of one batch may name the same claim; the first one gets it.
      found.delete(jobId(claim));
      return start;
    });
  }

  async #handle(job: TaskJob): Promise<JobEnd> {
    const started = await this.#starts.add(job.claim);
    if (started === undefined)
      return { kind: 'completed', note: 'late: the task was started elsewhere, or is not to run any more' };
    const holding = { started, stop: new StopSwitch() };
    this.#holdings.set(started.fence, holding);
    if (this.#hurries) holding.stop.stop('shutdown');
    try {
      return await this.#run(holding, job);
    } finally {
      this.#holdings.delete(started.fence);
    }
  }

  async #run({ started, stop }: Holding, job: TaskJob): Promise<JobEnd> {
    const { log, dags } = this.#options;
    const code = taskCode(dags, started);
    if (code === undefined) return this.#end(started, await this.#unknown.handBack(started));
    const { dagId: dag, runId: run, attempt } = started;
    const facts = { dag, run, task: startedKey(started), attempt };
    const taskLog = new TaskLog({ process: log.child(facts), clock: this.#options.clock, show: job.log });
    const notes = new TaskNotes();
    this.#logs.begin(started, taskLog);
    const outcome = await runAttempt(started, code, {
      ...this.#options,
      notes,
      log: taskLog,
      stop,
      progress: (progress) => job.progress({ ...progress }),
    });
    if (outcome?.kind === 'fail') taskLog.error(outcome.failure.message, { code: outcome.failure.code });
    await this.#logs
      .end(started)
      .catch((error: unknown) => log.warn('The log of a try could not be kept', { ...facts, error: String(error) }));
    if (outcome === undefined) return { kind: 'completed', note: 'fenced out: another worker has this task now' };
    return this.#end(started, outcome, notes.all);
  }

  async #end(started: Started, outcome: Outcome, notes: readonly Note[] = []): Promise<JobEnd> {
    const counted = await this.#report({ ...started, outcome, ...(notes.length === 0 ? {} : { notes }) });
    return counted ? jobEnd(outcome) : { kind: 'completed', note: 'fenced out: the result of this try was refused' };
  }

  /** The lease is renewed meanwhile, so that a short outage of the database costs no work that was done. */
  async #report(report: Report): Promise<boolean> {
    const { settler, log } = this.#options;
    for (const pause of REPORT_PAUSES) {
      try {
        return await settler.report(report);
      } catch (error) {
        log.warn('A result could not be stored and is stored again', { run: report.runId, error: String(error) });
        await rest(pause, NEVER);
      }
    }
    return settler.report(report);
  }

  /** Also without work: whoever looks must see that there is a worker. */
  async #beat(): Promise<void> {
    this.#unknown.forget();
    const renewals = this.#consumers.reduce((sum, consumer) => sum + consumer.renewals, 0);
    await Promise.all([this.#renew(), noteProcess(this.#options.store.database, this.#identity, renewals)]);
  }

  async #renew(): Promise<void> {
    const { store, leaseMs } = this.#options;
    const held = [...this.#holdings.values()].map(({ started }) => started).toSorted(byKey);
    if (held.length === 0) return;
    const renewed = new Map((await renewLeases(store.database, held, leaseMs)).map((lease) => [lease.fence, lease]));
    for (const started of held) {
      const lease = renewed.get(started.fence);
      if (lease === undefined) this.#holdings.get(started.fence)?.stop.stop('fenced');
      else if (lease.cancelRequested && !this.#isTeardown(started))
        this.#holdings.get(started.fence)?.stop.stop(lease.timedOut ? 'run_timeout' : 'cancel');
    }
  }

  #isTeardown({ dagId, taskId }: Started): boolean {
    return this.#options.dags.get(dagId)?.graph.tasks.find(({ id }) => id === taskId)?.teardown === true;
  }
}

/** As `dag task`. */
function taskNames(dags: ReadonlyMap<string, Dag>): readonly string[] {
  return [...dags.values()].flatMap(({ id: dag, graph }) => graph.tasks.map(({ id }) => `${dag} ${id}`));
}

// Every statement that locks several tasks takes them in this order.
function byKey(a: Claim, b: Claim): number {
  if (a.runId !== b.runId) return a.runId - b.runId;
  if (a.taskId !== b.taskId) return a.taskId < b.taskId ? -1 : 1;
  return a.mapIndex - b.mapIndex;
}

/** For people: `load`, or `load[3]` of a mapped task. */
function startedKey({ taskId, mapIndex, mapTotal }: Started): string {
  return taskKey(taskId, mapIndex, mapTotal !== null);
}

function jobEnd(outcome: Outcome): JobEnd {
  switch (outcome.kind) {
    case 'fail':
      return { kind: 'failed', error: new Error(`${outcome.failure.code}: ${outcome.failure.message}`) };
    case 'success':
      return { kind: 'completed', note: outcome.output };
    case 'map':
      return { kind: 'completed', note: `became ${outcome.count} instances` };
    case 'skip':
    case 'cancelled':
    case 'lost':
    case 'handed_back':
      return { kind: 'completed', note: `${outcome.kind}: ${outcome.reason}` };
    case 'defer':
      return { kind: 'completed', note: `deferred until ${outcome.until.toString()}: ${outcome.reason}` };
  }
}
