import { z } from 'zod';

import { PHASES } from '#framework';
import { TASK_STATES } from '#framework/operate';

import { AnyJson, Instant, Window } from './scalars.ts';
import { DryRun, RunParams, text } from './text.ts';

/** What people ask for, and what became of it or, with `dryRun`, would become. */
const Asked = { dryRun: DryRun };
const Done = { dryRun: z.boolean() };

export const NoQuestions = z.strictObject(Asked);

const AskedWindow = z
  .strictObject({
    start: Instant,
    end: Instant,
    zone: z.string().refine(isZone, 'expected an IANA name such as Europe/Berlin').default('UTC'),
  })
  .refine(({ start, end }) => start.epochNanoseconds < end.epochNanoseconds, 'expected an end behind the start');

export const TriggerBody = z.strictObject({ ...Asked, window: AskedWindow.optional(), params: RunParams.optional() });
export const Triggered = z.object({
  ...Done,
  dagId: z.string(),
  window: Window.nullable(),
  runId: z.number().nullable(),
  recordId: z.number().nullable(),
});

export const Switched = z.object({ ...Done, id: z.string(), paused: z.boolean() });

/** `running` tasks are told at their next heartbeat. */
export const Cancelled = z.object({ ...Done, runId: z.number(), running: z.number() });

export const SkipBody = z.strictObject({ ...Asked, reason: text(1000).optional() });
export const Skipped = z.object({ ...Done, id: z.number(), window: Window });

/** Tasks that failed with what did not run for them, or one task, alone or with all behind it. */
const TasksAgain = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('failed') }),
  z.strictObject({ kind: z.literal('task'), task: text(200), downstream: z.boolean().default(true) }),
]);
export const RunRerunBody = z.strictObject({ ...Asked, tasks: TasksAgain.default({ kind: 'failed' }) });

const FieldReset = z.object({ column: z.string(), before: AnyJson, after: AnyJson });
const Phases = z.array(z.enum(PHASES));

export const RunRerun = z.object({
  ...Done,
  runId: z.number(),
  dagId: z.string(),
  was: z.string(),
  tasks: z.array(
    z.object({
      task: z.string(),
      now: z.enum(TASK_STATES),
      effect: z.enum(['starts', 'waits', 'stays', 'skipped', 'upstream_failed']),
      instances: z.array(z.number()).optional(),
    }),
  ),
  record: z.object({ id: z.number(), keeps: Phases, repeats: Phases, resets: z.array(FieldReset) }).optional(),
});

export const RecordRerunBody = z.strictObject({ ...Asked, from: z.enum(PHASES).optional() });
export const RecordRerun = z.object({
  ...Done,
  recordId: z.number(),
  /** Null before it is done. */
  runId: z.number().nullable(),
  from: z.enum(PHASES),
  keeps: Phases,
  repeats: Phases,
  resets: z.array(FieldReset),
});

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export type TriggeredJson = z.input<typeof Triggered>;
export type CancelledJson = z.input<typeof Cancelled>;
export type SkippedJson = z.input<typeof Skipped>;
export type RunRerunJson = z.input<typeof RunRerun>;
export type RecordRerunJson = z.input<typeof RecordRerun>;
