import {
  type Job,
  type JobsOptions,
  type PgPool,
  Queue,
  Worker,
  createPostgresBackend,
  isPgPool,
  runMigrations,
  withBackend,
} from 'bullmq';
import pg from 'pg';

import { systemClock } from '../core/clock.ts';
import type { Closable } from '../core/closable.ts';
import { Bug } from '../core/failures.ts';
import type { Log } from '../core/log.ts';
import type { Secret } from '../core/secret.ts';
import { Temporal } from '../core/time.ts';
import { ConsumerConnection } from './consumer-connection.ts';
import type { RedisAddress } from './redis-address.ts';
import { openSendingConnection, openWorkerConnection, redisAddress } from './redis-connection.ts';

export type BackendSettings =
  | { readonly kind: 'redis'; readonly address: RedisAddress; readonly prefix: string }
  | { readonly kind: 'postgres'; readonly url: Secret };

/** The few members of BullMQ's queue that are used; the same on both backends. */
export interface JobQueue extends Closable {
  readonly addBulk: (jobs: readonly NewJob[]) => Promise<void>;
  readonly stateOf: (jobId: string) => Promise<string>;
  readonly remove: (jobId: string) => Promise<void>;
  /** The first jobs that a worker could take now; none while somebody has paused the queue. */
  readonly takeable: (atMost: number) => Promise<readonly TakeableJob[]>;
  /** Removes the oldest ended jobs but for `most` completed and `most` failed ones. */
  readonly cutEnded: (most: number) => Promise<void>;
  readonly upsertScheduler: (id: string, repeat: Repeat, name: string) => Promise<void>;
  readonly schedulerIds: () => Promise<readonly string[]>;
  readonly removeScheduler: (id: string) => Promise<void>;
  /** The BullMQ queue itself, for Bull Board only. */
  readonly inner: unknown;
}

export interface NewJob {
  readonly name: string;
  readonly data: object;
  readonly opts: JobsOptions;
}

export interface TakeableJob {
  readonly data: unknown;
  /** When it could have been taken first. */
  readonly since: Temporal.Instant;
}

export type Repeat =
  | { readonly every: number; readonly offset: number }
  | { readonly pattern: string; readonly tz: string };

export interface JobWorker extends Closable {
  readonly ready: () => Promise<void>;
  readonly pause: () => Promise<void>;
  /** Closes it without asking its connections, which may be dead, and without waiting for its jobs. */
  readonly abandon: () => Promise<void>;
}

export interface WorkerSettings {
  readonly concurrency: number;
  readonly process: (job: Pick<Job, 'id' | 'data' | 'log' | 'updateProgress'>) => Promise<unknown>;
}

export interface Backend extends Closable {
  readonly kind: 'redis' | 'postgres';
  readonly queue: (name: string) => JobQueue;
  readonly worker: (name: string, settings: WorkerSettings) => JobWorker;
}

/** BullMQ's schema must be there already: see `migrateQueues`. */
export function openBackend(settings: BackendSettings, log: Log): Backend {
  return settings.kind === 'redis' ? redisBackend(settings, log) : postgresBackend(settings, log);
}

/** Brings BullMQ's own tables to the newest version. Redis needs none. */
export async function migrateQueues(settings: BackendSettings): Promise<void> {
  if (settings.kind === 'redis') return;
  const client = new pg.Client({ connectionString: settings.url.reveal() });
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}

// A lock that is not renewed for 15 s makes a job stalled, looked for every 5 s (with the defaults a job of a killed worker
// came back after 60.7 s, with 5 s and 2 s after 4.3 s). The engine's own lease is what decides; this only tidies up.
const WORKER_OPTIONS = { lockDuration: 15_000, stalledInterval: 5000, maxStalledCount: 1, drainDelay: 5 };

/**
 * How long ended jobs stay for people to look at in Bull Board; the engine does not need them. On PostgreSQL
 * the limit by number is `cutKeptJobs`.
 */
const KEPT = { redis: { age: 86_400, count: 5000 }, postgres: { age: 86_400 } } as const;

