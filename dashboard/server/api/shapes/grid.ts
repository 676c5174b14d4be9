import { z } from 'zod';

import { RECORD_STATUSES } from '#framework';
import { RUN_KINDS } from '#framework/operate';

import { RunState, TaskState } from './run.ts';
import { Instant, Window } from './scalars.ts';

/** A window of a pipeline with its newest run, or a run of another dag. */
const GridColumn = z
  .object({
    recordId: z.number().nullable(),
    recordStatus: z.enum(RECORD_STATUSES).nullable(),
    window: Window.nullable(),
    run: z
      .object({
        id: z.number(),
        state: RunState,
        kind: z.enum(RUN_KINDS),
        startedAt: Instant.nullable(),
        endedAt: Instant.nullable(),
      })
      .nullable(),
    /** One letter for each task of the grid, in their order; `legend` says what a letter means. */
    cells: z.string(),
  })
  .meta({ id: 'GridColumn' });

export const Grid = z
  .object({
    /** Upstream tasks first; tasks of earlier shapes of the dag stand last. */
    tasks: z.array(z.object({ id: z.string(), group: z.string().nullable(), mapped: z.boolean() })),
    legend: z.record(z.string(), z.union([TaskState, z.literal('absent')])),
    /** Newest first. */
    items: z.array(GridColumn),
    next: z.string().nullable(),
  })
  .meta({ id: 'Grid' });

export type GridJson = z.input<typeof Grid>;
export type GridColumnJson = z.input<typeof GridColumn>;
