import { z } from 'zod';

import { PHASES, PHASE_STATUSES, RECORD_STATUSES } from '#framework';

import { Run } from './run.ts';
import { AnyJson, Facts, Failure, Instant, Window } from './scalars.ts';

const Phase = z.enum(PHASES);

/** A row of `pipeline_records`: one window of one pipeline. */
export const PipelineRecord = z
  .object({
    id: z.number(),
    pipelineId: z.string(),
    window: Window,
    status: z.enum(RECORD_STATUSES),
    phaseCompleted: Phase.nullable(),
    phases: z.array(
      z.object({
        phase: Phase,
        status: z.enum(PHASE_STATUSES),
        startedAt: Instant.nullable(),
        endedAt: Instant.nullable(),
      }),
    ),
    verdict: z.enum(['PASS', 'FAIL']).nullable(),
    sourceCount: z.number().nullable(),
    stageCount: z.number().nullable(),
    targetCount: z.number().nullable(),
    startedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    retries: z.number(),
    runId: z.number().nullable(),
    error: Failure.nullable(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'Record' });

export const RecordDetail = PipelineRecord.extend({
  /** Every column of the row by its name. */
  fields: Facts,
  auditDetails: AnyJson,
  /** The phase that a re-run begins with unless it is told another; null where all are completed. */
  nextPhase: Phase.nullable(),
  /** Newest first. */
  runs: z.array(Run),
}).meta({ id: 'RecordDetail' });

export const RecordEvent = z
  .object({
    id: z.number(),
    at: Instant,
    kind: z.string(),
    runId: z.number().nullable(),
    taskId: z.string().nullable(),
    details: Facts,
  })
  .meta({ id: 'RecordEvent' });

export type RecordJson = z.input<typeof PipelineRecord>;
export type RecordDetailJson = z.input<typeof RecordDetail>;
export type RecordEventJson = z.input<typeof RecordEvent>;
