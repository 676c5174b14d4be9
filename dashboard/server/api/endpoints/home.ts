import { minutes } from '#framework';
import {
  countDags,
  countNeeds,
  databaseNow,
  findLiveProcesses,
  listFailedRuns,
  listLateWindows,
  listNotableEvents,
  listRecords,
  listRuns,
  readActivity,
} from '#framework/operate';

import { type Endpoint, NOTHING, read } from '../endpoint.ts';
import { recordView } from '../record-view.ts';
import { happeningOf } from '../happening-of.ts';
import { Home } from '../shapes/home.ts';

const MOST = 20;
const FEW = 8;

/** A window is made at the next tick and takes its time; later than this people want to hear of it. */
const LATE_MS = minutes(5);

export const homeEndpoints: readonly Endpoint[] = [
  read({
    path: '/home',
    summary: 'What failed, what is late, what runs, and the last 24 hours',
    role: 'viewer',
    params: NOTHING,
    query: NOTHING,
    answer: Home,
    run: async ({ windrow }) => {
      const { database } = windrow.store;
      const now = await databaseNow(database);
      const overdue = windrow.clock.now().subtract({ milliseconds: LATE_MS });
      const dayAgo = now.subtract({ hours: 24 });
      const [counts, failedRecords, failed, late, running, loaded, happenings, activity, processes, dags] =
        await Promise.all([
          countNeeds(database, { failedSince: dayAgo, dueBefore: overdue }),
          listRecords(database, { status: 'FAILED', limit: MOST }),
          listFailedRuns(database, { since: dayAgo, limit: MOST }),
          listLateWindows(database, { before: overdue, limit: MOST }),
          listRuns(database, { state: 'running', limit: MOST }),
          listRecords(database, { status: 'COMPLETED', limit: FEW }),
          listNotableEvents(database, { since: dayAgo, limit: FEW }),
          readActivity(database, dayAgo),
          findLiveProcesses(database),
          countDags(database),
        ]);
      return {
        now,
        counts,
        failedRecords: failedRecords.map(recordView),
        failedRuns: failed,
        late,
        running,
        loaded: loaded.map(recordView),
        happenings: happenings.map(happeningOf),
        activity,
        processes: {
          workers: processes.filter(({ kind }) => kind === 'worker').length,
          schedulers: processes.filter(({ kind }) => kind === 'scheduler').length,
        },
        dags,
      };
    },
  }),
];
