import type { Clock } from '../core/clock.ts';
import { type Millis, parseDuration } from '../core/duration.ts';
import { DefinitionFailure } from '../core/failures.ts';
import type { Json } from '../core/json.ts';
import type { Log } from '../core/log.ts';
import { onlyGiven } from '../core/only-given.ts';
import type { Temporal } from '../core/time.ts';
import type { Window } from '../core/window.ts';
import type { Connections } from './task-context.ts';

/** What makes a dag a pipeline over `pipeline_records`: data and pure functions only. */
export interface PipelineSpec {
  /** What people read on the record: `veeva_vault` to `redshift`. */
  readonly sourceName?: string;
  readonly targetName?: string;
  /** Columns and business keys that a record must have before it may run. */
  readonly checkFields: readonly string[];
  /** Extra facts of a record, computed when it is made: the seed's `key_x`, `key_y`, `key_z` by any name. */
  readonly businessKeys: Readonly<Record<string, BusinessKey>>;
  /** A lock older than this is stale and released by the clean-up task. */
  readonly staleLockMs: Millis;
  /** Pipelines whose unfinished windows end with a completed window of this one that reaches as far. */
  readonly covers: readonly string[];
  readonly firstStart?: FirstStart;
  readonly newestWindow?: NewestWindow;
}

/** What a pipeline's own questions about windows may use. */
export interface WindowTools {
  readonly connections: Connections;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Where the first window begins, asked while the pipeline has no record yet, for example from a watermark. A text says
 * why no window can be made yet.
 */
export type FirstStart = (tools: WindowTools) => Promise<Temporal.Instant | { readonly notYet: string }>;

/** The window of a run that a person starts without naming one, for example the newest full export. */
export type NewestWindow = (tools: WindowTools) => Promise<Window>;

/** Pure: the same facts always give the same value. `undefined` or `null` leaves the key absent. */
export type BusinessKey = (facts: RecordFacts) => Json | undefined;

export interface RecordFacts {
  readonly pipelineId: string;
  /** The calendar day of the window's start in the window's zone. */
  readonly targetDay: Temporal.PlainDate;
  readonly window: Window;
  /** `15m`, `1 day`. */
  readonly timeInterval: string;
}

export interface PipelineOptions {
  readonly sourceName?: string;
  readonly targetName?: string;
  /** Default: every column of `RecordFacts` and every business key. */
  readonly checkFields?: readonly string[];
  readonly businessKeys?: Readonly<Record<string, BusinessKey>>;
  /** How old a lock that has no lease, as one set by hand, must be before it is taken off a record that no run works on. Default `2h`. */
  readonly staleLock?: string;
  /**
   * Ids of pipelines whose changes are contained in what this one loads, for example `['orders_changes']` of a full copy:
   * once a window of this pipeline is completed, their unfinished windows that end no later count as completed too.
   */
  readonly covers?: readonly string[];
  readonly firstStart?: FirstStart;
  readonly newestWindow?: NewestWindow;
}

export const RECORD_FACT_COLUMNS = [
  'pipeline_id',
  'target_day',
  'window_start_time',
  'window_end_time',
  'time_interval',
] as const;
export type RecordFactColumn = (typeof RECORD_FACT_COLUMNS)[number];

/** @throws DefinitionFailure `E_PIPELINE_FIELD`, `E_DURATION_UNREADABLE` */
export function pipelineSpec(options: PipelineOptions = {}): PipelineSpec {
  const businessKeys = options.businessKeys ?? {};
  const known: readonly string[] = [...RECORD_FACT_COLUMNS, ...Object.keys(businessKeys)];
  for (const field of options.checkFields ?? []) {
    if (known.includes(field)) continue;
    throw new DefinitionFailure(
      'E_PIPELINE_FIELD',
      `checkFields names "${field}", which no record has. Expected one of ${known.join(', ')}.`,
    );
  }
  const { sourceName, targetName, firstStart, newestWindow } = options;
  return {
    checkFields: options.checkFields ?? known,
    businessKeys,
    staleLockMs: parseDuration(options.staleLock ?? '2h'),
    covers: options.covers ?? [],
    ...onlyGiven({ sourceName, targetName, firstStart, newestWindow }),
  };
}
