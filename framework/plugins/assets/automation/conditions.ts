import { Temporal } from '#framework';

import type { AutomationFacts, ParentFacts, PartitionFacts } from './facts.ts';
import { type Verdict, all, fact } from './verdict.ts';

/** So many parents are named one by one. */
const MOST_PARENTS = 20;

/** What presets ask of a partition, each with a sentence for both answers. */
export type Condition = ReturnType<typeof conditions>;

export function conditions(of: PartitionFacts, { now, attachedAt }: Pick<AutomationFacts, 'now' | 'attachedAt'>) {
  return {
    isWindow: () =>
      fact(of.closesAt !== undefined, { yes: 'It is a window.', no: 'It is not a window, so it never closes.' }),
    isClosed: () => isClosed(of, now),
    isAfterAttaching: () => isAfterAttaching(of, attachedAt),
    isMissing: () => fact(of.madeAt === undefined, { yes: 'It is missing.', no: `It was made at ${text(of.madeAt)}.` }),
    isIdle: () => fact(!of.isInProgress, { yes: 'It is not being made.', no: 'A run that makes it is under way.' }),
    isNewCause: (cause: string) =>
      fact(!of.causes.has(cause), {
        yes: 'It was not asked for on this account yet.',
        no: `It was asked for on this account already: ${cause}.`,
      }),
    hasParents: () => parentsAre(of, 'there', isThere),
    hasFreshParents: () => parentsAre(of, 'fresh', isFresh),
    isBehindParents: () => isBehindParents(of),
    isTickAfterAttaching: (tick: Temporal.Instant) =>
      fact(isBefore(attachedAt, tick), {
        yes: `The clock came to ${tick.toString()}.`,
        no: `The clock has not come to one of its moments since the automation was attached at ${attachedAt.toString()}.`,
      }),
    isOlderThan: (tick: Temporal.Instant) =>
      fact(of.madeAt === undefined || isBefore(of.madeAt, tick), {
        yes: of.madeAt === undefined ? 'It is missing.' : `It was made before, at ${of.madeAt.toString()}.`,
        no: `It was made since, at ${text(of.madeAt)}.`,
      }),
    hasParentsSince: (tick: Temporal.Instant) =>
      parentsAre(of, `made since ${tick.toString()}`, (parent) => isMadeSince(parent, tick)),
  };
}

function isClosed({ closesAt }: PartitionFacts, now: Temporal.Instant): Verdict {
  return fact(closesAt === undefined || !isBefore(now, closesAt), {
    yes: closesAt === undefined ? 'It has no window to wait for.' : `Its window closed at ${closesAt.toString()}.`,
    no: `Its window closes at ${text(closesAt)}.`,
  });
}

/** Whoever attaches an automation to an asset with history gets no backfill of it. */
function isAfterAttaching({ partition, closesAt, parents }: PartitionFacts, attachedAt: Temporal.Instant): Verdict {
  const attached = `the automation was attached at ${attachedAt.toString()}`;
  if (closesAt !== undefined) {
    return fact(isBefore(attachedAt, closesAt), {
      yes: `It closed after ${attached}.`,
      no: `It closed before ${attached}; make it by hand or by a backfill.`,
    });
  }
  const isSingle = partition === null && parents.length === 0;
  return fact(isSingle || parents.some(({ madeAt }) => madeAt !== undefined && isBefore(attachedAt, madeAt)), {
    yes: isSingle ? 'It is one whole without parents.' : `A parent was made after ${attached}.`,
    no: `No parent was made after ${attached}.`,
  });
}

function isBehindParents({ madeAt, begunAt, parents }: PartitionFacts): Verdict {
  const since = begunAt ?? madeAt;
  const newer = parents.find(
    (parent) =>
      since === undefined || (parent.madeAt !== undefined && !parent.isOfSameRun && isBefore(since, parent.madeAt)),
  );
  const after = begunAt === undefined ? 'it' : 'the run began that made it';
  return fact(newer !== undefined, {
    yes: madeAt === undefined ? 'It is missing.' : `${named(newer)} was made after ${after}.`,
    no:
      parents.length === 0
        ? 'It has no parents to follow.'
        : `No parent was made after it, which was at ${text(madeAt)}.`,
  });
}

function parentsAre(of: PartitionFacts, what: string, judge: (parent: ParentFacts) => Verdict): Verdict {
  const { parents } = of;
  const verdict = all(parents.map(judge), {
    yes: parents.length === 0 ? 'It has no parents.' : `All of its parents are ${what}.`,
    no: `Not all of its parents are ${what}.`,
  });
  return { ...verdict, parts: fewOf(verdict.parts) };
}

/** What is one whole may be made from thousands of windows; those that hold it back say most. */
function fewOf(parts: readonly Verdict[]): readonly Verdict[] {
  if (parts.length <= MOST_PARENTS) return parts;
  const ordered = [...parts.filter(({ holds }) => !holds), ...parts.filter(({ holds }) => holds)];
  const [shown, left] = [ordered.slice(0, MOST_PARENTS), ordered.slice(MOST_PARENTS)];
  const rest = { yes: `So it is of ${left.length} more.`, no: `There are ${left.length} more, not all of them so.` };
  const holds = left.every((part) => part.holds);
  return [...shown, fact(holds, rest)];
}

function isThere(parent: ParentFacts): Verdict {
  return fact(parent.madeAt !== undefined, {
    yes: `${named(parent)} was made at ${text(parent.madeAt)}.`,
    no: missing(parent),
  });
}

function isFresh(parent: ParentFacts): Verdict {
  return fact(!parent.isOverdue, { yes: `${named(parent)} is not overdue.`, no: `${named(parent)} is overdue.` });
}

function isMadeSince(parent: ParentFacts, tick: Temporal.Instant): Verdict {
  return fact(parent.madeAt !== undefined && !isBefore(parent.madeAt, tick), {
    yes: `${named(parent)} was made at ${text(parent.madeAt)}.`,
    no: parent.madeAt === undefined ? missing(parent) : `${named(parent)} was made before, at ${text(parent.madeAt)}.`,
  });
}

function missing(parent: ParentFacts): string {
  return parent.partition === undefined
    ? `${parent.asset} has no partition that belongs to it.`
    : `${named(parent)} is missing.`;
}

function named(parent: ParentFacts | undefined): string {
  if (parent === undefined) return 'A parent';
  const { asset, partition } = parent;
  return partition === null || partition === undefined ? asset : `${asset} of ${partition}`;
}

function text(instant: Temporal.Instant | undefined): string {
  return instant === undefined ? 'no time' : instant.toString();
}

function isBefore(one: Temporal.Instant, other: Temporal.Instant): boolean {
  return Temporal.Instant.compare(one, other) < 0;
}
