import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Temporal } from '#framework';
import {
  type Automation,
  names,
  onCron,
  onMissing,
  onParentsFresh,
  onWindowClose,
  product,
  windows,
} from '#framework/assets';

import { candidates } from '../../../framework/plugins/assets/automation/candidates.ts';
import { type Evaluation, evaluate } from '../../../framework/plugins/assets/automation/evaluate.ts';
import type {
  AutomationFacts,
  ParentFacts,
  PartitionFacts,
} from '../../../framework/plugins/assets/automation/facts.ts';
import { Verdict } from '../../../framework/plugins/assets/automation/verdict.ts';
import { failureOf } from '../../support/failure-of.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const NOW = at('2026-01-20T10:05Z');
const ATTACHED = at('2026-01-20T09:00Z');

function parent(madeAt: string | undefined, change: Partial<ParentFacts> = {}): ParentFacts {
  return {
    asset: 'raw/orders',
    partition: '2026-01-20T09:45Z',
    madeAt: madeAt === undefined ? undefined : at(madeAt),
    isOfSameRun: false,
    isOverdue: false,
    ...change,
  };
}

function partition(change: Partial<PartitionFacts> = {}): PartitionFacts {
  return {
    partition: '2026-01-20T09:45Z',
    closesAt: at('2026-01-20T10:00Z'),
    madeAt: undefined,
    begunAt: undefined,
    isInProgress: false,
    causes: new Set(),
    parents: [parent('2026-01-20T10:01Z')],
    ...change,
  };
}

function evaluated(automation: Automation, of: PartitionFacts, change: Partial<AutomationFacts> = {}): Evaluation {
  return evaluate(automation, { now: NOW, attachedAt: ATTACHED, partitions: [of], ...change });
}

/** What keeps a partition from being asked for. */
function reasons({ verdicts }: Evaluation): string[] {
  const leaves = (verdict: Verdict): Verdict[] =>
    verdict.parts.length === 0 ? [verdict] : verdict.parts.flatMap((part) => leaves(part));
  return verdicts
    .flatMap(({ verdict }) => leaves(verdict).filter(({ holds }) => !holds))
    .map(({ sentence }) => sentence);
}

const CLOCK = onCron('0 10 * * *');
const PRESETS: readonly (readonly [string, Automation])[] = [
  ['onWindowClose', onWindowClose()],
  ['onMissing', onMissing()],
  ['onParentsFresh', onParentsFresh()],
  ['onCron', CLOCK],
];

