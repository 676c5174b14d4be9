import type { RunId } from '../core/ids.ts';
import { PHASES, type Phase, isCompleted, previousPhase } from './phase.ts';
import { NO_AUDIT, PENDING_PHASE, type WindowRecord } from './record.ts';
import { type FieldReset, fieldResets } from './record-fields.ts';
import { type RerunRequest, isLocked } from './rerun-plan.ts';

/** What happens to a record whose run does some of its tasks again. */
export interface ClearedRecord {
  readonly kind: 'cleared';
  /** Phases whose result stays. */
  readonly keeps: readonly Phase[];
  /** Phases that are done again. */
  readonly repeats: readonly Phase[];
  readonly resets: readonly FieldReset[];
  readonly after: WindowRecord;
}

export interface RecordClear extends Pick<RerunRequest, 'now' | 'keysOf'> {
  readonly run: RunId;
  /** The phases that its tasks do again. */
  readonly repeats: ReadonlySet<Phase>;
  /** Tasks that failed stay so, and with them the record's error. */
  readonly keepsError: boolean;
}

/**
 * Hands the record back to its run. The phases that are done again are pending, later ones keep what they found; the record
 * ends as its run does, completed if every phase is.
 */
export function clearRecord(
  record: WindowRecord,
  clear: RecordClear,
): ClearedRecord | { readonly kind: 'refused'; readonly reason: string } {
  const repeats = PHASES.filter((phase) => clear.repeats.has(phase));
  const reason = whyNot(record, repeats, clear);
  if (reason !== undefined) return { kind: 'refused', reason };
  const after = reset(record, repeats, clear);
  const keeps = PHASES.filter((phase) => !clear.repeats.has(phase) && record.phases[phase].status === 'COMPLETED');
  return { kind: 'cleared', keeps, repeats, resets: fieldResets(record, after), after };
}

function whyNot(record: WindowRecord, [first]: readonly Phase[], { run, now }: RecordClear): string | undefined {
  if (record.dagRunId !== run && isLocked(record, now)) {
    return `Record ${record.id} is being worked on by run ${record.dagRunId ?? 'unknown'}. Cancel that run or wait for its end.`;
  }
  if (record.pipelineStatus === 'PENDING') {
    return `Record ${record.id} is PENDING: a scheduler makes its next run. Run it now: windrow records rerun ${record.id}.`;
  }
  const before = first === undefined ? undefined : previousPhase(first);
  if (before === undefined || isCompleted(record, before)) return undefined;
  return (
    `Record ${record.id} cannot do ${first ?? ''} again: ${before} is not completed (last completed: ${record.phaseCompleted ?? 'none'}). ` +
    `Resume behind that instead: windrow records rerun ${record.id}.`
  );
}

function reset(record: WindowRecord, repeats: readonly Phase[], clear: RecordClear): WindowRecord {
  const [first] = repeats;
  const redone = repeats.map((phase) => [phase, PENDING_PHASE] as const);
  const isSetBack = first !== undefined && isCompleted(record, first);
  const staged = repeats.includes('SOURCE_TO_STAGE') ? NO_AUDIT : record.audit;
  return {
    ...record,
    businessKeys: clear.keysOf?.(record) ?? record.businessKeys,
    pipelineStatus: 'IN_PROGRESS',
    dagRunId: clear.run,
    pipelineLockedAt: clear.now,
    leaseUntil: undefined,
    deadline: undefined,
    phaseCompleted: isSetBack ? previousPhase(first) : record.phaseCompleted,
    phases: { ...record.phases, ...Object.fromEntries(redone) },
    audit: {
      ...(repeats.includes('AUDIT') ? NO_AUDIT : record.audit),
      sourceCount: staged.sourceCount,
      stageCount: staged.stageCount,
    },
    pipelineEndTime: undefined,
    retryAttempt: record.retryAttempt + 1,
    error: clear.keepsError ? record.error : undefined,
  };
}
