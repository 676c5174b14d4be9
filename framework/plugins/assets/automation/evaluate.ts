import { Temporal } from '#framework';

import { latestTime } from '../cron/cron.ts';
import type { Automation } from './automation.ts';
import { type Condition, conditions } from './conditions.ts';
import type { AutomationFacts, PartitionFacts } from './facts.ts';
import { type Verdict, all } from './verdict.ts';

/** So many partitions are asked for at once; the others follow with the next evaluation. */
const MOST_REQUESTS = 50;

export interface Evaluation {
  readonly requests: readonly AutomationRequest[];
  /** Of each partition, in their order, whether it is asked for and why. */
  readonly verdicts: readonly PartitionVerdict[];
}

export interface AutomationRequest {
  readonly partition: string | null;
  /** With the asset and the partition it names this request for ever: it is never made twice. */
  readonly cause: string;
}

export interface PartitionVerdict {
  readonly partition: string | null;
  readonly verdict: Verdict;
}

/** What an automation asks for now. The same facts give the same answer. */
export function evaluate(automation: Automation, facts: AutomationFacts): Evaluation {
  const judged = facts.partitions.map((partition) => judge(automation, partition, facts));
  return {
    requests: judged
      .filter(({ verdict }) => verdict.holds)
      .map(({ partition, cause }) => ({ partition, cause }))
      .slice(0, MOST_REQUESTS),
    verdicts: judged.map(({ partition, verdict }) => ({ partition, verdict })),
  };
}

function judge(automation: Automation, of: PartitionFacts, facts: AutomationFacts) {
  const { cause, special } = rule(automation, of, facts);
  const condition = conditions(of, facts);
  const verdict = all([...special(condition), condition.isIdle(), condition.isNewCause(cause)], {
    yes: `It is asked for: ${cause}.`,
    no: 'It is not asked for.',
  });
  return { partition: of.partition, cause, verdict };
}

interface Rule {
  readonly cause: string;
  /** What must hold, besides that it is not under way and not asked for already. */
  readonly special: (condition: Condition) => readonly Verdict[];
}

function rule(automation: Automation, of: PartitionFacts, { now }: AutomationFacts): Rule {
  switch (automation.kind) {
    case 'on_window_close':
      return {
        cause: 'its window closed',
        special: (condition) => [
          condition.isWindow(),
          condition.isClosed(),
          condition.isAfterAttaching(),
          condition.isMissing(),
        ],
      };
    case 'on_missing':
      return {
        cause: causeOfParents(of),
        special: (condition) => [
          condition.isClosed(),
          condition.isAfterAttaching(),
          condition.isMissing(),
          condition.hasParents(),
        ],
      };
    case 'on_parents_fresh':
      return {
        cause: causeOfParents(of),
        special: (condition) => [
          condition.isClosed(),
          condition.isAfterAttaching(),
          condition.hasParents(),
          condition.hasFreshParents(),
          condition.isBehindParents(),
        ],
      };
    case 'on_cron': {
      const tick = latestTime(automation, now);
      return {
        cause: `the clock, at ${tick.toString()}`,
        special: (condition) => [
          condition.isClosed(),
          condition.isTickAfterAttaching(tick),
          condition.isOlderThan(tick),
          condition.hasParentsSince(tick),
        ],
      };
    }
  }
}

/** Each new materialization of a parent is a new cause, so that what failed is tried again when there is something new. */
function causeOfParents({ parents }: PartitionFacts): string {
  const newest = newestOf(parents.map(({ madeAt }) => madeAt));
  return newest === undefined ? 'it is missing' : `parents made until ${newest.toString()}`;
}

function newestOf(instants: readonly (Temporal.Instant | undefined)[]): Temporal.Instant | undefined {
  return instants
    .filter((instant) => instant !== undefined)
    .toSorted((one, other) => Temporal.Instant.compare(one, other))
    .at(-1);
}
