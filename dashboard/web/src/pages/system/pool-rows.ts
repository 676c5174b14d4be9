import type { PoolJson, SystemJson } from '../../../../server/api/shapes/installation.ts';

type Queue = SystemJson['queues'][number];

/** A pool with its limits, where it has any, and what is in its queue. */
export interface PoolRow {
  readonly name: string;
  readonly limits: PoolJson | undefined;
  readonly queued: number;
  readonly running: number;
  readonly waitingSince: string | null;
}

/** Pools with limits and pools with tasks, by name. */
export function poolRows(pools: readonly PoolJson[], queues: readonly Queue[]): readonly PoolRow[] {
  const names = new Set([...pools.map(({ name }) => name), ...queues.map(({ pool }) => pool)]);
  return [...names]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const queue = queues.find(({ pool }) => pool === name);
      return {
        name,
        limits: pools.find((pool) => pool.name === name),
        queued: queue?.queued ?? 0,
        running: queue?.running ?? 0,
        waitingSince: queue?.waitingSince ?? null,
      };
    });
}
