import { z } from 'zod';

import { onlyGiven } from '#framework';
import { DRIFT_DECISIONS, listSchemaDrift } from '#framework/operate';

import { IdCursor, limitOf, pageOf } from '../cursor.ts';
import { type Endpoint, NOTHING, read } from '../endpoint.ts';
import { SchemaDrift } from '../shapes/drift.ts';
import { Id, Name } from '../shapes/names.ts';
import { Instant, page } from '../shapes/scalars.ts';
import { text } from '../shapes/text.ts';

const Filter = z.strictObject({
  pipeline: Name.optional(),
  record: Id.optional(),
  /** The beginning of the table's name, as the target has it. */
  table: text(200).optional(),
  decision: z.enum(DRIFT_DECISIONS).optional(),
  since: Instant.optional(),
  until: Instant.optional(),
  limit: limitOf(50, 500),
  cursor: IdCursor,
});

export const driftEndpoints: readonly Endpoint[] = [
  read({
    path: '/drift',
    summary: "Changes of targets' schemas that windows made or asked for, newest first",
    role: 'viewer',
    params: NOTHING,
    query: Filter,
    answer: page(SchemaDrift),
    run: async ({ windrow, query: { pipeline, record, table, decision, since, until, limit, cursor } }) => {
      const rows = await listSchemaDrift(windrow.store.database, {
        limit: limit + 1,
        ...onlyGiven({ pipelineId: pipeline, recordId: record, table, decision, since, until, before: cursor }),
      });
      return pageOf(rows, limit, ({ id }) => id);
    },
  }),
];
