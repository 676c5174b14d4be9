import { Router } from 'express';

import { findRun, operations, showRun } from '#framework/operate';

import { html } from '../html/html.ts';
import { page } from '../html/page.ts';
import { runPage } from '../pages/run.ts';
import { notice } from '../pages/sections.ts';
import { Refusal } from '../refusal.ts';
import { DASHBOARD, type Desk, idOf, notFound } from './desk.ts';
import { withLogs } from './run-facts.ts';

export function runRoutes({ windrow, token }: Desk): Router {
  const { database } = windrow.store;
  const { cancelRun } = operations(windrow);
  const router = Router();
  router.get('/runs/:id', async (request, response) => {
    const id = idOf(request, 'run');
    const run = await showRun(database, id);
    if (run === undefined) throw notFound('run', id);
    const content = runPage({ ...(await withLogs(windrow, run)), token: token.text });
    response.send(
      page({ title: `Run ${id} of ${run.dagId}`, body: html`${notice(request.query['notice'])}${content}` }),
    );
  });
  // Where a job of a queue leads: its record, or its run where the dag keeps no records.
  router.get('/runs/:id/record', async (request, response) => {
    const id = idOf(request, 'run');
    const run = await findRun(database, id);
    if (run === undefined) throw notFound('run', id);
    response.redirect(302, run.recordId === null ? `/runs/${run.id}` : `/records/${run.recordId}`);
  });
  router.post('/runs/:id/cancel', token.check, async (request, response) => {
    const id = idOf(request, 'run');
    const cancelled = await cancelRun(id, DASHBOARD);
    if (cancelled.kind === 'not_found') throw notFound('run', id);
    if (cancelled.kind === 'refused') throw new Refusal(409, cancelled.reason);
    response.redirect(303, `/runs/${id}?notice=cancel`);
  });
  return router;
}
