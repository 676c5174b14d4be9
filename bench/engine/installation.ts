import { type Clock, type Closable, type Dag, closeAll, silentLog, systemClock } from '#framework';
import { type Windrow, openInstallation } from '#framework/operate';

import type { Servers } from './servers.ts';

export const BACKENDS = ['redis', 'postgres'] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface Installation extends Closable {
  readonly windrow: Windrow;
}

export interface BenchOptions {
  readonly servers: Servers;
  readonly clock?: Clock;
  /** Tasks at once; without it as many as users have who set nothing. */
  readonly concurrency?: number;
}

/** What `windrow up` runs, without the dashboard: scheduler and worker in this process, with the settings users have. */
export async function openBenchInstallation(
  dag: Dag,
  backend: BackendName,
  { servers, clock = systemClock, concurrency }: BenchOptions,
): Promise<Installation> {
  const database = [dag.id, backend, concurrency ?? []].flat().join('_');
  const environment = {
    DATABASE_URL: await servers.createDatabase(database),
    ...(concurrency === undefined ? {} : { WINDROW_CONCURRENCY: String(concurrency) }),
    ...(backend === 'redis' ? { REDIS_URL: servers.redisUrl } : {}),
  };
  const windrow = await openInstallation({
    project: { dags: [dag] },
    environment,
    clock,
    log: silentLog,
  });
  const scheduler = windrow.startScheduler();
  const worker = windrow.startWorker();
  await worker.ready();
  return { windrow, close: () => closeAll([windrow, scheduler, worker]) };
}
