import { z } from 'zod';

import { listSchedules } from '#framework/operate';

import { cursorOf, limitOf, pageOf } from '../cursor.ts';
import { type Endpoint, NOTHING, read } from '../endpoint.ts';
import { schedulePolicy } from '../schedule-policy.ts';
import { page } from '../shapes/scalars.ts';
import { Schedule } from '../shapes/schedule.ts';
import { text } from '../shapes/text.ts';

export const scheduleEndpoints: readonly Endpoint[] = [
  read({
    path: '/schedules',
    summary: 'Schedules by dag: the next window, and which windows of the last day were made, recovered or passed over',
    role: 'viewer',
    params: NOTHING,
    query: z.strictObject({ limit: limitOf(200, 500), cursor: cursorOf(text(200)) }),
    answer: page(Schedule),
    run: async ({ windrow: { store, clock }, query: { limit, cursor } }) => {
      const of = { now: clock.now(), limit: limit + 1, ...(cursor === undefined ? {} : { after: cursor }) };
      const rows = await listSchedules(store.database, of);
      const shown = rows.map(({ schedule, ...row }) => ({ ...row, policy: schedulePolicy(schedule) }));
      return pageOf(shown, limit, ({ dagId }) => dagId);
    },
  }),
];