/**
 * BullMQ's bulk insert on PostgreSQL makes two temporary tables: 4.6 ms for one job, where its single insert takes 0.6 ms.
 */
const SINGLY_UP_TO = 4;

function redisBackend({ address, prefix }: Extract<BackendSettings, { kind: 'redis' }>, log: Log): Backend {
  const { client, ask, close } = openSendingConnection(address, log);
  return {
    kind: 'redis',
    queue: (name) => jobQueue(listening(new Queue(name, { connection: client, prefix }), log), ask),
    worker: (name, { concurrency, process }) => {
      const connection = openWorkerConnection(address);
      const worker = jobWorker(
        listening(
          new Worker(name, (job) => process(job), {
            ...WORKER_OPTIONS,
            ...endedJobs(KEPT.redis),
            connection: connection.client,
            prefix,
            concurrency,
          }),
          log,
        ),
      );
      const closeWorker = async (): Promise<void> => {
        connection.letGo();
        await worker.close();
        connection.close();
      };
      const abandon = async (): Promise<void> => {
        connection.letGo();
        connection.close();
        await worker.abandon();
      };
      return { ...worker, close: closeWorker, abandon };
    },
    close,
  };
}

function postgresBackend(settings: Extract<BackendSettings, { kind: 'postgres' }>, log: Log): Backend {
  const classes = withBackend(createPostgresBackend);
  // A pool of our own: BullMQ cannot load the driver itself in an ES module, and expects the driver's default types.
  const options = {
    connectionString: settings.url.reveal(),
    // Whatever is lost here in a crash is sent again from the engine's own tables: no job waits for the disk.
    options: '-c search_path=bullmq -c synchronous_commit=off',
    application_name: 'windrow queues',
  };
  const pool = new pg.Pool({ ...options, max: 20 });
  pool.on('error', (error) => log.warn('A queue connection broke', { message: error.message }));
  // The pool listens to idle connections only, and one that breaks while BullMQ uses it must not end the process either.
  pool.on('connect', (client) => client.on('error', () => {}));
  // Each queue listens to it; Node takes more than ten of them for a leak.
  pool.setMaxListeners(0);
  const connection = asPool(pool);
  return {
    kind: 'postgres',
    queue: (name) => {
      const queue = listening(new classes.Queue(name, { connection }), log);
      const { addBulk, ...others } = jobQueue(queue);
      const addSingly = async (jobs: readonly NewJob[]): Promise<void> => {
        await Promise.all(jobs.map((job) => queue.add(job.name, job.data, job.opts)));
      };
      return { ...others, addBulk: (jobs) => (jobs.length > SINGLY_UP_TO ? addBulk(jobs) : addSingly(jobs)) };
    },
    worker: (name, { concurrency, process }) => {
      const own = new ConsumerConnection(pool, options);
      const worker = jobWorker(
        listening(
          new classes.Worker(name, (job) => process(job), {
            ...WORKER_OPTIONS,
            ...endedJobs(KEPT.postgres),
            connection: asPool(own),
            concurrency,
          }),
          log,
        ),
      );
      const leave = (end: () => Promise<void>) => (): Promise<void> => {
        own.leave();
        return end();
      };
      return { ...worker, close: leave(worker.close), abandon: leave(worker.abandon) };
    },
    close: () => pool.end(),
  };
}

/** A guard, because BullMQ describes the driver's pool in types of its own. */
function asPool(pool: unknown): PgPool {
  if (!isPgPool(pool)) throw new Bug('E_QUEUE_POOL', 'BullMQ does not recognise the pool of the pg driver.');
  return pool;
}

function endedJobs<K>(kept: K): { readonly removeOnComplete: K; readonly removeOnFail: K } {
  return { removeOnComplete: kept, removeOnFail: kept };
}

const ENDED = ['completed', 'failed'] as const;

// A delayed job is moved by the worker that takes it, when its time has come.
const TAKEABLE = ['wait', 'prioritized', 'delayed'] as const;

type Waiting = Pick<Job, 'data' | 'timestamp' | 'delay'>;

