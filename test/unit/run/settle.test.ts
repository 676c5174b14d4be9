import {
  DEFAULT_RETRY,
  DataFailure,
  RemoteFailure,
  type RetryReactions,
  TimedOut,
  failureRecord,
  milliseconds,
} from '#framework';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { backoff } from '../../../framework/run/backoff.ts';
import type { Outcome } from '../../../framework/run/outcome.ts';
import { type SettleInput, settle } from '../../../framework/run/settle.ts';
import { NOW } from './run-model.ts';

const RUNNING: SettleInput = {
  state: 'running',
  seq: 4,
  attempt: 1,
  firstAttempt: 1,
  infraAttempt: 0,
  retry: { ...DEFAULT_RETRY, retries: 1, delayMs: milliseconds(1000) },
  infraRetries: 4,
  cancelRequested: false,
  limited: false,
};
const CANCELLING = { ...RUNNING, cancelRequested: true };
const LIMITED = { ...RUNNING, limited: true };
const LAST = { ...RUNNING, attempt: 2 };
const TOOLS = { now: NOW, random: 0 };

const fails = (failure: Error): Outcome => ({ kind: 'fail', failure: failureRecord(failure) });
const remote = fails(new RemoteFailure('E_TEST', 'no'));
const patient = fails(new RemoteFailure('E_TEST', 'no', { retryAfterMs: 9000 }));
const data = fails(new DataFailure('E_TEST', 'no'));
const foreign = fails(new Error('no'));
const defers: Outcome = { kind: 'defer', until: NOW, reason: 'r' };
const lost: Outcome = { kind: 'lost', reason: 'r' };
const back: Outcome = { kind: 'handed_back', reason: 'r' };
const waits: Outcome = {
  kind: 'handed_back',
  reason: 'r',
  untaken: { waitMs: milliseconds(250), by: 'another worker' },
};
const nobody: Outcome = { kind: 'handed_back', reason: 'r', untaken: { waitMs: milliseconds(250), by: 'nobody' } };
const SOON = NOW.add({ milliseconds: 250 });

