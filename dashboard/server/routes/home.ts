import { Router } from 'express';
import { z } from 'zod';

import { listDags, listRecords, listRuns } from '#framework/operate';

import { html } from '../html/html.ts';
import { page } from '../html/page.ts';
import { homePage } from '../pages/home.ts';
import { notice } from '../pages/sections.ts';
import type { Desk } from './desk.ts';

const PAGE = 25;

const Before = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
  .optional()
  .catch(undefined);
const Query = z.object({ records_before: Before, runs_before: Before, notice: z.unknown().optional() });

export function homeRoute({ windrow, token }: Desk): Router {
  const { database } = windrow.store;
  return Router().get('/', async (request, response) => {
    const query = Query.parse(request.query);
    const [dags, records, runs] = await Promise.all([
      listDags(database),
      listRecords(database, { limit: PAGE, ...before(query.records_before) }),
      listRuns(database, { limit: PAGE, ...before(query.runs_before) }),
    ]);
    const older = { olderRecords: nextPage(records), olderRuns: nextPage(runs) };
    const content = homePage({ dags, records, runs, ...older, token: token.text, now: windrow.clock.now() });
    response.send(page({ title: 'Overview', body: html`${notice(query.notice)}${content}` }));
  });
}

function before(id: number | undefined): { readonly before?: number } {
  return id === undefined ? {} : { before: id };
}

function nextPage(rows: readonly { readonly id: number }[]): number | undefined {
  return rows.length < PAGE ? undefined : rows.at(-1)?.id;
}
