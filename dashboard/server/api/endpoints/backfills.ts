import { z } from 'zod';

import { onlyGiven } from '#framework';
import { listBackfills, showBackfill } from '#framework/operate';

import { IdCursor, cursorOf, limitOf, pageOf } from '../cursor.ts';
import { type Endpoint, NOTHING, read } from '../endpoint.ts';
import { notFound } from '../problem.ts';
import { Backfill, BackfillDetail } from '../shapes/backfill.ts';
import { IdParams, Name } from '../shapes/names.ts';
import { page } from '../shapes/scalars.ts';

export const backfillEndpoints: readonly Endpoint[] = [
  read({
    path: '/backfills',
    summary: 'Backfills, newest first',
    role: 'viewer',
    params: NOTHING,
    query: z.strictObject({ dag: Name.optional(), limit: limitOf(50, 200), cursor: IdCursor }),
    answer: page(Backfill),
    run: async ({ windrow, query: { dag, limit, cursor } }) => {
      const rows = await listBackfills(windrow.store.database, {
        limit: limit + 1,
        ...onlyGiven({ dagId: dag, before: cursor }),
      });
      return pageOf(rows, limit, ({ id }) => id);
    },
  }),
  read({
    path: '/backfills/:id',
    summary: 'A backfill with its windows in the order in which they run',
    role: 'viewer',
    params: IdParams,
    query: z.strictObject({ limit: limitOf(200, 1000), cursor: cursorOf(z.int32().nonnegative()) }),
    answer: BackfillDetail,
    run: async ({ windrow, params: { id }, query: { limit, cursor } }) => {
      const asked = { limit: limit + 1, ...(cursor === undefined ? {} : { after: cursor }) };
      const backfill = await showBackfill(windrow.store.database, id, asked);
      if (backfill === undefined) throw notFound('backfill', id);
      const { items: windows, next } = pageOf(backfill.windows, limit, ({ position }) => position);
      return { ...backfill, windows, next };
    },
  }),
];