describe('an automation', () => {
  it.each(PRESETS)('%s asks for a partition that is due, with its cause', (_name, automation) => {
    const { requests, verdicts } = evaluated(automation, partition());
    expect(requests).toHaveLength(1);
    expect(verdicts[0]?.verdict).toMatchObject({ holds: true, sentence: `It is asked for: ${requests[0]?.cause}.` });
  });

  it.each(PRESETS)('%s never asks for it twice on the same account', (_name, automation) => {
    const [request] = evaluated(automation, partition()).requests;
    const again = evaluated(automation, partition({ causes: new Set([request?.cause ?? '']) }));
    expect(again.requests).toEqual([]);
    expect(reasons(again)).toEqual([`It was asked for on this account already: ${request?.cause}.`]);
  });

  it.each(PRESETS)('%s waits while a run makes it', (_name, automation) => {
    const found = evaluated(automation, partition({ isInProgress: true }));
    expect([found.requests, reasons(found)]).toEqual([[], ['A run that makes it is under way.']]);
  });

  it.each(PRESETS.slice(1))('%s takes no absent partition of a parent for one that is there', (_name, automation) => {
    const found = evaluated(
      automation,
      partition({
        parents: [parent('2026-01-20T10:01Z'), parent(undefined), parent(undefined, { partition: undefined })],
      }),
    );
    expect(found.requests).toEqual([]);
    expect(reasons(found)).toEqual([
      'raw/orders of 2026-01-20T09:45Z is missing.',
      'raw/orders has no partition that belongs to it.',
    ]);
  });

  it('names twenty of thousands of parents, those that are absent first', () => {
    const there = Array.from({ length: 3000 }, () => parent('2026-01-20T10:01Z'));
    const found = evaluated(onMissing(), partition({ parents: [...there, parent(undefined)] }));
    const parts = found.verdicts[0]?.verdict.parts.find(({ parts: few }) => few.length > 0)?.parts ?? [];
    expect(parts).toHaveLength(21);
    expect(parts[0]).toMatchObject({ holds: false, sentence: 'raw/orders of 2026-01-20T09:45Z is missing.' });
    expect(parts.at(-1)).toMatchObject({ holds: true, sentence: 'So it is of 2981 more.' });
  });

  it.each(PRESETS.slice(0, 3))('%s asks for nothing that closed before it was attached', (_name, automation) => {
    const found = evaluated(automation, partition(), { attachedAt: at('2026-01-20T10:00Z') });
    expect(found.requests).toEqual([]);
    expect(reasons(found)).toContain(
      'It closed before the automation was attached at 2026-01-20T10:00:00Z; make it by hand or by a backfill.',
    );
  });

  it('by the clock asks for nothing at a moment before it was attached', () => {
    const found = evaluated(CLOCK, partition(), { attachedAt: at('2026-01-20T10:00Z') });
    expect(reasons(found)).toEqual([
      'The clock has not come to one of its moments since the automation was attached at 2026-01-20T10:00:00Z.',
    ]);
  });

  it('by the clock waits for each parent to be made since', () => {
    const found = evaluated(CLOCK, partition({ parents: [parent('2026-01-20T09:59Z')] }));
    expect(reasons(found)).toEqual(['raw/orders of 2026-01-20T09:45Z was made before, at 2026-01-20T09:59:00Z.']);
  });

  it('onParentsFresh follows a parent that is made anew, and not one that is overdue', () => {
    const made = { madeAt: at('2026-01-20T10:01:30Z') };
    const idle = evaluated(onParentsFresh(), partition(made));
    expect(reasons(idle)).toEqual(['No parent was made after it, which was at 2026-01-20T10:01:30Z.']);
    const again = evaluated(onParentsFresh(), partition({ ...made, parents: [parent('2026-01-20T10:02Z')] }));
    expect(again.requests).toEqual([
      { partition: '2026-01-20T09:45Z', cause: 'parents made until 2026-01-20T10:02:00Z' },
    ]);
    const overdue = [parent('2026-01-20T10:02Z', { isOverdue: true })];
    expect(reasons(evaluated(onParentsFresh(), partition({ parents: overdue })))).toEqual([
      'raw/orders of 2026-01-20T09:45Z is overdue.',
    ]);
  });

  it('onParentsFresh follows a parent that was made while the partition was, which may lack it', () => {
    const made = { begunAt: at('2026-01-20T10:01Z'), madeAt: at('2026-01-20T10:04Z') };
    const early = [parent('2026-01-20T10:00Z')];
    expect(evaluated(onParentsFresh(), partition({ ...made, parents: early })).requests).toEqual([]);
    const meanwhile = [...early, parent('2026-01-20T10:02Z')];
    const again = evaluated(onParentsFresh(), partition({ ...made, parents: meanwhile }));
    expect(again.requests).toEqual([
      { partition: '2026-01-20T09:45Z', cause: 'parents made until 2026-01-20T10:02:00Z' },
    ]);
    expect(JSON.stringify(again.verdicts)).toContain('was made after the run began that made it.');
  });

  it('asks for a whole that has parents only once one was made after it was attached', () => {
    const whole = { partition: null, closesAt: undefined };
    const old = evaluated(onMissing(), partition({ ...whole, parents: [parent('2026-01-20T08:00Z')] }));
    expect(reasons(old)).toEqual(['No parent was made after the automation was attached at 2026-01-20T09:00:00Z.']);
    expect(evaluated(onMissing(), partition(whole)).requests).toHaveLength(1);
    expect(evaluated(onMissing(), partition({ ...whole, parents: [] })).requests).toHaveLength(1);
    expect(reasons(evaluated(onWindowClose(), partition(whole)))).toEqual(['It is not a window, so it never closes.']);
  });

  it('asks for at most fifty partitions at once', () => {
    const partitions = Array.from({ length: 80 }, (_partition, index) => partition({ partition: String(index) }));
    const found = evaluate(onWindowClose(), { now: NOW, attachedAt: ATTACHED, partitions });
    expect([found.requests.length, found.verdicts.length]).toEqual([50, 80]);
  });

  it('keeps its tree in a form that is read back', () => {
    const [found] = evaluated(onMissing(), partition()).verdicts;
    expect(Verdict.parse(JSON.parse(JSON.stringify(found?.verdict)))).toEqual(found?.verdict);
  });

  it('is never asked for with a parent that is absent, whatever else is known', () => {
    const minutes = fc.option(fc.integer({ min: -300, max: 300 }), { nil: undefined });
    const moment = minutes.map((count) => (count === undefined ? undefined : NOW.add({ minutes: count })));
    const parents = fc.array(fc.record({ madeAt: moment, isOfSameRun: fc.boolean(), isOverdue: fc.boolean() }), {
      maxLength: 4,
    });
    const cases = fc.record({ madeAt: moment, closesAt: moment, isInProgress: fc.boolean(), parents });
    const presets = fc.constantFrom(onMissing(), onParentsFresh(), CLOCK);
    fc.assert(
      fc.property(presets, cases, (automation, given) => {
        const facts = { ...given, parents: given.parents.map((each) => ({ ...parent(undefined), ...each })) };
        const { requests } = evaluated(automation, partition(facts));
        const isDue = facts.closesAt === undefined || Temporal.Instant.compare(facts.closesAt, NOW) <= 0;
        const allThere = facts.parents.every(({ madeAt }) => madeAt !== undefined);
        const mayBeAsked = isDue && allThere && !facts.isInProgress;
        expect(requests.length > 0 && !mayBeAsked).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a clock that nobody can read', () => {
    expect(failureOf(() => onCron('every day')).code).toBe('E_CRON_UNREADABLE');
  });
});

describe('the partitions that an automation may ask for', () => {
  const quarters = windows('15m', { start: '2026-01-01T00:00Z' });
  const moments = { now: NOW, attachedAt: at('2026-01-20T09:20Z') };
  const ends = (automation: Automation, cut: Parameters<typeof candidates>[1]) =>
    candidates(automation, cut, moments).map(({ window, name }) => [window?.end.toString().slice(11, 16), name]);

  it('are the windows that closed since it was attached, oldest first', () => {
    expect(ends(onMissing(), quarters)).toEqual([
      ['09:30', undefined],
      ['09:45', undefined],
      ['10:00', undefined],
    ]);
  });

  it('are by the clock only the newest window, with each of its names', () => {
    expect(ends(CLOCK, product(quarters, names('eu', 'us')))).toEqual([
      ['10:00', 'eu'],
      ['10:00', 'us'],
    ]);
  });

  it('are never from before the asset begins, and never more than 500', () => {
    const late = windows('15m', { start: '2026-01-20T09:45Z' });
    expect(ends(onMissing(), late)).toEqual([['10:00', undefined]]);
    const away = candidates(onMissing(), quarters, { now: NOW, attachedAt: at('2026-01-01T00:00Z') });
    expect([away.length, away.at(-1)?.window?.end.toString()]).toEqual([500, '2026-01-20T10:00:00Z']);
  });

  it('of one whole is the whole', () => {
    expect(candidates(onMissing(), undefined, moments)).toEqual([{}]);
  });
});
