import { onlyGiven } from '#framework';
import { operations, showDag } from '#framework/operate';

import { accepted } from '../accepted.ts';
import { type Endpoint, write } from '../endpoint.ts';
import { notFound } from '../problem.ts';
import { NoQuestions, Switched, TriggerBody, Triggered } from '../shapes/deed.ts';
import { DagParams } from '../shapes/names.ts';

export const dagWriteEndpoints: readonly Endpoint[] = [
  write({
    path: '/dags/:id/trigger',
    summary: 'Starts a run by hand, of a paused dag too; of a pipeline the run of one window',
    role: 'operator',
    params: DagParams,
    body: TriggerBody,
    answer: Triggered,
    run: async ({ windrow, actor, params: { id }, body: { dryRun, window, params } }) => {
      const { triggerDag, previewTrigger } = operations(windrow);
      const options = {
        by: actor,
        ...onlyGiven({ window, params }),
      };
      const about = { what: 'dag', id };
      if (dryRun) {
        const planned = accepted(await previewTrigger(id, options), about);
        return { dryRun, dagId: id, window: planned.window ?? null, runId: null, recordId: null };
      }
      const made = accepted(await triggerDag(id, options), about);
      return { dryRun, dagId: id, window: made.window ?? null, runId: made.runId, recordId: made.recordId ?? null };
    },
  }),
  switching('pause', 'Makes no new windows and runs; what runs goes on'),
  switching('unpause', 'Goes on from where it was paused'),
];

function switching(verb: 'pause' | 'unpause', summary: string): Endpoint {
  return write({
    path: `/dags/:id/${verb}`,
    summary,
    role: 'operator',
    params: DagParams,
    body: NoQuestions,
    answer: Switched,
    run: async ({ windrow, actor, params: { id }, body: { dryRun } }) => {
      const { pauseDag, unpauseDag } = operations(windrow);
      const paused = verb === 'pause';
      if (dryRun && (await showDag(windrow.store.database, id)) === undefined) throw notFound('dag', id);
      if (!dryRun) accepted(await (paused ? pauseDag(id, actor) : unpauseDag(id, actor)), { what: 'dag', id });
      return { dryRun, id, paused };
    },
  });
}
