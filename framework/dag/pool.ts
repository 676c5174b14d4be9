import { type Millis, parseDuration } from '../core/duration.ts';
import { DefinitionFailure } from '../core/failures.ts';
import type { Dag } from './dag.ts';

/** What a project says about a pool: `{ slots: 10, rate: { starts: 5, per: '1s' } }`. */
export interface PoolOptions {
  /** How many slots the task instances of the pool hold at once, over all processes. */
  readonly slots: number;
  /** After a quiet time `starts` of them start at once, then they follow evenly. Default: no limit. */
  readonly rate?: { readonly starts: number; readonly per: string };
}

export interface Rate {
  readonly starts: number;
  readonly perMs: Millis;
}

export interface PoolLimits {
  readonly slots: number;
  readonly rate?: Rate;
}

export type Pools = Readonly<Record<string, PoolOptions>>;

/** More than any machine park runs, and far below what a column holds. */
const MOST = 100_000;

/** @throws DefinitionFailure `E_POOL_LIMITS`, `E_DURATION_UNREADABLE` */
export function poolLimits(name: string, { slots, rate }: PoolOptions): PoolLimits {
  if (!isCount(slots)) throw unusable(name, `${slots} slots are`);
  if (rate === undefined) return { slots };
  if (!isCount(rate.starts)) throw unusable(name, `a rate of ${rate.starts} starts is`);
  return { slots, rate: { starts: rate.starts, perMs: parseDuration(rate.per) } };
}

/**
 * Checks the limits of pools, and that every task fits into its own.
 * @throws DefinitionFailure `E_POOL_LIMITS`, `E_POOL_SLOTS`, `E_DURATION_UNREADABLE`
 */
export function checkPools(pools: Pools, dags: readonly Dag[]): void {
  const known = new Map(Object.entries(pools).map(([name, pool]) => [name, poolLimits(name, pool)]));
  for (const dag of dags) {
    for (const { id, pool, slots } of dag.graph.tasks) {
      const most = known.get(pool)?.slots;
      if (slots === undefined || (most !== undefined && slots <= most)) continue;
      throw new DefinitionFailure(
        'E_POOL_SLOTS',
        `Dag "${dag.id}": task "${id}" takes ${slots} slots of pool "${pool}", which ` +
          (most === undefined
            ? 'the project does not define. Add it to `pools` of defineProject, or drop `slots`.'
            : `has ${most}. Give the pool more slots, or the task fewer.`),
      );
    }
  }
}

function isCount(count: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= MOST;
}

function unusable(name: string, what: string): DefinitionFailure {
  return new DefinitionFailure(
    'E_POOL_LIMITS',
    `Pool "${name}": ${what} not usable. Expected a whole number from 1 to ${MOST}.`,
  );
}
