import { type Millis, parseDuration } from '../core/duration.ts';
import { DefinitionFailure } from '../core/failures.ts';
import { DEFAULT_RETRY, FAILURE_CLASSES, RETRY_REACTIONS, type RetryPolicy } from './retry-policy.ts';
import { TRIGGER_RULES, type TriggerRule } from './trigger-rule.ts';

export const DEFAULT_POOL = 'default';

export interface PolicyOptions<Rule extends TriggerRule, Teardown extends boolean = boolean> {
  /** When to start, judged from how the upstream tasks ended. Default `all_success`; for a teardown `all_done`. */
  readonly rule?: Rule;
  /** Further attempts after the first, or the parts of the policy that differ from the default of 3. */
  readonly retry?: number | Partial<RetryPolicy>;
  /** Further tries after one was lost to a dead or stalled worker. Default 4; attempts do not count here, nor these there. */
  readonly infraRetries?: number;
  /** Longest time of one attempt, for example `10m`. Default: no limit. */
  readonly timeout?: string;
  readonly pool?: string;
  /** How many slots of its pool the task holds while it runs. Default 1. */
  readonly slots?: number;
  /** Starts only after the same task of the previous window ended as success or skipped. The first window starts at once. */
  readonly dependsOnPrevious?: boolean;
  /** Always runs once its upstream is done, even after a failure, and never decides the state of the run. */
  readonly teardown?: Teardown;
}

export interface TaskPolicy {
  readonly rule: TriggerRule;
  readonly teardown: boolean;
  readonly retry: RetryPolicy;
  /** Absent means the default. */
  readonly infraRetries?: number;
  readonly timeoutMs?: Millis;
  readonly pool: string;
  readonly slots?: number;
  readonly dependsOnPrevious?: true;
}

/** @throws DefinitionFailure `E_TASK_POLICY`, `E_DURATION_UNREADABLE` */
export function taskPolicy(task: string, options: PolicyOptions<TriggerRule>): TaskPolicy {
  const teardown = options.teardown ?? false;
  const rule = options.rule ?? (teardown ? 'all_done' : 'all_success');
  if (!TRIGGER_RULES.includes(rule)) throw unusable(task, `rule "${rule}" is unknown`, TRIGGER_RULES.join(', '));
  if (teardown && rule !== 'all_done' && rule !== 'always') {
    throw unusable(
      task,
      `a teardown cannot have the rule "${rule}"`,
      'all_done or always, because a teardown always runs',
    );
  }
  return {
    rule,
    teardown,
    retry: retryPolicy(task, options.retry ?? {}),
    pool: poolName(task, options.pool ?? DEFAULT_POOL),
    ...(options.infraRetries === undefined ? {} : { infraRetries: infraRetries(task, options.infraRetries) }),
    ...limits(task, options),
    ...(options.timeout === undefined ? {} : { timeoutMs: parseDuration(options.timeout) }),
  };
}

function retryPolicy(task: string, given: number | Partial<RetryPolicy>): RetryPolicy {
  const policy = { ...DEFAULT_RETRY, ...(typeof given === 'number' ? { retries: given } : given) };
  if (!Number.isInteger(policy.retries) || policy.retries < 0 || policy.retries > 1000) {
    throw unusable(task, `retry ${policy.retries} is not usable`, 'a whole number from 0 to 1000');
  }
  if (!(policy.factor >= 1)) throw unusable(task, `retry factor ${policy.factor} is not usable`, '1 or more');
  if (!(policy.delayMs >= 0) || !(policy.maxDelayMs >= policy.delayMs)) {
    throw unusable(
      task,
      `retry delay ${policy.delayMs} ms with a maximum of ${policy.maxDelayMs} ms is not usable`,
      'a delay of 0 or more and a maximum that is not below it',
    );
  }
  checkReactions(task, policy.on ?? {});
  return policy;
}

function checkReactions(task: string, on: Readonly<Record<string, unknown>>): void {
  for (const [failure, reaction] of Object.entries(on)) {
    if (!FAILURE_CLASSES.some((name) => name === failure) && !/^E_[A-Z0-9_]+$/.test(failure)) {
      throw unusable(
        task,
        `retry.on names "${failure}", which is neither a class of failures nor a code`,
        `a code such as E_TASK_TIMED_OUT, or one of ${FAILURE_CLASSES.join(', ')}`,
      );
    }
    if (!RETRY_REACTIONS.some((name) => name === reaction)) {
      throw unusable(task, `retry.on reacts to ${failure} with "${String(reaction)}"`, RETRY_REACTIONS.join(', '));
    }
  }
}

function infraRetries(task: string, count: number): number {
  if (Number.isInteger(count) && count >= 0 && count <= 1000) return count;
  throw unusable(task, `infraRetries ${count} is not usable`, 'a whole number from 0 to 1000');
}

function poolName(task: string, pool: string): string {
  if (/^[a-z][a-z0-9_-]{0,62}$/.test(pool)) return pool;
  throw unusable(
    task,
    `pool "${pool}" is not usable`,
    'lower-case letters, digits, "-" and "_", starting with a letter, at most 63',
  );
}

type Limits = Pick<TaskPolicy, 'slots' | 'dependsOnPrevious'>;

function limits(task: string, { slots, dependsOnPrevious }: PolicyOptions<TriggerRule>): Limits {
  if (slots !== undefined && !(Number.isInteger(slots) && slots >= 1)) {
    throw unusable(task, `slots ${slots} is not usable`, 'a whole number above zero');
  }
  return {
    ...(slots === undefined ? {} : { slots }),
    ...(dependsOnPrevious === true ? { dependsOnPrevious: true as const } : {}),
  };
}

function unusable(task: string, what: string, expected: string): DefinitionFailure {
  return new DefinitionFailure('E_TASK_POLICY', `Task "${task}": ${what}. Expected ${expected}.`);
}
