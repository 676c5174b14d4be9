import { type Closable, type RunId, closeAll } from '#framework';
import { type Windrow, createRun } from '#framework/operate';

import { type BackendName, type TestEngineOptions, eventually, openTestEngine, taskStates } from '../support/engine.ts';

type EngineOptions = Omit<TestEngineOptions, 'backend'> & { readonly backend?: BackendName; readonly workers?: number };

/** Opens engines and what runs in them, and closes everything in the right order after a test. */
export class Bench {
  readonly #opened: Closable[] = [];
  #workers: ReturnType<Windrow['startWorker']>[] = [];

  /** An engine with one worker, or as many as asked for. */
  async engine({ backend = 'redis', workers = 1, ...options }: EngineOptions): Promise<Windrow> {
    const engine = this.keep(await openTestEngine({ ...options, backend }));
    for (let count = 0; count < workers; count += 1) this.work(engine);
    return engine;
  }

  /** Another process of the same installation, perhaps with other code. */
  async beside(engine: Windrow, { workers = 1, ...options }: EngineOptions): Promise<Windrow> {
    const environment = { ...environmentOf(engine), ...options.environment };
    return this.engine({ ...options, backend: 'postgres', workers, environment });
  }

  keep<T extends Closable>(opened: T): T {
    this.#opened.push(opened);
    return opened;
  }

  work(engine: Windrow): ReturnType<Windrow['startWorker']> {
    const worker = engine.startWorker();
    this.#workers.push(worker);
    return this.keep(worker);
  }

  schedule(engine: Windrow): Closable {
    return this.keep(engine.startScheduler());
  }

  async stopWorkers(hurry?: AbortSignal): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.close(hurry)));
  }

  /** Creates a run and starts it, without waiting for its end. */
  async start(engine: Windrow, dagId: string, params: Readonly<Record<string, string>> = {}): Promise<RunId> {
    const created = await createRun(engine.store.database, { dagId, kind: 'manual', params });
    if (created.kind !== 'created') throw new Error(`There is an open run of ${dagId} already.`);
    await engine.advance(dagId);
    return created.runId;
  }

  /** Waits until the named tasks of a run are in these states. */
  async until(engine: Windrow, run: RunId, wanted: Readonly<Record<string, string>>): Promise<void> {
    await eventually(`${JSON.stringify(wanted)} of run ${run}`, async () => {
      const states = await taskStates(engine, run);
      return Object.entries(wanted).every(([task, state]) => states[task] === state) ? true : undefined;
    });
  }

  async close(): Promise<void> {
    this.#workers = [];
    await closeAll(this.#opened.splice(0));
  }
}

/** What a process needs to find the database and the queues of `engine`. */
export function environmentOf({ settings }: Windrow): Readonly<Record<string, string>> {
  const redis = settings.redisUrl?.reveal();
  return {
    DATABASE_URL: settings.databaseUrl?.reveal() ?? '',
    WINDROW_QUEUE_PREFIX: settings.queuePrefix,
    ...(redis === undefined ? {} : { REDIS_URL: redis }),
  };
}

/** The first row of a statement; tests look at the truth directly. */
export async function row(
  engine: Pick<Windrow, 'store'>,
  text: string,
  values: readonly unknown[] = [],
): Promise<Readonly<Record<string, unknown>> | undefined> {
  return (await engine.store.database.run({ text }, values))[0];
}
