import { type Windrow, findRecord, listRuns, operations } from '#framework/operate';

import { accepted, reasonOf } from '../accepted.ts';
import { type Endpoint, write } from '../endpoint.ts';
import { Problem, notFound } from '../problem.ts';
import { Cancelled, NoQuestions, RecordRerun, RecordRerunBody, SkipBody, Skipped } from '../shapes/deed.ts';
import { IdParams } from '../shapes/names.ts';
import { countRunning } from './run-writes.ts';

export const recordWriteEndpoints: readonly Endpoint[] = [
  write({
    path: '/records/:id/rerun',
    summary: 'Runs a window again, behind the phases that are done or from a named one',
    role: 'operator',
    params: IdParams,
    body: RecordRerunBody,
    answer: RecordRerun,
    run: async ({ windrow, actor, params: { id }, body: { dryRun, from } }) => {
      const { previewRerun, rerunRecord } = operations(windrow);
      const about = { what: 'record', id };
      const options = from === undefined ? {} : { from };
      if (dryRun) {
        const { plan } = accepted(await previewRerun(id, options), about);
        return { dryRun, runId: null, ...plan };
      }
      const { plan, runId } = accepted(await rerunRecord(id, { ...options, by: actor }), about);
      return { dryRun, runId, ...plan };
    },
  }),
  write({
    path: '/records/:id/cancel',
    summary: 'Ends the open run of a window',
    role: 'operator',
    params: IdParams,
    body: NoQuestions,
    answer: Cancelled,
    run: async ({ windrow, actor, params: { id }, body: { dryRun } }) => {
      if (dryRun) {
        const runId = await openRunOf(windrow, id);
        return { dryRun, runId, running: await countRunning(windrow, runId) };
      }
      const { runId, running } = accepted(await operations(windrow).cancelRecord(id, actor), { what: 'record', id });
      return { dryRun, runId, running };
    },
  }),
  write({
    path: '/records/:id/skip',
    summary: 'Completes a window that will not be loaded any more; later windows go on',
    role: 'operator',
    params: IdParams,
    body: SkipBody,
    answer: Skipped,
    run: async ({ windrow, actor, params: { id }, body: { dryRun, reason } }) => {
      const { skipRecord, previewSkipRecord } = operations(windrow);
      const skipped = await (dryRun ? previewSkipRecord(id) : skipRecord(id, reasonOf(reason), actor));
      return { dryRun, id, window: accepted(skipped, { what: 'record', id }).record.window };
    },
  }),
];

async function openRunOf({ store }: Windrow, id: number): Promise<number> {
  if ((await findRecord(store.database, id)) === undefined) throw notFound('record', id);
  const [newest] = await listRuns(store.database, { recordId: id, limit: 1 });
  if (newest === undefined || newest.endedAt !== null) {
    throw new Problem('E_REFUSED', `Record ${id} has no open run: there is nothing to cancel.`);
  }
  return newest.id;
}
