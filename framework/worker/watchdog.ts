import type { Closable } from '../core/closable.ts';
import { type Millis, milliseconds } from '../core/duration.ts';
import type { Log } from '../core/log.ts';
import { repeat } from '../core/timer.ts';
import type { Dag } from '../dag/dag.ts';
import type { Dispatcher, Takeable } from '../queue/dispatcher.ts';
import { jobId } from '../store/runs/dispatch.ts';
import { type OverdueTask, findOverdue } from '../store/runs/find-overdue.ts';
import type { Store } from '../store/store.ts';
import type { PoolConsumer } from './pool-consumer.ts';
import { NO_SUSPICION, type Suspicion, suspect } from './suspicion.ts';

export interface WatchdogOptions {
  readonly consumers: readonly PoolConsumer[];
  readonly dispatcher: Pick<Dispatcher, 'takeable'>;
  readonly store: Pick<Store, 'database'>;
  readonly dags: ReadonlyMap<string, Dag>;
  readonly leaseMs: Millis;
  readonly log: Log;
}

/** So many of the first jobs of a pool are looked at; older code may have left some in front that no task waits for. */
const AT_MOST = 20;
const SLOWEST: Millis = milliseconds(3000);

/**
 * Notices a consumer that takes nothing while tasks wait for it, and makes it anew: its connection died without a word, or
 * BullMQ's loop stands still. A worker without waiting jobs costs two calls of the queue per pool and look, and none of SQL.
 */
export function watchConsumers(options: WatchdogOptions): Closable {
  const { consumers, leaseMs, log } = options;
  const suspicions = new Map<PoolConsumer, Suspicion>();
  return repeat(
    milliseconds(Math.min(leaseMs / 2, SLOWEST)),
    async () => {
      for (const consumer of consumers)
        suspicions.set(consumer, await watch(consumer, suspicions.get(consumer) ?? NO_SUSPICION, options));
    },
    (error) => {
      // While the queues cannot be reached, nobody can take what waits in them.
      suspicions.clear();
      log.warn('The watchdog could not look at the queues', { error: String(error) });
    },
  );
}

async function watch(consumer: PoolConsumer, before: Suspicion, options: WatchdogOptions): Promise<Suspicion> {
  const { pool, taken } = consumer;
  const overdue = consumer.hasRoom ? await findTakeable(pool, options) : [];
  const { suspicion, hangs } = suspect(before, { taken, takeable: overdue.map(({ key }) => key) });
  const [first] = overdue;
  if (!hangs || first === undefined) return suspicion;
  const { log } = options;
  log.warn('Tasks of a pool wait and this worker takes none though it has room; its consumer is made anew', {
    pool,
    dag: first.dagId,
    run: first.runId,
    task: first.taskId,
    since: first.since.toString(),
  });
  consumer.renew((error) => log.warn('A consumer that hung could not be closed', { pool, error: String(error) }));
  return suspicion;
}

interface Waiting extends OverdueTask {
  readonly key: string;
  readonly since: Takeable['since'];
}

/** Jobs that wait in BullMQ for tasks that wait in SQL, of dags that this worker has. */
async function findTakeable(pool: string, { dispatcher, store, dags }: WatchdogOptions): Promise<readonly Waiting[]> {
  const jobs = await dispatcher.takeable(pool, AT_MOST);
  if (jobs.length === 0) return [];
  const tasks = await findOverdue(
    store.database,
    jobs.map(({ claim }) => claim),
    [...dags.keys()],
  );
  const since = new Map(jobs.map((job) => [jobId(job.claim), job.since]));
  return tasks.flatMap((task) => {
    const key = jobId(task);
    const first = since.get(key);
    return first === undefined ? [] : [{ ...task, key, since: first }];
  });
}
