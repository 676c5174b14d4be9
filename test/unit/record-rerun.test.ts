import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  PHASES,
  type Phase,
  type PhaseProgress,
  RECORD_STATUSES,
  Temporal,
  type WindowRecord,
  nextPhase,
  recordFields,
  recordId,
  runId,
} from '#framework';

import { pendingRecord } from '../../framework/record/new-records.ts';
import { isCompleted } from '../../framework/record/phase.ts';
import { NO_AUDIT, PENDING_PHASE } from '../../framework/record/record.ts';
import { type RerunPlan, rerunPlan } from '../../framework/record/rerun-plan.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const NOW = at('2026-01-20T13:00Z');
const DONE: PhaseProgress = {
  status: 'COMPLETED',
  startedAt: at('2026-01-20T12:20Z'),
  endedAt: at('2026-01-20T12:21Z'),
};

const pending: WindowRecord = {
  ...pendingRecord(
    {
      id: recordId(42),
      pipelineId: 'products',
      sourceName: 'vault',
      targetName: 'redshift',
      targetDay: Temporal.PlainDate.from('2026-01-20'),
      window: { start: at('2026-01-20T12:00Z'), end: at('2026-01-20T12:15Z'), zone: 'UTC' },
      timeInterval: '15m',
      businessKeys: {},
    },
    at('2026-01-20T12:17Z'),
  ),
  fence: 7,
};

const completed: WindowRecord = {
  ...pending,
  pipelineStatus: 'COMPLETED',
  dagRunId: runId(9),
  phaseCompleted: 'AUDIT',
  phases: { SOURCE_TO_STAGE: DONE, STAGE_TO_TARGET: DONE, AUDIT: DONE },
  audit: {
    result: 'PASS',
    sourceCount: 10,
    stageCount: 10,
    targetCount: 10,
    countDifference: 0,
    percentageDifference: '0.00',
    details: { differences: [] },
  },
  pipelineStartTime: at('2026-01-20T12:20Z'),
  pipelineEndTime: at('2026-01-20T12:25Z'),
};

const failedLoad: WindowRecord = {
  ...completed,
  pipelineStatus: 'FAILED',
  phaseCompleted: 'SOURCE_TO_STAGE',
  phases: { SOURCE_TO_STAGE: DONE, STAGE_TO_TARGET: { ...DONE, status: 'FAILED' }, AUDIT: PENDING_PHASE },
  audit: NO_AUDIT,
  error: { kind: 'RemoteFailure', code: 'E_LOAD', message: 'no', reaction: 'retry', details: {}, causes: [] },
};

