import { UnrecoverableError } from 'bullmq';
import { z } from 'zod';

import type { Clock } from '../core/clock.ts';
import { type Closable, closeAll } from '../core/closable.ts';
import type { Temporal } from '../core/time.ts';
import type { WakeUp } from '../dag/schedule/wake-up.ts';
import type { Dispatch } from '../store/runs/dispatch.ts';
import { RunIdColumn, TaskIdColumn } from '../store/runs/run-rows.ts';
import type { Backend, JobQueue, NewJob, Repeat } from './backend.ts';
import type { ConsumeOptions, Consumer, Dispatcher, Looked, Takeable } from './dispatcher.ts';

const WAKE_UPS = 'windrow-wake-ups';

function queueName(pool: string): string {
  return `windrow-${pool}`;
}

export class BullMqDispatcher implements Dispatcher {
  readonly #backend: Backend;
  readonly #clock: Clock;
  readonly #queues = new Map<string, JobQueue>();
  readonly #opened = new Set<Closable>();
  #closing: Promise<void> | undefined;

  /** @param clock the one that dispatches' `notBefore` was made by */
  constructor(backend: Backend, clock: Clock) {
    this.#backend = backend;
    this.#clock = clock;
    this.#opened.add(backend);
  }

  get backend(): 'redis' | 'postgres' {
    return this.#backend.kind;
  }

  poolQueue(pool: string): JobQueue {
    return this.queue(queueName(pool));
  }

  wakeUpQueue(): JobQueue {
    return this.queue(WAKE_UPS);
  }

  /** Made at first use. */
  queue(name: string): JobQueue {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const queue = this.#backend.queue(name);
    this.#queues.set(name, queue);
    this.#opened.add(queue);
    return queue;
  }

  readonly send = async (dispatches: readonly Dispatch[]): Promise<void> => {
    const byQueue = Map.groupBy(dispatches, ({ pool }) => queueName(pool));
    const now = this.#clock.now();
    const jobs = (group: readonly Dispatch[]): NewJob[] => group.map((dispatch) => newJob(dispatch, now));
    await Promise.all([...byQueue].map(([name, group]) => this.queue(name).addBulk(jobs(group))));
  };

  readonly sendMissing = async (dispatches: readonly Dispatch[]): Promise<Looked> => {
    const places = await Promise.all(dispatches.map((dispatch) => this.#placeOf(dispatch)));
    const missing = dispatches.filter((_, index) => places[index] === 'gone');
    await this.send(missing);
    return { sent: missing.length, taken: dispatches.filter((_, index) => places[index] === 'taken') };
  };

  async #placeOf({ pool, jobId }: Dispatch): Promise<'gone' | 'waits' | 'taken'> {
    const queue = this.queue(queueName(pool));
    const state = await queue.stateOf(jobId);
    if (state === 'active') return 'taken';
    // A spent job keeps its id, and adding it again would be taken for a duplicate.
    if (state === 'completed' || state === 'failed') await queue.remove(jobId);
    return state === 'unknown' || state === 'completed' || state === 'failed' ? 'gone' : 'waits';
  }

  /** Removes ended jobs of a pool but for the newest `most` that completed and as many that failed. */
  readonly cutEnded = (pool: string, most: number): Promise<void> => this.poolQueue(pool).cutEnded(most);

  readonly consume = ({ pool, concurrency, handle }: ConsumeOptions): Consumer => {
    const worker = this.#backend.worker(queueName(pool), {
      concurrency,
      process: async (job) => {
        // One after the other: on PostgreSQL each line may take another connection and overtake the one before.
        let lines: Promise<unknown> = Promise.resolve();
        const end = await handle({
          claim: Payload.parse(job.data),
          log: (line) => void (lines = lines.then(() => job.log(line)).catch(() => {})),
          progress: (progress) => void job.updateProgress({ progress }).catch(() => {}),
        });
        if (end.kind === 'completed') return end.note;
        // Retries are the engine's: BullMQ must not try this job again.
        throw Object.assign(new UnrecoverableError(end.error.message), { stack: end.error.stack });
      },
    });
    this.#opened.add(worker);
    const abandon = async (): Promise<void> => {
      this.#opened.delete(worker);
      await worker.abandon();
    };
    return { ...worker, abandon };
  };

  readonly takeable = async (pool: string, atMost: number): Promise<readonly Takeable[]> => {
    const jobs = await this.poolQueue(pool).takeable(atMost);
    return jobs.map(({ data, since }) => ({ claim: Payload.parse(data), since }));
  };

  readonly setWakeUps = async (wakeUps: ReadonlyMap<string, WakeUp>): Promise<void> => {
    const queue = this.queue(WAKE_UPS);
    const present = await queue.schedulerIds();
    await Promise.all(present.filter((id) => !wakeUps.has(id)).map((id) => queue.removeScheduler(id)));
    await Promise.all([...wakeUps].map(([dagId, wakeUp]) => queue.upsertScheduler(dagId, repeat(wakeUp), dagId)));
  };

  readonly onWakeUp = (wake: (dagId: string) => Promise<void>): Closable => {
    const worker = this.#backend.worker(WAKE_UPS, {
      concurrency: 1,
      process: (job) => wake(WakeUpName.parse(job).name),
    });
    this.#opened.add(worker);
    return worker;
  };

  readonly close = (): Promise<void> => (this.#closing ??= closeAll([...this.#opened]));
}

// A job that an older Windrow sent has no map index.
const Payload = z.object({
  runId: RunIdColumn,
  taskId: TaskIdColumn,
  mapIndex: z.number().default(0),
  seq: z.number(),
});
const WakeUpName = z.object({ name: z.string() });

function newJob({ jobId, label, priority, notBefore, ...claim }: Dispatch, now: Temporal.Instant): NewJob {
  const wait = notBefore === undefined ? 0 : notBefore.epochMilliseconds - now.epochMilliseconds;
  return {
    name: label,
    data: { runId: claim.runId, taskId: claim.taskId, mapIndex: claim.mapIndex, seq: claim.seq },
    opts: {
      jobId,
      priority,
      attempts: 1,
      ...(wait > 0 ? { delay: wait } : {}),
    },
  };
}

function repeat(wakeUp: WakeUp): Repeat {
  return wakeUp.kind === 'every'
    ? { every: wakeUp.everyMs, offset: wakeUp.offsetMs }
    : { pattern: wakeUp.pattern, tz: wakeUp.zone };
}
