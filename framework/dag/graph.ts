import type { Millis } from '../core/duration.ts';
import type { DagId, TaskId } from '../core/ids.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { TriggerRule } from './trigger-rule.ts';

/** The shape of a dag without its functions: what is stored, planned on and shown. */
export interface DagGraph {
  readonly dagId: DagId;
  /** Upstream tasks before their downstream tasks. */
  readonly tasks: readonly GraphTask[];
  /** Longest time from the start of a run to its end; absent means no limit. */
  readonly runTimeoutMs?: Millis;
}

export interface GraphTask {
  readonly id: TaskId;
  readonly upstream: readonly TaskId[];
  readonly rule: TriggerRule;
  /** Always runs once its upstream is done, and never decides the state of the run. */
  readonly teardown: boolean;
  readonly retry: RetryPolicy;
  /** Further tries after lost ones; absent means `DEFAULT_INFRA_RETRIES`. */
  readonly infraRetries?: number;
  /** Longest time of one attempt; absent means no limit. */
  readonly timeoutMs?: Millis;
  readonly pool: string;
  /** The group it was defined in, with the groups around that: `extract.eu`. Its id begins with the same words. */
  readonly group?: string;
  /** Of a mapped task: the input that is an element of a list; the task runs once for each. */
  readonly mapped?: string;
  /** How many slots of its pool one instance holds; absent means one. */
  readonly slots?: number;
  /** Waits for the same task of the previous window. */
  readonly dependsOnPrevious?: true;
}
