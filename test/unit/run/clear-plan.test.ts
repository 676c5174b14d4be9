import { DataFailure, failureRecord, taskId } from '#framework';
import { describe, expect, it } from 'vitest';

import { type ClearRequest, planClear } from '../../../framework/run/clear-plan.ts';
import type { Outcome } from '../../../framework/run/outcome.ts';
import { planCancel } from '../../../framework/run/plan.ts';
import { RUN, RunModel, type TaskShape, graphOf } from './run-model.ts';

const SUCCESS: Outcome = { kind: 'success', output: null };
const FAIL: Outcome = { kind: 'fail', failure: failureRecord(new DataFailure('E_TEST', 'no')) };
const SKIP: Outcome = { kind: 'skip', reason: 'nothing to do' };
const FAILED: ClearRequest = { kind: 'failed' };

function ended(tasks: Readonly<Record<string, TaskShape>>, outcomes: Readonly<Record<string, Outcome>>): RunModel {
  const model = new RunModel(graphOf(tasks));
  for (const [task, outcome] of Object.entries(outcomes)) model.end(task, outcome);
  return model;
}

const one = (task: string, downstream = false): ClearRequest => ({ kind: 'task', task, downstream });

describe('a clear of what failed', () => {
  const CHAIN = {
    a: {},
    b: { upstream: ['a'] },
    c: { upstream: ['b'] },
    other: {},
    tear: { upstream: ['c', 'other'], teardown: true },
  } as const;

  it('begins anew what failed, what could not run for it and the teardown behind, and keeps the rest', () => {
    const model = ended(CHAIN, { a: SUCCESS, b: FAIL, other: SUCCESS, tear: SUCCESS });
    model.clear(FAILED);
    expect(model.states()).toEqual({ a: 'success', b: 'queued', c: 'none', other: 'success', tear: 'none' });
    expect(model.run).toMatchObject({ state: 'running', openTasks: 3, failedTasks: 0 });
    expect(model.tasks.get('tear')?.tally).toEqual({ total: 2, success: 1, failed: 0, skipped: 0 });
    for (const task of ['b', 'c', 'tear']) model.end(task, SUCCESS);
    expect(model.run).toMatchObject({ state: 'success', openTasks: 0, failedTasks: 0 });
  });

  it('takes with it what was skipped by rule because of it, and nothing that skipped itself', () => {
    const shape = {
      bad: {},
      alert: { upstream: ['bad'], rule: 'all_done' },
      quiet: { upstream: ['bad'], rule: 'all_done' },
      never: { upstream: ['bad'], rule: 'all_skipped' },
    } as const;
    const model = ended(shape, { bad: FAIL, alert: SUCCESS, quiet: SKIP });
    model.clear(FAILED);
    expect(model.states()).toEqual({ bad: 'queued', alert: 'success', quiet: 'skipped', never: 'none' });
  });

  it('counts attempts on and retries from the next one', () => {
    const again: Outcome = { kind: 'fail', failure: failureRecord(new Error('again')) };
    const model = ended({ a: { retries: 1 } }, { a: again });
    model.end('a', again);
    expect(model.tasks.get('a')).toMatchObject({ state: 'failed', attempt: 2 });
    model.clear(FAILED);
    expect(model.tasks.get('a')).toMatchObject({ state: 'queued', attempt: 3, firstAttempt: 3, fence: 0 });
    model.end('a', again);
    expect(model.states()).toEqual({ a: 'up_for_retry' });
    model.end('a', again);
    expect(model.tasks.get('a')).toMatchObject({ state: 'failed', attempt: 4 });
  });

  it('repeats only the failed instances of a mapped task, each under a number of its own', () => {
    const shape = { list: {}, load: { upstream: ['list'], mapped: true }, sum: { upstream: ['load'] } } as const;
    const model = ended(shape, { list: SUCCESS, load: { kind: 'map', count: 3 }, 'load[0]': SUCCESS, 'load[1]': FAIL });
    model.end('load[2]', SUCCESS);
    const before = model.tasks.get('load[1]');
    model.clear(FAILED);
    expect(model.states()).toMatchObject({ load: 'running', 'load[0]': 'success', 'load[1]': 'queued', sum: 'none' });
    expect(model.tasks.get('load[1]')).toMatchObject({ seq: (before?.seq ?? 0) + 1, attempt: 2, firstAttempt: 2 });
    model.end('load[1]', SUCCESS);
    model.end('sum', SUCCESS);
    expect(model.run.state).toBe('success');
  });

  it('repeats the whole of a mapped task whose list is made again, and numbers its instances behind the old ones', () => {
    const shape = {
      list: {},
      other: {},
      load: { upstream: ['list', 'other'], mapped: true, rule: 'all_done', retries: 1 },
    } as const;
    const again: Outcome = { kind: 'fail', failure: failureRecord(new Error('again')) };
    const model = ended(shape, { list: SUCCESS, other: FAIL, load: { kind: 'map', count: 2 }, 'load[0]': again });
    model.end('load[0]', FAIL);
    model.end('load[1]', SUCCESS);
    model.clear(FAILED);
    expect(model.states()).toEqual({ list: 'success', other: 'queued', load: 'none' });
    model.end('other', SUCCESS);
    model.end('load', { kind: 'map', count: 1 });
    expect(model.tasks.get('load[0]')).toMatchObject({ state: 'queued', attempt: 3, firstAttempt: 3, seq: 3 });
  });

  it('resumes a cancelled run where it was', () => {
    const model = ended(CHAIN, { a: SUCCESS });
    const fence = model.start('other') ?? 0;
    model.apply(planCancel(model.found));
    const outcome: Outcome = { kind: 'cancelled', reason: 'r' };
    model.report({ runId: RUN, taskId: taskId('other'), mapIndex: 0, fence, outcome });
    model.end('tear', SUCCESS);
    expect(model.run.state).toBe('cancelled');
    model.clear(FAILED);
    expect(model.states()).toEqual({ a: 'success', b: 'queued', c: 'none', other: 'queued', tear: 'none' });
    expect(model.run).toMatchObject({ cancelRequested: false, openTasks: 4 });
  });

  it.each([
    [
      'an open run',
      new RunModel(graphOf({ a: {} })),
      'Run 1 is open. Wait for its end, or cancel it: windrow runs cancel 1',
    ],
    [
      'a run in which nothing failed',
      ended({ a: {} }, { a: SUCCESS }),
      'No task of run 1, which is success, is failed',
    ],
  ])('is refused for %s', (_, model, reason) => {
    expect(planClear(model.found, FAILED)).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) });
  });
});

