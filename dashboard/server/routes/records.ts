import { Router } from 'express';
import { z } from 'zod';

import { PHASES, type WindowRecord, nextPhase } from '#framework';
import { type Windrow, findRecord, listRuns, operations, recordEvents, showRun } from '#framework/operate';

import { html } from '../html/html.ts';
import { page } from '../html/page.ts';
import { type RecordFacts, recordPage } from '../pages/record.ts';
import type { RerunOffer } from '../pages/rerun-section.ts';
import { notice } from '../pages/sections.ts';
import { Refusal } from '../refusal.ts';
import { DASHBOARD, type Desk, idOf, notFound } from './desk.ts';
import { withLogs } from './run-facts.ts';

const MOST_RUNS = 20;

const RerunForm = z.object({ from: z.enum(PHASES).optional() });

export function recordRoutes({ windrow, token }: Desk): Router {
  const { rerunRecord } = operations(windrow);
  const router = Router();
  router.get('/records/:id', async (request, response) => {
    const id = idOf(request, 'record');
    const record = await findRecord(windrow.store.database, id);
    if (record === undefined) throw notFound('record', id);
    const content = recordPage({ ...(await recordFacts(windrow, record)), token: token.text });
    const title = `Record ${id} of ${record.pipelineId}`;
    response.send(page({ title, body: html`${notice(request.query['notice'])}${content}` }));
  });
  router.post('/records/:id/rerun', token.check, async (request, response) => {
    const id = idOf(request, 'record');
    const form = RerunForm.safeParse(request.body);
    if (!form.success) throw new Refusal(400, `A re-run starts at one of ${PHASES.join(', ')}.`);
    const { from } = form.data;
    const rerun = await rerunRecord(id, { by: DASHBOARD, ...(from === undefined ? {} : { from }) });
    if (rerun.kind === 'not_found') throw notFound('record', id);
    if (rerun.kind === 'refused') throw new Refusal(409, rerun.reason);
    response.redirect(303, `/records/${id}?notice=rerun`);
  });
  return router;
}

async function recordFacts(windrow: Windrow, record: WindowRecord): Promise<Omit<RecordFacts, 'token'>> {
  const { database } = windrow.store;
  const runs = await listRuns(database, { recordId: record.id, limit: MOST_RUNS });
  const [newest] = runs;
  const latest = newest === undefined ? undefined : await showRun(database, newest.id);
  return {
    record,
    runs,
    latest: latest === undefined ? undefined : await withLogs(windrow, latest),
    offers: await rerunOffers(windrow, record),
    events: await recordEvents(database, record.id),
    now: windrow.clock.now(),
  };
}

async function rerunOffers(windrow: Windrow, record: WindowRecord): Promise<readonly RerunOffer[]> {
  const { previewRerun } = operations(windrow);
  // A whole window needs nothing, so nothing is suggested.
  const suggested = nextPhase(record.phaseCompleted);
  const offers: RerunOffer[] = [];
  for (const from of PHASES) {
    offers.push({ from, isSuggested: from === suggested, preview: await previewRerun(record.id, { from }) });
  }
  return offers;
}