describe('settling a try', () => {
  it.each([
    ['a success', RUNNING, { kind: 'success', output: 7 }, { state: 'success', seq: 4, attempt: 1, output: 7 }],
    ['a success after a cancel request', CANCELLING, { kind: 'success', output: 7 }, { state: 'success' }],
    ['a skip', RUNNING, { kind: 'skip', reason: 'r' }, { state: 'skipped', seq: 4, reason: 'r' }],
    ['a deferral', RUNNING, defers, { state: 'deferred', seq: 5, attempt: 1, nextAt: NOW }],
    ['a deferral after a cancel request', CANCELLING, defers, { state: 'cancelled' }],
    ['a remote failure', RUNNING, remote, { state: 'up_for_retry', seq: 5, attempt: 2, waitMs: 1000 }],
    ['a remote failure that names a delay', RUNNING, patient, { state: 'up_for_retry', waitMs: 9000 }],
    ['a foreign error', RUNNING, foreign, { state: 'up_for_retry', attempt: 2 }],
    ['a remote failure of the last attempt', LAST, remote, { state: 'failed', seq: 4, attempt: 2 }],
    ['a failure of the data', RUNNING, data, { state: 'failed', seq: 4, attempt: 1 }],
    ['a failure after a cancel request', CANCELLING, remote, { state: 'cancelled' }],
    ['a lost worker', RUNNING, lost, { state: 'queued', seq: 5, attempt: 1, infraAttempt: 1 }],
    ['a worker lost after a cancel request', CANCELLING, lost, { state: 'cancelled' }],
    ['a try handed back', RUNNING, back, { state: 'queued', seq: 5, attempt: 1, infraAttempt: 0 }],
    ['a try handed back to wait', RUNNING, waits, { state: 'queued', seq: 5, attempt: 1, nextAt: SOON }],
    ['a try of limits handed back to another worker', LIMITED, waits, { state: 'queued', seq: 5, nextAt: SOON }],
    ['a try handed back that nobody has', RUNNING, nobody, { state: 'queued', seq: 5, attempt: 1, nextAt: SOON }],
    ['a try of limits that nobody has', LIMITED, nobody, { state: 'deferred', seq: 5, attempt: 1, nextAt: SOON }],
    ['a try handed back after a cancel request', CANCELLING, back, { state: 'cancelled' }],
    ['a stop by request', CANCELLING, { kind: 'cancelled', reason: 'r' }, { state: 'cancelled', seq: 4 }],
  ] satisfies [string, SettleInput, Outcome, object][])('of %s', (...[, task, outcome, expected]) => {
    expect(settle(task, outcome, TOOLS)).toMatchObject(expected);
  });

  it('starts the retry after its wait', () => {
    const settled = settle(RUNNING, patient, TOOLS);
    expect(settled?.nextAt?.toString()).toBe(NOW.add({ seconds: 9 }).toString());
  });

  it('fails at the last of the tries that workers may lose, and says so', () => {
    const settled = settle({ ...RUNNING, infraAttempt: 4 }, lost, TOOLS);
    expect(settled).toMatchObject({ state: 'failed', failure: { code: 'E_WORKER_LOST', reaction: 'fail' } });
    expect(settled?.failure?.message).toContain('5 times');
  });

  it.each([
    [0, 0, 'failed'],
    [1, 0, 'queued'],
    [1, 1, 'failed'],
    [9, 8, 'queued'],
  ])('with %i further tries for lost ones, and %i lost before, leaves a lost one %s', (infraRetries, before, state) => {
    expect(settle({ ...RUNNING, infraRetries, infraAttempt: before }, lost, TOOLS)).toMatchObject({ state });
  });

  it.each([
    ['the class of the failure', { RemoteFailure: 'fail' }, remote, 'failed'],
    ['its code', { E_TEST: 'skip' }, remote, 'skipped'],
    ['its code before its class', { RemoteFailure: 'fail', E_TEST: 'retry' }, remote, 'up_for_retry'],
    ['a class that is not tried again by itself', { DataFailure: 'retry' }, data, 'up_for_retry'],
    ['a code of a foreign error', { E_UNEXPECTED: 'fail' }, foreign, 'failed'],
    ['nothing that matches', { DataFailure: 'skip', E_OTHER: 'fail' }, remote, 'up_for_retry'],
    ['a time-out', { TimedOut: 'skip' }, fails(new TimedOut('E_TASK_TIMED_OUT', 'too long')), 'skipped'],
  ] satisfies [string, RetryReactions, Outcome, string][])('reacts as the policy says of %s', (...args) => {
    const [, on, outcome, state] = args;
    expect(settle({ ...RUNNING, retry: { ...RUNNING.retry, on } }, outcome, TOOLS)).toMatchObject({ state });
  });

  it('skips with the message of the failure as the reason, also on the last attempt', () => {
    const settled = settle({ ...LAST, retry: { ...LAST.retry, on: { RemoteFailure: 'skip' } } }, remote, TOOLS);
    expect(settled).toMatchObject({ state: 'skipped', reason: 'no' });
    expect(settled).not.toHaveProperty('failure');
  });

  it('does not try for ever what the policy says to retry', () => {
    expect(settle({ ...LAST, retry: { ...LAST.retry, on: { DataFailure: 'retry' } } }, data, TOOLS)).toMatchObject({
      state: 'failed',
    });
  });

  it.each(['none', 'queued', 'deferred', 'up_for_retry', 'success', 'failed'] as const)(
    'changes nothing for a report about a task that is %s',
    (state) => {
      expect(settle({ ...RUNNING, state }, { kind: 'success', output: 1 }, TOOLS)).toBeUndefined();
    },
  );
});

describe('the wait before a retry', () => {
  it.each([
    [1, 0, 1000],
    [2, 0, 2000],
    [3, 0, 4000],
    [20, 0, 300_000],
    [1, 0.999_999, 500],
    [5000, 0, 300_000],
  ])('number %i with randomness %f is %i ms', (retry, random, expected) => {
    expect(backoff(DEFAULT_RETRY, retry, random)).toBe(expected);
  });

  it('lies between half of the grown delay and the whole, and never above the maximum', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (retry, random) => {
          const grown = Math.min(DEFAULT_RETRY.maxDelayMs, DEFAULT_RETRY.delayMs * 2 ** (retry - 1));
          const wait = backoff(DEFAULT_RETRY, retry, random);
          expect(wait).toBeGreaterThanOrEqual(Math.floor(grown / 2));
          expect(wait).toBeLessThanOrEqual(grown);
        },
      ),
    );
  });
});
