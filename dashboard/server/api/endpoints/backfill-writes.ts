import { backfills, showBackfill } from '#framework/operate';

import { accepted } from '../accepted.ts';
import { type Endpoint, NOTHING, write } from '../endpoint.ts';
import { notFound } from '../problem.ts';
import { BackfillAnswer, BackfillBody, BackfillSwitched } from '../shapes/backfill.ts';
import { NoQuestions } from '../shapes/deed.ts';
import { IdParams } from '../shapes/names.ts';

/** So many windows a preview shows one by one. */
const SHOWN = 100;

export const backfillWriteEndpoints: readonly Endpoint[] = [
  write({
    path: '/backfills',
    summary: 'Runs what is missing, what failed, or all windows of a stretch of time, beside the schedule',
    role: 'operator',
    params: NOTHING,
    body: BackfillBody,
    answer: BackfillAnswer,
    run: async ({ windrow, actor, body: { dryRun, params, ...asked } }) => {
      const { plan, create } = backfills(windrow);
      const request = { ...asked, createdBy: actor, ...(params === undefined ? {} : { params }) };
      const about = { what: 'dag', id: asked.dagId };
      const { windows } = accepted(await plan(request), about);
      const shown = { dryRun, total: windows.length, windows: windows.slice(0, SHOWN) };
      if (dryRun) return { ...shown, backfill: null };
      return { ...shown, backfill: accepted(await create(request), about).backfill };
    },
  }),
  switching('pause', 'Begins no further window; those that have begun go on'),
  switching('resume', 'Goes on with a paused backfill; of an ended one, runs again what failed or was cancelled'),
  switching('cancel', 'Gives up the windows that have not begun, and ends the runs of the others'),
];

function switching(verb: 'pause' | 'resume' | 'cancel', summary: string): Endpoint {
  return write({
    path: `/backfills/:id/${verb}`,
    summary,
    role: 'operator',
    params: IdParams,
    body: NoQuestions,
    answer: BackfillSwitched,
    run: async ({ windrow, actor, params: { id }, body: { dryRun } }) => {
      if (dryRun) {
        const backfill = await showBackfill(windrow.store.database, id, { limit: 1 });
        if (backfill === undefined) throw notFound('backfill', id);
        return { dryRun, backfill };
      }
      const { backfill } = accepted(await backfills(windrow)[verb](id, actor), { what: 'backfill', id });
      return { dryRun, backfill };
    },
  });
}
