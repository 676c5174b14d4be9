import { z } from 'zod';

import { onlyGiven } from '#framework';
import { RUN_STATES, listRuns, notableTasks, readTaskLog, showRun } from '#framework/operate';

import { IdCursor, limitOf, pageOf } from '../cursor.ts';
import { type Endpoint, NOTHING, read } from '../endpoint.ts';
import { notFound } from '../problem.ts';
import { Id, IdParams, Name } from '../shapes/names.ts';
import { LogLine, Run, RunDetail } from '../shapes/run.ts';
import { page } from '../shapes/scalars.ts';
import { WindowRange } from '../window-range.ts';

const Filter = z.strictObject({
  dag: Name.optional(),
  state: z.enum(RUN_STATES).optional(),
  record: Id.optional(),
  ...WindowRange,
  limit: limitOf(50, 500),
  cursor: IdCursor,
});

const MOST_LINES = 2000;

const LogFilter = z.strictObject({
  attempt: z.coerce.number().int().min(0).max(1_000_000).optional(),
  /** One instance of a mapped task. */
  instance: z.coerce.number().int().min(-1).max(1_000_000).optional(),
  limit: limitOf(500, MOST_LINES),
  /** Lines behind this one, oldest first: what came since the last look. */
  after: Id.optional(),
  /** Lines before this one. */
  before: Id.optional(),
});

export const runEndpoints: readonly Endpoint[] = [
  read({
    path: '/runs',
    summary: 'Runs, newest first',
    role: 'viewer',
    params: NOTHING,
    query: Filter,
    answer: page(Run),
    run: async ({ windrow, query: { dag, state, record, from, to, limit, cursor } }) => {
      const filter = {
        limit: limit + 1,
        ...onlyGiven({ dagId: dag, state, recordId: record, from, to, before: cursor }),
      };
      return pageOf(await listRuns(windrow.store.database, filter), limit, ({ id }) => id);
    },
  }),
  read({
    path: '/runs/:id',
    summary: 'A run with its tasks and every ended try',
    role: 'viewer',
    params: IdParams,
    query: NOTHING,
    answer: RunDetail,
    run: async ({ windrow, params: { id } }) => {
      const run = await showRun(windrow.store.database, id);
      if (run === undefined) throw notFound('run', id);
      return { ...run, tasks: notableTasks(run.tasks) };
    },
  }),
  read({
    path: '/runs/:id/tasks/:task/log',
    summary: 'Lines that a task logged, oldest first: the newest ones, or those before or behind a line',
    role: 'viewer',
    params: IdParams.extend({ task: Name }),
    query: LogFilter,
    answer: z.object({ items: z.array(LogLine) }),
    run: async ({ windrow, params: { id, task }, query }) => {
      const { attempt, instance, limit, after, before } = query;
      const items = await readTaskLog(windrow.store.database, {
        runId: id,
        taskId: task,
        limit,
        ...onlyGiven({ attempt, mapIndex: instance, after, before }),
      });
      return { items };
    },
  }),
];
