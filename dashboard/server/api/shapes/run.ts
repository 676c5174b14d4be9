import { z } from 'zod';

import { RUN_KINDS, RUN_STATES, TASK_STATES } from '#framework/operate';

import { AnyJson, Facts, Failure, Instant, Window } from './scalars.ts';

export const RunState = z.enum(RUN_STATES);
export const TaskState = z.enum(TASK_STATES);

export const Run = z
  .object({
    id: z.number(),
    dagId: z.string(),
    kind: z.enum(RUN_KINDS),
    state: RunState,
    window: Window.nullable(),
    recordId: z.number().nullable(),
    createdAt: Instant,
    startedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    openTasks: z.number(),
    failedTasks: z.number(),
  })
  .meta({ id: 'Run' });

/** A task of a run; `load[3]` is the name of an instance of a mapped task, whose summary has the map index -1. */
const RunTask = z
  .object({
    name: z.string(),
    taskId: z.string(),
    mapIndex: z.number(),
    instances: z.object({ total: z.number(), success: z.number(), failed: z.number(), skipped: z.number() }).nullable(),
    state: TaskState,
    attempt: z.number(),
    startedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    reason: z.string().nullable(),
    failure: Failure.nullable(),
    output: AnyJson,
    worker: z.string().nullable(),
    upstream: z.array(z.string()),
  })
  .meta({ id: 'RunTask' });

/** One ended try of a task. */
const Attempt = z
  .object({
    id: z.number(),
    name: z.string(),
    taskId: z.string(),
    mapIndex: z.number(),
    attempt: z.number(),
    fence: z.number(),
    outcome: z.string(),
    worker: z.string().nullable(),
    startedAt: Instant.nullable(),
    endedAt: Instant,
    reason: z.string().nullable(),
    failure: Failure.nullable(),
  })
  .meta({ id: 'Attempt' });

export const RunDetail = Run.extend({
  /** Upstream tasks first; of a mapped task with very many instances those to look at first. */
  tasks: z.array(RunTask),
  attempts: z.array(Attempt),
  cleared: z.number(),
  deadlineAt: Instant.nullable(),
  timedOut: Failure.nullable(),
}).meta({ id: 'RunDetail' });

export const LogLine = z
  .object({
    id: z.number(),
    mapIndex: z.number(),
    attempt: z.number(),
    fence: z.number().nullable(),
    at: Instant,
    level: z.string(),
    message: z.string(),
    fields: Facts,
  })
  .meta({ id: 'LogLine' });

export type RunJson = z.input<typeof Run>;
export type RunDetailJson = z.input<typeof RunDetail>;
export type RunTaskJson = z.input<typeof RunTask>;
export type AttemptJson = z.input<typeof Attempt>;
export type LogLineJson = z.input<typeof LogLine>;
