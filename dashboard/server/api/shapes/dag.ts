import { z } from 'zod';

import { TRIGGER_RULES } from '#framework';

import { Instant } from './scalars.ts';
import { Run, RunState } from './run.ts';
import { SchedulePolicy } from './schedule.ts';

/** A run as one bar of a row of bars. */
const RunBar = z.object({
  id: z.number(),
  state: RunState,
  // Text here as well: a list of dags shows thousands.
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
});

export const Dag = z
  .object({
    id: z.string(),
    description: z.string().nullable(),
    paused: z.boolean(),
    isPipeline: z.boolean(),
    /** For people: `15m`, `1 day in Europe/Berlin`; null for a dag that only sensors or people start. */
    schedule: z.string().nullable(),
    /** When the schedule makes its next window; null while the dag is paused. */
    nextDueAt: Instant.nullable(),
    sensors: z.array(z.string()),
    lastRun: z.object({ id: z.number(), state: RunState, endedAt: Instant.nullable() }).nullable(),
    pendingWindows: z.number(),
    failedWindows: z.number(),
    /** The newest runs, oldest first. */
    recentRuns: z.array(RunBar),
  })
  .meta({ id: 'Dag' });

const Retry = z.object({
  retries: z.number(),
  delayMs: z.number(),
  factor: z.number(),
  maxDelayMs: z.number(),
});

const GraphTask = z
  .object({
    id: z.string(),
    upstream: z.array(z.string()),
    rule: z.enum(TRIGGER_RULES),
    teardown: z.boolean(),
    retry: Retry,
    timeoutMs: z.number().nullable(),
    pool: z.string(),
    slots: z.number(),
    group: z.string().nullable(),
    mapped: z.string().nullable(),
    dependsOnPrevious: z.boolean(),
  })
  .meta({ id: 'GraphTask' });

/** What somebody who starts a run names: no window, one or else the newest of the source, or one that must be named. */
const ByHand = z.object({ window: z.enum(['none', 'newest', 'named']), takesParams: z.boolean() });

export const DagDetail = Dag.extend({
  tasks: z.array(GraphTask),
  maxActiveRuns: z.number(),
  runTimeoutMs: z.number().nullable(),
  settings: SchedulePolicy.nullable(),
  /** Pools that its tasks take. */
  pools: z.array(z.string()),
  /** Of the project's code; empty where this process does not have the dag. */
  tags: z.array(z.string()),
  /** Null where this process does not have the dag. */
  byHand: ByHand.nullable(),
  lastRuns: z.array(Run),
}).meta({ id: 'DagDetail' });

export type DagJson = z.input<typeof Dag>;
export type DagDetailJson = z.input<typeof DagDetail>;
export type GraphTaskJson = z.input<typeof GraphTask>;