describe('a clear of one task', () => {
  const SHAPE = {
    a: {},
    b: { upstream: ['a'] },
    c: { upstream: ['b'] },
    tear: { upstream: ['c'], teardown: true },
  } as const;
  const whole = (): RunModel => ended(SHAPE, { a: SUCCESS, b: SUCCESS, c: SUCCESS, tear: SUCCESS });

  it('leaves what comes after it as it was, but for a teardown that waits for it', () => {
    const model = whole();
    model.clear(one('b'));
    expect(model.states()).toEqual({ a: 'success', b: 'queued', c: 'success', tear: 'success' });
    model.end('b', FAIL);
    expect(model.run.state).toBe('failed');
    expect(model.tasks.get('c')).toMatchObject({ state: 'success', tally: { success: 0, failed: 1 } });
    model.clear(one('b'));
    model.end('b', SUCCESS);
    model.clear(one('c'));
    expect(model.states()).toEqual({ a: 'success', b: 'success', c: 'queued', tear: 'none' });
  });

  it('takes everything behind it where that is asked for', () => {
    const model = whole();
    model.clear(one('b', true));
    expect(model.states()).toEqual({ a: 'success', b: 'queued', c: 'none', tear: 'none' });
  });

  it('does not run what a task that stays did not choose', () => {
    const shape = { pick: {}, x: { upstream: ['pick'] }, y: { upstream: ['pick', 'load'] }, load: {} } as const;
    const chooses: Outcome = { kind: 'success', output: null, chooses: { kind: 'only', tasks: ['x'] } };
    const model = ended(shape, { load: SUCCESS, pick: chooses, x: SUCCESS });
    model.clear(one('load', true));
    expect(model.states()).toMatchObject({ load: 'queued', y: 'skipped', pick: 'success' });
    model.end('load', SUCCESS);
    expect(model.run.state).toBe('success');
    expect(planClear(model.found, one('y'))).toMatchObject({ reason: expect.stringContaining('not chosen by pick') });
  });

  it('is refused where its upstream does not let it run, or where there is no such task', () => {
    const model = ended({ a: {}, b: { upstream: ['a'] } }, { a: FAIL });
    expect(planClear(model.found, one('b'))).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/would not run again but be upstream_failed: its rule all_success .* --failed/),
    });
    expect(planClear(model.found, one('bb'))).toMatchObject({ reason: 'Run 1 has no task "bb". It has a, b.' });
  });
});

describe('a cleared run', () => {
  it('is cancelled whole before it has started again, teardowns too', () => {
    const model = ended({ a: {}, tear: { upstream: ['a'], teardown: true } }, { a: FAIL, tear: SUCCESS });
    const plan = planClear(model.found, FAILED);
    if (plan.kind === 'refused') throw new Error(plan.reason);
    const tasks = new Map([...model.tasks, ...plan.cleared.map((task) => [task.key, task] as const)]);
    const cancelled = planCancel({ shape: model.shape, run: plan.run, tasks });
    expect(cancelled.run).toMatchObject({ state: 'cancelled', openTasks: 0 });
    expect(cancelled.tasks.map(({ key, state }) => [key, state])).toEqual([
      ['a', 'cancelled'],
      ['tear', 'cancelled'],
    ]);
  });
});
