import { formatDuration, milliseconds } from '../core/duration.ts';
import { DataFailure } from '../core/failures.ts';
import type { Json } from '../core/json.ts';
import type { RecordId } from '../core/ids.ts';
import type { Temporal } from '../core/time.ts';
import { type Window, windowText } from '../core/window.ts';
import type { PipelineSpec, RecordFacts } from '../dag/pipeline-spec.ts';
import { type WindowKind, intervalText } from '../dag/schedule/window-kind.ts';
import { NO_AUDIT, PENDING_PHASE, type WindowRecord } from './record.ts';

/** What is inserted for a window that has no record yet; everything else has its column's default. */
export interface NewRecord extends RecordFacts {
  readonly sourceName: string | undefined;
  readonly targetName: string | undefined;
  readonly businessKeys: Readonly<Record<string, Json>>;
}

export interface RecordTemplate {
  readonly pipelineId: string;
  readonly spec: PipelineSpec;
  /** Absent for a pipeline without a schedule: the interval is then the window's own length. */
  readonly windows?: WindowKind;
}

/** @throws DataFailure `E_BUSINESS_KEY` when a key function throws */
export function newRecords(template: RecordTemplate, windows: readonly Window[]): NewRecord[] {
  return windows.map((window) => newRecord(template, window));
}

/** A record as the table gives it when it was inserted at `now`: nothing of its window has begun. */
export function pendingRecord(made: NewRecord & { readonly id: RecordId }, now: Temporal.Instant): WindowRecord {
  return {
    ...made,
    pipelineStatus: 'PENDING',
    dagRunId: undefined,
    pipelineLockedAt: undefined,
    fence: 0,
    leaseUntil: undefined,
    deadline: undefined,
    phaseCompleted: undefined,
    phases: { SOURCE_TO_STAGE: PENDING_PHASE, STAGE_TO_TARGET: PENDING_PHASE, AUDIT: PENDING_PHASE },
    audit: NO_AUDIT,
    pipelineStartTime: undefined,
    pipelineEndTime: undefined,
    retryAttempt: 0,
    error: undefined,
    recordFirstCreatedTime: now,
    recordLastUpdatedTime: now,
  };
}

function newRecord(template: RecordTemplate, window: Window): NewRecord {
  const facts: RecordFacts = {
    pipelineId: template.pipelineId,
    targetDay: window.start.toZonedDateTimeISO(window.zone).toPlainDate(),
    window,
    timeInterval: template.windows === undefined ? lengthText(window) : intervalText(template.windows),
  };
  return {
    ...facts,
    sourceName: template.spec.sourceName,
    targetName: template.spec.targetName,
    businessKeys: businessKeys(template.spec, facts),
  };
}

function lengthText(window: Window): string {
  return formatDuration(milliseconds(window.end.epochMilliseconds - window.start.epochMilliseconds));
}

/** @throws DataFailure `E_BUSINESS_KEY` when a key function throws */
export function businessKeys(spec: PipelineSpec, facts: RecordFacts): Readonly<Record<string, Json>> {
  const keys: [string, Json][] = [];
  for (const [name, compute] of Object.entries(spec.businessKeys)) {
    const value = computed(name, () => compute(facts), facts);
    if (value !== undefined && value !== null) keys.push([name, value]);
  }
  return Object.fromEntries(keys);
}

function computed(name: string, compute: () => Json | undefined, facts: RecordFacts): Json | undefined {
  try {
    return compute();
  } catch (cause) {
    throw new DataFailure(
      'E_BUSINESS_KEY',
      `Pipeline "${facts.pipelineId}": the business key "${name}" cannot be computed for the window ${windowText(facts.window)}. ` +
        'Its function must not throw; return undefined where there is no value.',
      { cause },
    );
  }
}
