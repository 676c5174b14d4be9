import {
  PHASES,
  type Phase,
  type PhaseProgress,
  RECORD_STATUSES,
  Temporal,
  type WindowRecord,
  recordId,
  runId,
} from '#framework';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type RecordClear, clearRecord } from '../../framework/record/clear-record.ts';
import { isCompleted } from '../../framework/record/phase.ts';
import { NO_AUDIT } from '../../framework/record/record.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const NOW = at('2026-01-20T13:00Z');
const DONE: PhaseProgress = { status: 'COMPLETED', startedAt: NOW, endedAt: NOW };

const completed: WindowRecord = {
  id: recordId(42),
  pipelineId: 'products',
  sourceName: 'vault',
  targetName: 'redshift',
  targetDay: Temporal.PlainDate.from('2026-01-20'),
  window: { start: at('2026-01-20T12:00Z'), end: at('2026-01-20T12:15Z'), zone: 'UTC' },
  timeInterval: '15m',
  businessKeys: {},
  pipelineStatus: 'COMPLETED',
  dagRunId: runId(9),
  pipelineLockedAt: NOW,
  fence: 7,
  leaseUntil: undefined,
  deadline: undefined,
  phaseCompleted: 'AUDIT',
  phases: { SOURCE_TO_STAGE: DONE, STAGE_TO_TARGET: DONE, AUDIT: DONE },
  audit: { ...NO_AUDIT, result: 'PASS', sourceCount: 3, stageCount: 3, targetCount: 3 },
  pipelineStartTime: NOW,
  pipelineEndTime: NOW,
  retryAttempt: 1,
  error: undefined,
  recordFirstCreatedTime: NOW,
  recordLastUpdatedTime: NOW,
};

const clear = (...repeats: readonly Phase[]): RecordClear => ({
  run: runId(9),
  repeats: new Set(repeats),
  keepsError: false,
  now: NOW,
});

describe('the clear of a record', () => {
  it.each([
    [[], { keeps: [...PHASES], completed: 'AUDIT', result: 'PASS', source: 3, target: 3 }],
    [
      ['AUDIT'],
      { keeps: PHASES.slice(0, 2), completed: 'STAGE_TO_TARGET', result: undefined, source: 3, target: undefined },
    ],
    [
      ['STAGE_TO_TARGET'],
      { keeps: ['SOURCE_TO_STAGE', 'AUDIT'], completed: 'SOURCE_TO_STAGE', result: 'PASS', source: 3, target: 3 },
    ],
    [
      ['SOURCE_TO_STAGE'],
      { keeps: PHASES.slice(1), completed: undefined, result: 'PASS', source: undefined, target: 3 },
    ],
    [[...PHASES], { keeps: [], completed: undefined, result: undefined, source: undefined, target: undefined }],
  ] as const)('sets %j back and keeps what other phases found', (repeats, expected) => {
    const plan = clearRecord(completed, clear(...repeats));
    if (plan.kind === 'refused') throw new Error(plan.reason);
    const { phaseCompleted, audit } = plan.after;
    const found = { result: audit.result, source: audit.sourceCount, target: audit.targetCount };
    expect({ keeps: plan.keeps, completed: phaseCompleted, ...found }).toEqual(expected);
  });

  it.each([
    [{ pipelineStatus: 'PENDING' } as const, 'windrow records rerun 42'],
    [{ pipelineStatus: 'IN_PROGRESS', dagRunId: runId(10) } as const, 'is being worked on by run 10'],
    [{ phaseCompleted: undefined }, 'STAGE_TO_TARGET is not completed'],
  ])('is refused for a record with %j', (changes, reason) => {
    const plan = clearRecord({ ...completed, ...changes }, clear('AUDIT'));
    expect(plan).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) });
  });

  it('hands the record to its run, counts as a re-run and never keeps a phase done that is done again', () => {
    const phase = fc.constantFrom(...PHASES);
    const requests = fc.tuple(
      fc.subarray([...PHASES]),
      fc.option(phase, { nil: undefined }),
      fc.constantFrom(...RECORD_STATUSES),
    );
    fc.assert(
      fc.property(requests, ([repeats, phaseCompleted, pipelineStatus]) => {
        const plan = clearRecord({ ...completed, phaseCompleted, pipelineStatus }, clear(...repeats));
        if (plan.kind === 'refused') return;
        const { after } = plan;
        expect(after).toMatchObject({ pipelineStatus: 'IN_PROGRESS', dagRunId: 9, retryAttempt: 2, error: undefined });
        expect(repeats.filter((one) => isCompleted(after, one) || after.phases[one].status !== 'PENDING')).toEqual([]);
      }),
    );
  });
});
