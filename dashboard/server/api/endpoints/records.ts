import { z } from 'zod';

import { RECORD_STATUSES, type WindowRecord, nextPhase, onlyGiven, recordFields } from '#framework';
import { type Windrow, findLoadReceipt, findRecord, listRecords, listRuns, recordEvents } from '#framework/operate';

import { IdCursor, limitOf, pageOf } from '../cursor.ts';
import { type Endpoint, NOTHING, read } from '../endpoint.ts';
import { eventView } from '../event-view.ts';
import { notFound } from '../problem.ts';
import { recordView } from '../record-view.ts';
import { receiptView } from '../receipt-view.ts';
import { IdParams, Name } from '../shapes/names.ts';
import { LoadReceipt } from '../shapes/receipt.ts';
import { PipelineRecord, RecordDetail, RecordEvent } from '../shapes/record.ts';
import { page } from '../shapes/scalars.ts';
import { WindowRange } from '../window-range.ts';

const MOST_RUNS = 50;

const Filter = z.strictObject({
  pipeline: Name.optional(),
  status: z.enum(RECORD_STATUSES).optional(),
  ...WindowRange,
  limit: limitOf(50, 500),
  cursor: IdCursor,
});

export const recordEndpoints: readonly Endpoint[] = [
  read({
    path: '/records',
    summary: 'Windows of pipelines, newest record first',
    role: 'viewer',
    params: NOTHING,
    query: Filter,
    answer: page(PipelineRecord),
    run: async ({ windrow, query: { pipeline, status, from, to, limit, cursor } }) => {
      const rows = await listRecords(windrow.store.database, {
        limit: limit + 1,
        ...onlyGiven({ pipelineId: pipeline, status, from, to, before: cursor }),
      });
      return pageOf(rows.map(recordView), limit, ({ id }) => id);
    },
  }),
  read({
    path: '/records/:id',
    summary: 'A window with every column of its row and its runs',
    role: 'viewer',
    params: IdParams,
    query: NOTHING,
    answer: RecordDetail,
    run: async ({ windrow, params: { id } }) => {
      const record = await foundRecord(windrow, id);
      return {
        ...recordView(record),
        fields: recordFields(record),
        auditDetails: record.audit.details ?? null,
        nextPhase: nextPhase(record.phaseCompleted) ?? null,
        runs: await listRuns(windrow.store.database, { recordId: id, limit: MOST_RUNS }),
      };
    },
  }),
  read({
    path: '/records/:id/receipt',
    summary: 'What the target said of the last load of a window, table by table; null before the first load',
    role: 'viewer',
    params: IdParams,
    query: NOTHING,
    answer: z.object({ receipt: LoadReceipt.nullable() }),
    run: async ({ windrow, params: { id } }) => {
      const stored = await findLoadReceipt(windrow.store.database, id);
      if (stored === undefined) throw notFound('record', id);
      return { receipt: stored === null ? null : receiptView(stored) };
    },
  }),
  read({
    path: '/records/:id/events',
    summary: 'What happened to a window over all its runs, oldest first',
    role: 'viewer',
    params: IdParams,
    query: NOTHING,
    answer: z.object({ items: z.array(RecordEvent) }),
    run: async ({ windrow, params: { id } }) => {
      await foundRecord(windrow, id);
      const events = await recordEvents(windrow.store.database, id);
      return { items: events.map(eventView) };
    },
  }),
];

async function foundRecord({ store }: Windrow, id: number): Promise<WindowRecord> {
  const record = await findRecord(store.database, id);
  if (record === undefined) throw notFound('record', id);
  return record;
}
