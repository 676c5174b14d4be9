import type { Millis } from '../core/duration.ts';
import type { Json } from '../core/json.ts';
import { Temporal } from '../core/time.ts';
import { RECORD_FACT_COLUMNS, type RecordFactColumn, type RecordFacts } from '../dag/pipeline-spec.ts';

/** Whether a record may run now. Neither of the other outcomes is an exception: the caller decides. */
export type Validation =
  | { readonly kind: 'valid' }
  /** Fields named in `checkFields` that the record does not have, in that order. */
  | { readonly kind: 'incomplete'; readonly absent: readonly string[] }
  /** The window and its lag are not over yet: its data may still change. */
  | { readonly kind: 'future'; readonly readyAt: Temporal.Instant };

/** The fields of a record that `checkFields` can name. */
export type CheckedRecord = RecordFacts & { readonly businessKeys: Readonly<Record<string, Json>> };

export interface ValidationRules {
  readonly checkFields: readonly string[];
  readonly lagMs: Millis;
}

/** Completeness first: a record that can never run must not look as if it only had to wait. */
export function validateRecord(record: CheckedRecord, rules: ValidationRules, now: Temporal.Instant): Validation {
  const absent = rules.checkFields.filter((field) => isAbsent(fieldOf(record, field)));
  if (absent.length > 0) return { kind: 'incomplete', absent };
  const readyAt = record.window.end.add({ milliseconds: rules.lagMs });
  return Temporal.Instant.compare(readyAt, now) > 0 ? { kind: 'future', readyAt } : { kind: 'valid' };
}

const COLUMNS: Readonly<Record<RecordFactColumn, (record: RecordFacts) => unknown>> = {
  pipeline_id: (record) => record.pipelineId,
  target_day: (record) => record.targetDay,
  window_start_time: (record) => record.window.start,
  window_end_time: (record) => record.window.end,
  time_interval: (record) => record.timeInterval,
};

function fieldOf(record: CheckedRecord, field: string): unknown {
  const column = RECORD_FACT_COLUMNS.find((known) => known === field);
  if (column !== undefined) return COLUMNS[column](record);
  return Object.hasOwn(record.businessKeys, field) ? record.businessKeys[field] : undefined;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
