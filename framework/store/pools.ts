import { type PoolLimits, type Pools, poolLimits } from '../dag/pool.ts';
import type { Executor } from './database.ts';
import { UNKNOWN } from './note-deed.ts';
import { SILENCE } from './workers.ts';

/**
 * Makes the database know the pools of the code. One that it does not name is forgotten once no living worker takes its tasks, so
 * that another version of the code sets no tasks free, and marked until then. Limits that an operator set stay in force until they are reset. Idempotent.
 */
export async function registerPools(executor: Executor, pools: Pools): Promise<void> {
  const limits = Object.entries(pools)
    .map(([name, pool]) => ({ name, ...poolLimits(name, pool) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  await executor.run(REGISTER, [
    limits.map(({ name }) => name),
    limits.map(({ slots }) => slots),
    limits.map(({ rate }) => rate?.starts ?? null),
    limits.map(({ rate }) => rate?.perMs ?? null),
    SILENCE,
  ]);
}

/** What an operator sets; a `rate` that is absent stays as it is. */
export interface PoolChange {
  /** 0 shuts the pool: what runs goes on, nothing else starts. */
  readonly slots: number;
  readonly rate?: PoolLimits['rate'] | 'none';
  /** Who sets it. */
  readonly by?: string;
}

/** Sets the limits of a pool by hand, until they are reset. Returns whether there is such a pool. */
export async function setPool(
  executor: Executor,
  name: string,
  { slots, rate, by = UNKNOWN }: PoolChange,
): Promise<boolean> {
  const given = rate === undefined || rate === 'none' ? undefined : rate;
  const values = [name, slots, rate !== undefined, given?.starts ?? null, given?.perMs ?? null, by];
  return (await executor.run(SET, values)).length > 0;
}

/** Puts the limits of the code in force again. Returns whether there is such a pool. */
export async function resetPool(executor: Executor, name: string, by: string = UNKNOWN): Promise<boolean> {
  return (await executor.run(RESET, [name, by])).length > 0;
}

// The rows that stay are locked in the order of their names, so that two processes that start together cannot deadlock.
const REGISTER = {
  text: `
with unnamed as (
  select p.name, p.set_by_operator or exists (
    select 1 from worker w where w.seen_at >= now() - $5::bigint * interval '1 ms' and p.name = any (w.pools)
  ) as stays
  from pool p
  where p.name <> all ($1::text[])
  order by p.name
  for update of p
),
gone as (
  delete from pool where name in (select name from unnamed where not stays)
),
kept as (
  update pool set removed_at = coalesce(removed_at, now()) where name in (select name from unnamed where stays)
)
insert into pool (name, slots, rate_starts, rate_per_ms, code_slots, code_rate_starts, code_rate_per_ms, tokens)
select name, slots, starts, per_ms, slots, starts, per_ms, coalesce(starts, 0)
from unnest($1::text[], $2::integer[], $3::integer[], $4::bigint[]) as p (name, slots, starts, per_ms)
order by name
on conflict (name) do update set removed_at = null,
  code_slots = excluded.code_slots, code_rate_starts = excluded.code_rate_starts, code_rate_per_ms = excluded.code_rate_per_ms,
  slots = case when pool.set_by_operator then pool.slots else excluded.slots end,
  rate_starts = case when pool.set_by_operator then pool.rate_starts else excluded.rate_starts end,
  rate_per_ms = case when pool.set_by_operator then pool.rate_per_ms else excluded.rate_per_ms end`,
};

/** The end of a statement that has `written` the limits of a pool. */
function tell(kind: string, by: string): string {
  return `insert into event (kind, details)
select '${kind}', jsonb_strip_nulls(jsonb_build_object('pool', name, 'by', ${by}::text, 'slots', slots, 'rateStarts', rate_starts, 'ratePerMs', rate_per_ms))
from written
returning id`;
}

const SET = {
  text: `
with written as (
  update pool set
    slots = $2,
    rate_starts = case when $3::boolean then $4::integer else rate_starts end,
    rate_per_ms = case when $3::boolean then $5::bigint else rate_per_ms end,
    set_by_operator = true
  where name = $1
  returning name, slots, rate_starts, rate_per_ms
)
${tell('pool_set', '$6')}`,
};

const RESET = {
  text: `
with written as (
  update pool set
    slots = code_slots, rate_starts = code_rate_starts, rate_per_ms = code_rate_per_ms, set_by_operator = false
  where name = $1
  returning name, slots, rate_starts, rate_per_ms
)
${tell('pool_reset', '$2')}`,
};
