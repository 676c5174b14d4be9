import { z } from 'zod';

import { milliseconds } from '../../core/duration.ts';
import type { Temporal } from '../../core/time.ts';
import type { PoolLimits } from '../../dag/pool.ts';
import type { Database } from '../database.ts';
import { MaybeInstant } from './view-rows.ts';
import { HOLDS_SLOTS } from '../runs/pool-use.ts';

/** A pool with limits, as people look at it. */
export interface PoolView extends PoolLimits {
  readonly name: string;
  /** Who set the limits that are in force. */
  readonly setBy: 'code' | 'operator';
  /** What the code says. */
  readonly code: PoolLimits;
  /** Slots that tasks hold now: more than there are where an operator made the pool smaller meanwhile. */
  readonly used: number;
  /** Tasks that limits hold back. */
  readonly held: number;
  /** Since when the code that was registered last does not name it. */
  readonly removedAt: Temporal.Instant | null;
}

/** Every pool with limits, by name. */
export async function listPools(database: Database): Promise<readonly PoolView[]> {
  return (await database.run(LIST)).map((row) => Row.parse(row));
}

const LIST = {
  name: 'list_pools',
  text: `
select name, slots, rate_starts as "rateStarts", rate_per_ms as "ratePerMs", code_slots as "codeSlots",
  code_rate_starts as "codeRateStarts", code_rate_per_ms as "codeRatePerMs", set_by_operator as "byOperator", removed_at as "removedAt",
  (select coalesce(sum(h.slots), 0)::integer from task_instance h where h.pool = p.name and ${HOLDS_SLOTS}) as used,
  (select count(*) from task_instance t where t.pool = p.name and t.state = 'scheduled')::integer as held
from pool p
order by name`,
};

const Row = z
  .object({
    name: z.string(),
    slots: z.number(),
    rateStarts: z.number().nullable(),
    ratePerMs: z.number().nullable(),
    codeSlots: z.number(),
    codeRateStarts: z.number().nullable(),
    codeRatePerMs: z.number().nullable(),
    byOperator: z.boolean(),
    used: z.number(),
    held: z.number(),
    removedAt: MaybeInstant,
  })
  .transform((row): PoolView => ({
    name: row.name,
    ...limits(row.slots, row.rateStarts, row.ratePerMs),
    setBy: row.byOperator ? 'operator' : 'code',
    code: limits(row.codeSlots, row.codeRateStarts, row.codeRatePerMs),
    used: row.used,
    held: row.held,
    removedAt: row.removedAt,
  }));

function limits(slots: number, ...[starts, perMs]: readonly [number | null, number | null]): PoolLimits {
  return starts === null || perMs === null ? { slots } : { slots, rate: { starts, perMs: milliseconds(perMs) } };
}
