import { z } from 'zod';

import { explainBackfill, explainRecord, explainRun, explainTask } from '#framework/operate';

import { type Endpoint, NOTHING, read } from '../endpoint.ts';
import { notFound } from '../problem.ts';
import { Explanation } from '../shapes/explanation.ts';
import { IdParams, Name } from '../shapes/names.ts';

const Instance = z.strictObject({ instance: z.coerce.number().int().min(0).max(1_000_000).optional() });

const COMMON = { role: 'viewer', answer: Explanation } as const;

export const explainEndpoints: readonly Endpoint[] = [
  read({
    ...COMMON,
    path: '/records/:id/explain',
    summary: 'Why a window is not loaded',
    params: IdParams,
    query: NOTHING,
    run: async ({ windrow: { store, clock }, params: { id } }) =>
      known(await explainRecord(store.database, id, clock.now()), 'record', id),
  }),
  read({
    ...COMMON,
    path: '/runs/:id/explain',
    summary: 'Why a run does not go on',
    params: IdParams,
    query: NOTHING,
    run: async ({ windrow: { store }, params: { id } }) => known(await explainRun(store.database, id), 'run', id),
  }),
  read({
    ...COMMON,
    path: '/runs/:id/tasks/:task/explain',
    summary: 'Why a task does not run, or one instance of a mapped one',
    params: IdParams.extend({ task: Name }),
    query: Instance,
    run: async ({ windrow: { store }, params: { id, task }, query: { instance } }) => {
      const question = { runId: id, taskId: task, ...(instance === undefined ? {} : { instance }) };
      return known(await explainTask(store.database, question), 'such task in run', id);
    },
  }),
  read({
    ...COMMON,
    path: '/backfills/:id/explain',
    summary: 'Why a backfill does not begin its next window',
    params: IdParams,
    query: NOTHING,
    run: async ({ windrow: { store }, params: { id } }) =>
      known(await explainBackfill(store.database, id), 'backfill', id),
  }),
];

function known<T>(found: T | undefined, ...[what, id]: readonly [string, number]): T {
  if (found === undefined) throw notFound(what, id);
  return found;
}
