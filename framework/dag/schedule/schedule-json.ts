import { z } from 'zod';

import { milliseconds } from '../../core/duration.ts';
import { Bug } from '../../core/failures.ts';
import type { Json } from '../../core/json.ts';
import { Temporal } from '../../core/time.ts';
import { MAX_DUE_WINDOWS, ORDERS, OVERLAPS, type Schedule } from './schedule.ts';
import { WALL_CLOCK_UNITS } from './wall-clock-grid.ts';

const VERSION = 1;

/** The stored form; instants as ISO 8601 in UTC. */
export function scheduleToJson(schedule: Schedule): Json {
  const { windows, start, catchUp } = schedule;
  return {
    version: VERSION,
    windows: windows.kind === 'fixed' ? { ...windows, anchor: windows.anchor.toString() } : { ...windows },
    lagMs: schedule.lagMs,
    start: start?.toString() ?? null,
    catchUp: typeof catchUp === 'string' ? catchUp : { max: catchUp.max },
    overlap: schedule.overlap,
    order: schedule.order,
  };
}

/** @throws Bug `E_SCHEDULE_STORED` when the value is not a schedule of this version */
export function scheduleFromJson(stored: unknown): Schedule {
  const parsed = StoredSchedule.safeParse(stored);
  if (!parsed.success) {
    throw new Bug(
      'E_SCHEDULE_STORED',
      `A stored schedule cannot be read as version ${VERSION}: ${z.prettifyError(parsed.error)}. ` +
        'Was it written by a newer Windrow? Start that version again, or restart with the dag files to store it anew.',
      { cause: parsed.error },
    );
  }
  const { start, version: _version, ...schedule } = parsed.data;
  return { ...schedule, ...(start === null ? {} : { start }) };
}

const Instant = z.iso.datetime().transform((text) => Temporal.Instant.from(text));
const Length = z.number().int().nonnegative().transform(milliseconds);

const StoredSchedule = z.strictObject({
  version: z.literal(VERSION),
  windows: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('fixed'),
      lengthMs: Length.refine((length) => length > 0),
      anchor: Instant,
      zone: z.string(),
    }),
    z.strictObject({
      kind: z.literal('wall_clock'),
      count: z.number().int().positive(),
      unit: z.enum(WALL_CLOCK_UNITS),
      zone: z.string(),
    }),
  ]),
  lagMs: Length,
  start: Instant.nullable(),
  catchUp: z.union([z.enum(['all', 'latest']), z.strictObject({ max: z.number().int().min(1).max(MAX_DUE_WINDOWS) })]),
  overlap: z.enum(OVERLAPS),
  order: z.enum(ORDERS),
});
