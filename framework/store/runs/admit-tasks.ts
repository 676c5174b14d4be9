import { z } from 'zod';

import { type Millis, milliseconds } from '../../core/duration.ts';
import { type Room, admitted } from '../../run/admission.ts';
import type { Database, Executor } from '../database.ts';
import type { Dispatch } from './dispatch.ts';
import { DispatchRow, INSERT_DISPATCHES, LABEL } from './outbox.ts';
import { HOLDS_SLOTS, TOKENS, usedSlots } from './pool-use.ts';
import { PREVIOUS_ENDED_WELL } from './previous-window.ts';
import { InstantColumn, RunIdColumn, TaskIdColumn } from './run-rows.ts';

export interface Admitted {
  readonly dispatches: readonly Dispatch[];
  /** When the pool should be looked at again though nothing ends: its rate gives a token then, or more wait than one look takes. */
  readonly again?: Millis;
}

/** The most tasks that one admission locks. */
const AT_MOST = 500;

/**
 * Dispatches held tasks of one pool, as many as its slots and its rate allow. Locks the row of the pool, then tasks that
 * nobody else has locked: whoever holds a run or a task never asks for a pool, and nobody waits here for a task, so no
 * circle of waits can arise. A task that was locked is admitted by the one that had it, or by the sweeper.
 */
export async function admitTasks(database: Database, pool: string): Promise<Admitted> {
  return database.transaction(async (transaction) => {
    const [found] = await transaction.run(LOCK_POOL, [pool]);
    const limits = found === undefined ? undefined : PoolRow.parse(found);
    // A second statement: it must see what was admitted while this one waited for the lock.
    const rows = await transaction.run(WAITING, [pool, limits?.slots ?? null, AT_MOST]);
    const waiting = rows.map((row) => WaitingRow.parse(row));
    const chosen = admitted(waiting, roomOf(limits, waiting));
    const again = whenAgain({ limits, waiting: waiting.length, chosen: chosen.length });
    if (chosen.length === 0) return { dispatches: [], ...again };
    const sent = await transaction.runLast(ADMIT, [
      chosen.map(({ runId }) => runId),
      chosen.map(({ taskId }) => taskId),
      chosen.map(({ mapIndex }) => mapIndex),
      pool,
      (limits?.tokens ?? 0) - chosen.length,
      limits?.at.toString() ?? null,
    ]);
    return { dispatches: sent.map((row) => DispatchRow.parse(row)), ...again };
  });
}

/** Holds tasks whose deferral or wait for a retry is over; under the clock that `nextAt` was made by. Returns how many. */
export async function holdDue(executor: Executor, now: string, atMost: number): Promise<number> {
  return (await executor.run(HOLD_DUE, [now, atMost])).length;
}

/** Pools in which tasks are held. */
export async function findHeldPools(executor: Executor): Promise<readonly string[]> {
  const rows = await executor.run(HELD_POOLS);
  return rows.map((row) => z.object({ pool: z.string() }).parse(row).pool);
}

type Limits = z.infer<typeof PoolRow>;
type Waiting = z.infer<typeof WaitingRow>;

function roomOf(limits: Limits | undefined, waiting: readonly Waiting[]): Room {
  if (limits === undefined) return { slots: Infinity, starts: Infinity };
  return {
    slots: limits.slots - (waiting[0]?.used ?? 0),
    starts: limits.perTokenMs === null ? Infinity : Math.floor(limits.tokens),
  };
}

interface Looked {
  readonly limits: Limits | undefined;
  readonly waiting: number;
  readonly chosen: number;
}

function whenAgain({ limits, waiting, chosen }: Looked): Pick<Admitted, 'again'> {
  if (chosen === AT_MOST) return { again: milliseconds(0) };
  if (limits?.perTokenMs == null || waiting === 0) return {};
  const missing = 1 - (limits.tokens - chosen);
  return missing > 0 ? { again: milliseconds(Math.ceil(missing * limits.perTokenMs)) } : {};
}

const LOCK_POOL = {
  name: 'lock_pool',
  text: `
select p.slots, p.rate_per_ms::double precision / p.rate_starts as "perTokenMs", clock_timestamp() as "at", ${TOKENS} as "tokens"
from pool p
where p.name = $1
for update`,
};

// A pool without slots is shut.
const WAITING = {
  name: 'waiting_tasks',
  text: `
with used as (
  select ${usedSlots('$2')} as slots
  from task_instance h
  where h.pool = $1 and ${HOLDS_SLOTS}
),
waiting as (
  select t.run_id, t.task_id, t.map_index, t.slots, t.priority, t.window_start
  from task_instance t
  join dag_run r on r.id = t.run_id
  where t.pool = $1 and t.state = 'scheduled' and (not t.after_previous or ${PREVIOUS_ENDED_WELL})
  order by t.priority, t.window_start, t.run_id, t.task_id, t.map_index
  limit (select case when $2::integer is null then $3 else greatest(0, least($3, $2 - used.slots)) end from used)
  for update of t skip locked
)
select run_id as "runId", task_id as "taskId", map_index as "mapIndex", least(waiting.slots, $2) as slots, used.slots as used
from waiting, used
order by priority, window_start, run_id, task_id, map_index`,
};

const ADMIT = {
  name: 'admit_tasks',
  text: `
with due as (
  update task_instance t set state = 'queued', seq = t.seq + 1, next_at = null, dispatched_at = now()
  from unnest($1::bigint[], $2::text[], $3::integer[]) as chosen (run_id, task_id, map_index), dag_run r
  where t.run_id = chosen.run_id and t.task_id = chosen.task_id and t.map_index = chosen.map_index and r.id = t.run_id
  returning t.run_id, t.task_id, t.map_index, t.seq, t.attempt, t.priority, t.pool, ${LABEL} as label
),
spent as (
  update pool set tokens = $5, refilled_at = $6::timestamptz where name = $4 and rate_starts is not null
)
${INSERT_DISPATCHES}`,
};

const HOLD_DUE = {
  name: 'hold_due',
  text: `
with due as (
  select run_id, task_id, map_index
  from task_instance
  where limited and state in ('deferred', 'up_for_retry') and next_at <= $1::timestamptz
  order by next_at
  limit $2
  for update skip locked
)
update task_instance t set state = 'scheduled', next_at = null
from due
where t.run_id = due.run_id and t.task_id = due.task_id and t.map_index = due.map_index
returning t.pool`,
};

// Jumps from one pool to the next in the index, however many tasks are held in each.
const HELD_POOLS = {
  name: 'held_pools',
  text: `
with recursive held as (
  (select pool from task_instance where state = 'scheduled' order by pool limit 1)
  union all
  select (select t.pool from task_instance t where t.state = 'scheduled' and t.pool > held.pool order by t.pool limit 1)
  from held
  where held.pool is not null
)
select pool from held where pool is not null`,
};

const PoolRow = z.object({
  slots: z.number(),
  tokens: z.number(),
  /** How long one token takes to come; null without a rate. */
  perTokenMs: z.number().nullable(),
  at: InstantColumn,
});

const WaitingRow = z.object({
  runId: RunIdColumn,
  taskId: TaskIdColumn,
  mapIndex: z.number(),
  slots: z.number(),
  /** Slots that are held in the pool. */
  used: z.number(),
});
