import { type Choice, failureRecord, taskId } from '#framework';
import { describe, expect, it } from 'vitest';

import { shapeOf } from '../../../framework/run/cascade.ts';
import { checkedChoice, unchosen } from '../../../framework/run/choice.ts';
import { failureOf } from '../../support/failure-of.ts';
import { RUN, RunModel, graphOf } from './run-model.ts';

// branch -> full -> join, branch -> delta -> join, branch -> join, and teardowns behind both.
const GRAPH = graphOf({
  other: {},
  branch: {},
  full: { upstream: ['branch'] },
  delta: { upstream: ['branch'] },
  deep: { upstream: ['delta'], rule: 'all_done' },
  join: { upstream: ['branch', 'full', 'delta'], rule: 'none_failed_min_one_success' },
  soon: { upstream: ['branch', 'other'], rule: 'one_success' },
  tear: { upstream: ['branch', 'join'], teardown: true },
});
const only = (...tasks: string[]): Choice => ({ kind: 'only', tasks });
const stop = (rules: 'ignore' | 'respect'): Choice => ({ kind: 'stop', rules, reason: 'nothing new' });
const BRANCH = taskId('branch');

describe('what a choice keeps from running', () => {
  it.each([
    ['one of two', only('full'), ['delta', 'soon']],
    ['both', only('full', 'delta'), ['soon']],
    ['nothing', only(), ['full', 'delta', 'join', 'soon']],
    ['only a task behind the others', only('join'), ['full', 'delta', 'soon']],
    ['only a teardown', only('tear'), ['full', 'delta', 'join', 'soon']],
    ['a stop that respects rules', stop('respect'), ['full', 'delta', 'join', 'soon']],
    ['a stop', stop('ignore'), ['delta', 'deep', 'full', 'join', 'soon']],
  ])('of %s', (_, ...[choice, expected]) => {
    const { tasks } = unchosen(shapeOf(GRAPH), BRANCH, choice);
    expect(tasks.toSorted()).toEqual(expected.toSorted());
  });

  it('says who chose, and what it said', () => {
    expect(unchosen(shapeOf(GRAPH), BRANCH, only('full')).reason).toBe('not chosen by branch');
    expect(unchosen(shapeOf(GRAPH), BRANCH, stop('ignore')).reason).toBe('stopped by branch: nothing new');
  });
});

describe('a choice of a task that does not come directly after', () => {
  it.each(['deep', 'branch', 'nowhere'])('is refused as wrong data: %s', (id) => {
    const chosen = { kind: 'success', output: null, chooses: only('full', id) } as const;
    const failure = failureOf(() => checkedChoice(shapeOf(GRAPH), BRANCH, chosen));
    expect(failure).toMatchObject({ name: 'DataFailure', code: 'E_CHOICE_UNKNOWN' });
    expect(failure.message).toContain(`chose "${id}"`);
    expect(failure.message).toContain('full, delta, join');
    expect(failureRecord(failure).reaction).toBe('fail');
  });
});

describe('a run in which a task chooses', () => {
  const chose = (chooses: Choice, ...before: string[]): RunModel => {
    const model = new RunModel(GRAPH);
    const end = (id: string, choice?: Choice): void => {
      const fence = model.start(taskId(id));
      if (fence === undefined) throw new Error(`${id} is not to be started.`);
      const chosen = choice === undefined ? {} : { chooses: choice };
      model.report({
        runId: RUN,
        taskId: taskId(id),
        mapIndex: 0,
        fence,
        outcome: { kind: 'success', output: null, ...chosen },
      });
    };
    for (const id of before) end(id);
    end('branch', chooses);
    return model;
  };

  it('runs what was chosen and skips the rest by the rules', () => {
    expect(chose(only('full')).states()).toMatchObject({
      branch: 'success',
      full: 'queued',
      delta: 'skipped',
      deep: 'queued',
      join: 'none',
      soon: 'skipped',
      tear: 'none',
    });
  });

  it('skips everything but teardowns after a stop, whatever the rules', () => {
    expect(chose(stop('ignore')).states()).toMatchObject({ deep: 'skipped', join: 'skipped', tear: 'queued' });
    expect(chose(stop('respect')).states()).toMatchObject({ deep: 'queued', join: 'skipped', tear: 'queued' });
  });

  it('leaves a task alone that its rule has started already', () => {
    expect(chose(stop('ignore'), 'other').states()).toMatchObject({ soon: 'queued', full: 'skipped' });
  });
});
