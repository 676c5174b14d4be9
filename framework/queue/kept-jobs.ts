import type { Closable } from '../core/closable.ts';
import { type Millis, minutes } from '../core/duration.ts';
import type { Log } from '../core/log.ts';
import { repeat } from '../core/timer.ts';
import type { Dag } from '../dag/dag.ts';
import type { BullMqDispatcher } from './bullmq-dispatcher.ts';

/**
 * Ended jobs are only for people to look at. On PostgreSQL a limit by number at each finish would sort all kept jobs (measured
 * with 5,000 kept: 21 ms at each finish), so they are cut now and then: at 500 tasks a second a pool grows to 40,000 between.
 */
const MOST = 10_000;
const EVERY: Millis = minutes(1);

/** Keeps the newest ended jobs of the pools that these dags use. Any number of processes may do so. */
export function cutKeptJobs(
  dags: ReadonlyMap<string, Dag>,
  dispatcher: Pick<BullMqDispatcher, 'cutEnded'>,
  log: Log,
): Closable {
  const pools = new Set([...dags.values()].flatMap(({ graph }) => graph.tasks.map(({ pool }) => pool)));
  return repeat(
    EVERY,
    async () => {
      for (const pool of pools) await dispatcher.cutEnded(pool, MOST);
    },
    (error) => log.warn('Ended jobs could not be cut', { error: String(error) }),
  );
}
