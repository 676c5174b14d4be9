import type { RecordId } from '../core/ids.ts';
import { Temporal } from '../core/time.ts';
import { PHASES, type Phase, isCompleted, nextPhase, previousPhase } from './phase.ts';
import { NO_AUDIT, PENDING_PHASE, type WindowRecord } from './record.ts';
import { type FieldReset, fieldResets } from './record-fields.ts';

/** What a re-run would do to a record: shown by `--dry-run`, then applied as it is. */
export type RerunPlan =
  | {
      readonly kind: 'rerun';
      readonly recordId: RecordId;
      readonly from: Phase;
      /** Phases whose result stays. */
      readonly keeps: readonly Phase[];
      /** Phases that are done, or done again. */
      readonly repeats: readonly Phase[];
      /** Every column that changes, with what it holds now and what it will hold. */
      readonly resets: readonly FieldReset[];
      /** The record as it must be stored before the new run starts. */
      readonly after: WindowRecord;
    }
  | { readonly kind: 'refused'; readonly recordId: RecordId; readonly reason: string };

export interface RerunRequest {
  /** Absent: behind the last completed phase, or everything where all are completed. */
  readonly from?: Phase;
  readonly now: Temporal.Instant;
  /** The record's keys as the code computes them now; absent where its pipeline is not known here. */
  readonly keysOf?: (record: WindowRecord) => WindowRecord['businessKeys'] | undefined;
}

/** Pure. Nothing that was loaded is touched by the plan: the phases themselves are repeatable. */
export function rerunPlan(record: WindowRecord, request: RerunRequest): RerunPlan {
  const reason = whyNot(record, request);
  if (reason !== undefined) return { kind: 'refused', recordId: record.id, reason };
  const from = request.from ?? nextPhase(record.phaseCompleted) ?? PHASES[0];
  const keeps = PHASES.slice(0, PHASES.indexOf(from));
  const repeats = PHASES.slice(PHASES.indexOf(from));
  const after = { ...reset(record, from), businessKeys: request.keysOf?.(record) ?? record.businessKeys };
  return { kind: 'rerun', recordId: record.id, from, keeps, repeats, resets: fieldResets(record, after), after };
}

function whyNot(record: WindowRecord, { from, now }: RerunRequest): string | undefined {
  if (isLocked(record, now)) {
    return `Record ${record.id} is being worked on by run ${record.dagRunId ?? 'unknown'}. Cancel that run or wait for its end.`;
  }
  const before = from === undefined ? undefined : previousPhase(from);
  if (before === undefined || isCompleted(record, before)) return undefined;
  return (
    `Record ${record.id} cannot start at ${from}: ${before} is not completed (last completed: ${record.phaseCompleted ?? 'none'}). ` +
    `Leave --from out to resume at ${nextPhase(record.phaseCompleted)}.`
  );
}

// A lock without a lease belongs to a run that has not started its first task: it counts as held.
export function isLocked(record: WindowRecord, now: Temporal.Instant): boolean {
  if (record.pipelineStatus !== 'IN_PROGRESS') return false;
  return record.leaseUntil === undefined || Temporal.Instant.compare(record.leaseUntil, now) > 0;
}

function reset(record: WindowRecord, from: Phase): WindowRecord {
  const redone = PHASES.slice(PHASES.indexOf(from)).map((phase) => [phase, PENDING_PHASE] as const);
  return {
    ...record,
    pipelineStatus: 'PENDING',
    dagRunId: undefined,
    pipelineLockedAt: undefined,
    leaseUntil: undefined,
    deadline: undefined,
    phaseCompleted: previousPhase(from),
    phases: { ...record.phases, ...Object.fromEntries(redone) },
    audit:
      from === 'SOURCE_TO_STAGE'
        ? NO_AUDIT
        : { ...NO_AUDIT, sourceCount: record.audit.sourceCount, stageCount: record.audit.stageCount },
    pipelineStartTime: undefined,
    pipelineEndTime: undefined,
    retryAttempt: record.retryAttempt + 1,
    error: undefined,
  };
}
