import { z } from 'zod';

import { onlyGiven } from '#framework';
import { FILE_STATUSES, listQuarantine, listSourceFiles } from '#framework/operate';

import { IdCursor, limitOf, pageOf } from '../cursor.ts';
import { type Endpoint, NOTHING, read } from '../endpoint.ts';
import { Quarantine, SourceFile } from '../shapes/file.ts';
import { Id, Name } from '../shapes/names.ts';
import { page } from '../shapes/scalars.ts';
import { text } from '../shapes/text.ts';

const FileFilter = z.strictObject({
  pipeline: Name.optional(),
  record: Id.optional(),
  status: z.enum(FILE_STATUSES).optional(),
  path: text(1000).optional(),
  /** The beginning of the path. */
  prefix: text(1000).optional(),
  /** Only files that a window brings with other content than was loaded. */
  conflict: z.literal('true').optional(),
  limit: limitOf(50, 500),
  cursor: IdCursor,
});

const QuarantineFilter = z.strictObject({ pipeline: Name.optional(), limit: limitOf(50, 500), cursor: IdCursor });

export const fileEndpoints: readonly Endpoint[] = [
  read({
    path: '/files',
    summary: 'Files of sources that pipelines have taken in, newest first',
    role: 'viewer',
    params: NOTHING,
    query: FileFilter,
    answer: page(SourceFile),
    run: async ({ windrow, query: { pipeline, record, status, path, prefix, conflict, limit, cursor } }) => {
      const rows = await listSourceFiles(windrow.store.database, {
        limit: limit + 1,
        isInConflict: conflict === 'true',
        ...onlyGiven({ pipelineId: pipeline, recordId: record, status, path, prefix, before: cursor }),
      });
      return pageOf(rows, limit, ({ id }) => id);
    },
  }),
  read({
    path: '/quarantine',
    summary: 'Windows whose last load left rows out, newest record first; the rows themselves are in the target',
    role: 'viewer',
    params: NOTHING,
    query: QuarantineFilter,
    answer: page(Quarantine),
    run: async ({ windrow, query: { pipeline, limit, cursor } }) => {
      const rows = await listQuarantine(windrow.store.database, {
        limit: limit + 1,
        ...onlyGiven({ pipelineId: pipeline, before: cursor }),
      });
      return pageOf(rows, limit, ({ recordId }) => recordId);
    },
  }),
];
