/** Of task `h`: whether it holds slots of its pool. As the index `task_instance_slots` has it. */
export const HOLDS_SLOTS = `h.slots > 0 and h.map_index >= 0 and h.state in ('queued', 'running')`;

/**
 * The slots that tasks `h` hold of a pool that has so many. A task that is heavier than its whole pool, which an operator made
 * smaller, counts as the whole pool.
 */
export function usedSlots(slots: string): string {
  return `coalesce(sum(least(h.slots, ${slots})), 0)::integer`;
}

/** The starts that the rate of pool `p` allows at this moment; 0 without a rate. */
export const TOKENS = `coalesce(least(p.rate_starts, p.tokens
    + greatest(0, extract(epoch from clock_timestamp() - p.refilled_at)) * 1000 * p.rate_starts / p.rate_per_ms), 0)`;
