import { type Windrow, operations, showRun } from '#framework/operate';

import { accepted, reasonOf } from '../accepted.ts';
import { type Endpoint, write } from '../endpoint.ts';
import { Problem, notFound } from '../problem.ts';
import { Cancelled, NoQuestions, RunRerun, RunRerunBody, SkipBody, Skipped } from '../shapes/deed.ts';
import { IdParams } from '../shapes/names.ts';

export const runWriteEndpoints: readonly Endpoint[] = [
  write({
    path: '/runs/:id/cancel',
    summary: 'Ends a run: waiting tasks at once, running ones as soon as they hear of it',
    role: 'operator',
    params: IdParams,
    body: NoQuestions,
    answer: Cancelled,
    run: async ({ windrow, actor, params: { id }, body: { dryRun } }) => {
      if (dryRun) return { dryRun, runId: id, running: await countRunning(windrow, id) };
      const { running } = accepted(await operations(windrow).cancelRun(id, actor), { what: 'run', id });
      return { dryRun, runId: id, running };
    },
  }),
  write({
    path: '/runs/:id/rerun',
    summary: 'Does tasks of an ended run again, in that run, with its history',
    role: 'operator',
    params: IdParams,
    body: RunRerunBody,
    answer: RunRerun,
    run: async ({ windrow, actor, params: { id }, body: { dryRun, tasks } }) => {
      const rerun = await operations(windrow).rerunTasks({ run: id }, tasks, { dryRun, by: actor });
      return { dryRun, ...accepted(rerun, { what: 'run', id }).plan };
    },
  }),
  write({
    path: '/runs/:id/skip',
    summary: 'Gives up the window of an ended run without a record: tasks of later windows wait for it no more',
    role: 'operator',
    params: IdParams,
    body: SkipBody,
    answer: Skipped,
    run: async ({ windrow, actor, params: { id }, body: { dryRun, reason } }) => {
      const { skipRun, previewSkipRun } = operations(windrow);
      const skipped = await (dryRun ? previewSkipRun(id) : skipRun(id, reasonOf(reason), actor));
      return { dryRun, id, window: accepted(skipped, { what: 'run', id }).window };
    },
  }),
];

/** Tasks that a cancel would tell. @throws Problem where it would be refused */
export async function countRunning({ store }: Windrow, id: number): Promise<number> {
  const run = await showRun(store.database, id);
  if (run === undefined) throw notFound('run', id);
  if (run.endedAt !== null) {
    throw new Problem('E_REFUSED', `Run ${id} has ended already; there is nothing to cancel.`);
  }
  return run.tasks.filter(({ state }) => state === 'running').length;
}
