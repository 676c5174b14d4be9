import type { z } from 'zod';

import { PHASES, type WindowRecord } from '#framework';

import type { Shown } from './endpoint.ts';
import type { PipelineRecord } from './shapes/record.ts';

/** A record as the API shows it: what is absent is null. */
export function recordView(record: WindowRecord): Shown<z.output<typeof PipelineRecord>> {
  const { id, pipelineId, window, phases, audit, error } = record;
  return {
    id,
    pipelineId,
    window,
    status: record.pipelineStatus,
    phaseCompleted: record.phaseCompleted ?? null,
    phases: PHASES.map((phase) => {
      const { status, startedAt, endedAt } = phases[phase];
      return { phase, status, startedAt: startedAt ?? null, endedAt: endedAt ?? null };
    }),
    verdict: audit.result ?? null,
    sourceCount: audit.sourceCount ?? null,
    stageCount: audit.stageCount ?? null,
    targetCount: audit.targetCount ?? null,
    startedAt: record.pipelineStartTime ?? null,
    endedAt: record.pipelineEndTime ?? null,
    retries: record.retryAttempt,
    runId: record.dagRunId ?? null,
    error: error ?? null,
    createdAt: record.recordFirstCreatedTime,
    updatedAt: record.recordLastUpdatedTime,
  };
}
