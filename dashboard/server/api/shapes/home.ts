import { z } from 'zod';

import { RECORD_STATUSES } from '#framework';

import { PipelineRecord } from './record.ts';
import { Run } from './run.ts';
import { Instant, Window } from './scalars.ts';

/** A window that should be complete, is not and has not failed. */
const LateWindow = z
  .object({
    dagId: z.string(),
    recordId: z.number(),
    window: Window,
    status: z.enum(RECORD_STATUSES),
    paused: z.boolean(),
    /** The end of the window with the lag of its schedule. */
    dueAt: Instant,
  })
  .meta({ id: 'LateWindow' });

/** Runs of one hour, by the state in which they are now. */
const HourOfRuns = z
  .object({
    hour: Instant,
    queued: z.number(),
    running: z.number(),
    success: z.number(),
    failed: z.number(),
    cancelled: z.number(),
  })
  .meta({ id: 'HourOfRuns' });

/** Something that a person would tell another one, as a sentence. */
const Happening = z
  .object({
    id: z.number(),
    at: Instant,
    kind: z.string(),
    dagId: z.string().nullable(),
    runId: z.number().nullable(),
    recordId: z.number().nullable(),
    window: Window.nullable(),
    sentence: z.string(),
  })
  .meta({ id: 'Happening' });

export const Home = z
  .object({
    now: Instant,
    /** How many there are of what the lists below show the first ones of: of late windows all, not one of each pipeline. */
    counts: z.object({
      failedWindows: z.number(),
      failedRuns: z.number(),
      lateWindows: z.number(),
      runningRuns: z.number(),
    }),
    /** Windows that failed and were not repaired, newest first. */
    failedRecords: z.array(PipelineRecord),
    /** Runs of dags without records that failed during the last day, newest first. */
    failedRuns: z.array(Run),
    /** Of each pipeline the oldest one, the latest first. */
    late: z.array(LateWindow),
    running: z.array(Run),
    /** Windows that were completed, the newest first. */
    loaded: z.array(PipelineRecord),
    /** What people did during the last day, what windows waited for and how schemas changed, newest first. */
    happenings: z.array(Happening),
    /** The last 24 hours, oldest first, hours without a run left out; `isWhole` is false where there were too many to count. */
    activity: z.object({ hours: z.array(HourOfRuns), isWhole: z.boolean() }),
    processes: z.object({ workers: z.number(), schedulers: z.number() }),
    dags: z.object({ active: z.number(), paused: z.number() }),
  })
  .meta({ id: 'Home' });

export type HomeJson = z.input<typeof Home>;
export type LateWindowJson = z.input<typeof LateWindow>;
export type HourOfRunsJson = z.input<typeof HourOfRuns>;
export type HappeningJson = z.input<typeof Happening>;
