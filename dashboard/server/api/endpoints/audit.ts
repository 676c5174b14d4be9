import { z } from 'zod';

import { IdCursor, limitOf, pageOf } from '../cursor.ts';
import { type Endpoint, NOTHING, read } from '../endpoint.ts';
import { AuditEntry } from '../shapes/access.ts';
import { Id, Name } from '../shapes/names.ts';
import { Instant, page } from '../shapes/scalars.ts';
import { text } from '../shapes/text.ts';

const Filter = z.strictObject({
  actor: text(300).optional(),
  action: text(100).optional(),
  dag: Name.optional(),
  run: Id.optional(),
  record: Id.optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  limit: limitOf(50, 500),
  cursor: IdCursor,
});

export const auditEndpoints: readonly Endpoint[] = [
  read({
    path: '/audit',
    summary: 'What people did, and programs for them, newest first',
    role: 'admin',
    params: NOTHING,
    query: Filter,
    answer: page(AuditEntry),
    run: async ({ access, query: { dag, run, record, limit, cursor, ...filter } }) => {
      const of = { dagId: dag, runId: run, recordId: record, before: cursor };
      const rows = await access.audit({ ...filter, ...of, limit: limit + 1 });
      return pageOf(rows, limit, ({ id }) => id);
    },
  }),
];
