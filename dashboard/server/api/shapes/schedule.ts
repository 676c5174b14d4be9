import { z } from 'zod';

import { ORDERS, OVERLAPS } from '#framework';

import { Instant, Window } from './scalars.ts';

/** How a schedule makes windows. */
export const SchedulePolicy = z.object({
  windows: z.string(),
  zone: z.string(),
  lagMs: z.number(),
  start: Instant.nullable(),
  catchUp: z.string(),
  overlap: z.enum(OVERLAPS),
  order: z.enum(ORDERS),
});

export const Schedule = z
  .object({
    dagId: z.string(),
    paused: z.boolean(),
    policy: SchedulePolicy,
    /** The end of the newest window that it made. */
    lastEnd: Instant.nullable(),
    /** What it makes next; of a paused dag once it goes on. Due in the past while no scheduler has made it. */
    next: z.object({ window: Window, dueAt: Instant }),
    /** Windows that ended during the last day: made, made late behind an outage, and the time between them for which none was. */
    lastDay: z.object({ made: z.number(), recovered: z.number(), passedOverMs: z.number() }),
  })
  .meta({ id: 'Schedule' });

export type SchedulePolicyValue = z.output<typeof SchedulePolicy>;
export type ScheduleJson = z.input<typeof Schedule>;
