import { z } from 'zod';

import { RECORD_STATUSES } from '#framework';
import { FILE_STATUSES } from '#framework/operate';

import { Instant, Window } from './scalars.ts';

export const SourceFile = z
  .object({
    id: z.number(),
    pipelineId: z.string(),
    path: z.string(),
    sha256: z.string(),
    /** Of the content that a re-run replaced. */
    replacedSha256: z.string().nullable(),
    bytes: z.number(),
    rows: z.number(),
    model: z.string(),
    recordId: z.number(),
    runId: z.number(),
    status: z.enum(FILE_STATUSES),
    processedAt: Instant,
    /** A window that stopped because it brings the path with other content. */
    conflict: z.object({ recordId: z.number(), sha256: z.string() }).nullable(),
  })
  .meta({ id: 'SourceFile' });

/** A window whose last load left rows out. */
export const Quarantine = z
  .object({
    recordId: z.number(),
    pipelineId: z.string(),
    window: Window,
    status: z.enum(RECORD_STATUSES),
    rows: z.number(),
    /** Most rows first; empty where the receipt of the load does not tell. */
    tables: z.array(z.object({ table: z.string(), rows: z.number() })),
    /** Lists the rows with their reasons. */
    command: z.string().nullable(),
  })
  .meta({ id: 'Quarantine' });

export type SourceFileJson = z.input<typeof SourceFile>;
export type QuarantineJson = z.input<typeof Quarantine>;
