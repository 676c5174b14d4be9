import { z } from 'zod';

import { RECORD_STATUSES } from '#framework';
import { DRIFT_DECISIONS } from '#framework/operate';

import { Instant, Window } from './scalars.ts';

/** A change of a target's schema that a window made or asked for. */
export const SchemaDrift = z
  .object({
    id: z.number(),
    at: Instant,
    pipelineId: z.string(),
    recordId: z.number(),
    /** Of the record now. */
    recordStatus: z.enum(RECORD_STATUSES),
    window: Window,
    runId: z.number().nullable(),
    table: z.string(),
    column: z.string().nullable(),
    /** A word of the target, such as `add_column`. */
    change: z.string(),
    /** Types as the target writes them; null where the change says none. */
    typeBefore: z.string().nullable(),
    typeAfter: z.string().nullable(),
    /** `applied`, or what the contract of the table did to the window until somebody accepted the change. */
    decision: z.enum(DRIFT_DECISIONS),
    sentence: z.string(),
  })
  .meta({ id: 'SchemaDrift' });

export type SchemaDriftJson = z.input<typeof SchemaDrift>;
