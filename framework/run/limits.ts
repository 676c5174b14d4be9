import type { GraphTask } from '../dag/graph.ts';

/** The limits that hold for the task instances of one run. */
export interface RunLimits {
  /** Pools with limits; all others have none. */
  readonly pools: ReadonlySet<string>;
  /** Whether a window comes before: a run without a window waits for none. */
  readonly hasWindow: boolean;
}

export interface TaskLimits {
  /** Slots of its pool that it holds; 0 where the pool has no limits. */
  readonly slots: number;
  readonly afterPrevious: boolean;
}

export const NO_LIMITS: RunLimits = { pools: new Set(), hasWindow: false };

/** Decided once, when a run starts, so that a task holds the same slots from its first try to its last. */
export function taskLimits(task: GraphTask, { pools, hasWindow }: RunLimits): TaskLimits {
  return {
    slots: pools.has(task.pool) ? (task.slots ?? 1) : 0,
    afterPrevious: hasWindow && task.dependsOnPrevious === true,
  };
}

export function isLimited({ slots, afterPrevious }: TaskLimits): boolean {
  return slots > 0 || afterPrevious;
}