describe('a plan to re-run a record', () => {
  it.each<[string, WindowRecord, Phase | undefined, Phase, Phase[]]>([
    [
      'resumes a failed one behind its last completed phase',
      failedLoad,
      undefined,
      'STAGE_TO_TARGET',
      ['SOURCE_TO_STAGE'],
    ],
    ['starts a failed one anew from a named phase', failedLoad, 'SOURCE_TO_STAGE', 'SOURCE_TO_STAGE', []],
    ['repeats everything of a completed one', completed, undefined, 'SOURCE_TO_STAGE', []],
    [
      'repeats a completed one from a named phase',
      completed,
      'STAGE_TO_TARGET',
      'STAGE_TO_TARGET',
      ['SOURCE_TO_STAGE'],
    ],
    ['repeats only the audit', completed, 'AUDIT', 'AUDIT', ['SOURCE_TO_STAGE', 'STAGE_TO_TARGET']],
    ['begins one that was never run', pending, undefined, 'SOURCE_TO_STAGE', []],
  ])('%s', (_, ...[record, from, starts, keeps]) => {
    const plan = planned(record, from);
    expect(plan).toMatchObject({ recordId: 42, from: starts, keeps });
    expect(nextPhase(plan.after.phaseCompleted)).toBe(starts);
  });

  it('names every column it changes, with both values, and no other', () => {
    expect(
      Object.fromEntries(planned(failedLoad).resets.map(({ column, before, after }) => [column, [before, after]])),
    ).toEqual({
      dag_run_id: [9, null],
      pipeline_status: ['FAILED', 'PENDING'],
      stage_to_target_ingestion_start_time: ['2026-01-20T12:20:00Z', null],
      stage_to_target_ingestion_end_time: ['2026-01-20T12:21:00Z', null],
      stage_to_target_ingestion_status: ['FAILED', 'PENDING'],
      pipeline_start_time: ['2026-01-20T12:20:00Z', null],
      pipeline_end_time: ['2026-01-20T12:25:00Z', null],
      retry_attempt: [0, 1],
      error: [expect.objectContaining({ code: 'E_LOAD' }), null],
    });
  });

  it('keeps what source and stage counted while what is staged stays', () => {
    const counted = { ...NO_AUDIT, sourceCount: 10, stageCount: 10 };
    expect(planned(completed, 'AUDIT').after.audit).toEqual(counted);
    expect(planned(completed, 'STAGE_TO_TARGET').after.audit).toEqual(counted);
    expect(planned(completed, 'SOURCE_TO_STAGE').after.audit).toEqual(NO_AUDIT);
  });

  it('is refused while a run works on the record, naming the run', () => {
    const running: WindowRecord = { ...failedLoad, pipelineStatus: 'IN_PROGRESS', leaseUntil: NOW.add({ seconds: 1 }) };
    expect(rerunPlan(running, { now: NOW })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('run 9'),
    });
    expect(rerunPlan({ ...running, leaseUntil: undefined }, { now: NOW })).toMatchObject({ kind: 'refused' });
  });

  it('is made once the lease of a dead run has expired', () => {
    const abandoned: WindowRecord = { ...failedLoad, pipelineStatus: 'IN_PROGRESS', leaseUntil: NOW };
    expect(rerunPlan(abandoned, { now: NOW })).toMatchObject({ kind: 'rerun', from: 'STAGE_TO_TARGET' });
  });

  it('is refused from a phase whose predecessor is not completed, saying where it could resume', () => {
    expect(rerunPlan(failedLoad, { from: 'AUDIT', now: NOW })).toEqual({
      kind: 'refused',
      recordId: 42,
      reason:
        'Record 42 cannot start at AUDIT: STAGE_TO_TARGET is not completed (last completed: SOURCE_TO_STAGE). ' +
        'Leave --from out to resume at STAGE_TO_TARGET.',
    });
  });

  const phases = fc.constantFrom(undefined, ...PHASES);
  const records = fc.record({
    phaseCompleted: phases,
    pipelineStatus: fc.constantFrom(...RECORD_STATUSES),
    retryAttempt: fc.nat(9),
  });

  it('leaves the kept phases as they are, resets all others, and never touches the window', () => {
    fc.assert(
      fc.property(records, phases, (parts, from) => {
        const record: WindowRecord = { ...completed, ...parts };
        const plan = rerunPlan(record, { now: NOW, ...(from === undefined ? {} : { from }) });
        if (plan.kind === 'refused') return;
        expect([...plan.keeps, ...plan.repeats]).toEqual(PHASES);
        expect(
          plan.keeps.every((phase) => isCompleted(record, phase) && plan.after.phases[phase] === record.phases[phase]),
        ).toBe(true);
        expect(plan.repeats.every((phase) => plan.after.phases[phase].status === 'PENDING')).toBe(true);
        expect(plan.after.window).toBe(record.window);
        expect(plan.after.retryAttempt).toBe(record.retryAttempt + 1);
      }),
    );
  });

  it('planned again from the same phase changes nothing but the count of tries', () => {
    fc.assert(
      fc.property(records, (parts) => {
        const plan = rerunPlan({ ...completed, ...parts }, { now: NOW });
        if (plan.kind === 'refused') return;
        expect(planned(plan.after, plan.from).resets.map((change) => change.column)).toEqual(['retry_attempt']);
      }),
    );
  });
});

describe('a record as columns', () => {
  it('has null where there is no value and text for every moment', () => {
    expect(recordFields(failedLoad)).toMatchObject({
      id: 42,
      target_day: '2026-01-20',
      window_start_time: '2026-01-20T12:00:00Z',
      source_to_stage_ingestion_status: 'COMPLETED',
      audit_status: 'PENDING',
      audit_result: null,
      phase_completed: 'SOURCE_TO_STAGE',
      error: { code: 'E_LOAD' },
    });
  });
});

function planned(record: WindowRecord, from?: Phase): Extract<RerunPlan, { kind: 'rerun' }> {
  const plan = rerunPlan(record, { now: NOW, ...(from === undefined ? {} : { from }) });
  if (plan.kind === 'refused') throw new Error(`Expected a plan, and it was refused: ${plan.reason}`);
  return plan;
}