/** By the system's clock, which BullMQ goes by. */
function takeableAt({ timestamp, delay }: Waiting): number {
  return timestamp + delay;
}

function takeableJob(job: Waiting): TakeableJob {
  return { data: job.data, since: Temporal.Instant.fromEpochMilliseconds(takeableAt(job)) };
}

type AnyQueue = Pick<
  Queue,
  | 'getJobCounts'
  | 'clean'
  | 'add'
  | 'addBulk'
  | 'getJobState'
  | 'remove'
  | 'isPaused'
  | 'getJobs'
  | 'upsertJobScheduler'
  | 'getJobSchedulers'
  | 'removeJobScheduler'
  | 'close'
>;

type Ask = <T>(call: () => Promise<T>) => Promise<T>;

function jobQueue(queue: AnyQueue, ask: Ask = (call) => call()): JobQueue {
  let closing: Promise<void> | undefined;
  return {
    inner: queue,
    addBulk: async (jobs) => {
      const [job, ...more] = jobs;
      if (job === undefined) return;
      // A lone one without the transaction that several need: 0.09 ms instead of 0.13.
      await ask<unknown>(() =>
        more.length === 0
          ? queue.add(job.name, job.data, job.opts)
          : queue.addBulk(jobs.map(({ name, data, opts }) => ({ name, data, opts }))),
      );
    },
    stateOf: (jobId) => ask(() => queue.getJobState(jobId)),
    remove: async (jobId) => {
      await ask(() => queue.remove(jobId));
    },
    takeable: async (atMost) => {
      if (await ask(() => queue.isPaused())) return [];
      const jobs = await ask(() => queue.getJobs([...TAKEABLE], 0, atMost - 1, true));
      const now = systemClock.now().epochMilliseconds;
      return jobs.filter((job) => takeableAt(job) <= now).map(takeableJob);
    },
    cutEnded: async (most) => {
      const counts = await ask(() => queue.getJobCounts(...ENDED));
      for (const state of ENDED) {
        // The oldest go first; two processes at once may take some more.
        const excess = (counts[state] ?? 0) - most;
        if (excess > 0) await ask(() => queue.clean(0, excess, state));
      }
    },
    upsertScheduler: async (id, repeat, name) => {
      const opts = { removeOnComplete: 20, removeOnFail: 20 };
      await ask(() => queue.upsertJobScheduler(id, repeat, { name, opts }));
    },
    schedulerIds: async () => (await ask(() => queue.getJobSchedulers())).map(({ key }) => key),
    removeScheduler: async (id) => {
      await ask(() => queue.removeJobScheduler(id));
    },
    close: () => (closing ??= queue.close()),
  };
}

function jobWorker(worker: Pick<Worker, 'waitUntilReady' | 'pause' | 'close'>): JobWorker {
  let closing: Promise<void> | undefined;
  return {
    ready: async () => {
      await worker.waitUntilReady();
    },
    pause: () => worker.pause(true),
    close: () => (closing ??= worker.close()),
    abandon: () => (closing ??= worker.close(true)),
  };
}

// Without a listener an 'error' event would end the process; BullMQ reconnects by itself.
function listening<T extends { on: (event: 'error', hear: (error: Error) => void) => unknown }>(
  emitter: T,
  log: Log,
): T {
  emitter.on('error', (error) => log.warn('BullMQ reports an error', { message: error.message }));
  return emitter;
}

/** @throws ConfigFailure `E_REDIS_URL` */
export function backendSettings(urls: {
  readonly redis?: Secret;
  readonly database: Secret;
  readonly prefix: string;
}): BackendSettings {
  if (urls.redis === undefined) return { kind: 'postgres', url: urls.database };
  const address = redisAddress(urls.redis);
  // All keys of a queue must lie in one slot of a cluster: BullMQ's scripts touch several.
  const prefix = address.kind === 'cluster' && !urls.prefix.includes('{') ? `{${urls.prefix}}` : urls.prefix;
  return { kind: 'redis', address, prefix };
}
