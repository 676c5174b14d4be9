import { describe, expect, it } from 'vitest';

import { RemoteFailure, Temporal, hours } from '#framework';

import { failureRecord } from '../../../framework/core/failures.ts';
import { storableOutcome } from '../../../framework/worker/storable.ts';

const WHAT = 'Task "t" of dag "d"';

function deferred(until: string) {
  return storableOutcome({ kind: 'defer', until: Temporal.Instant.from(until), reason: 'waits' }, WHAT);
}

function refused(retryAfterMs: number) {
  return storableOutcome(
    { kind: 'fail', failure: failureRecord(new RemoteFailure('E_BUSY', 'Busy.', { retryAfterMs })) },
    WHAT,
  );
}

describe('a moment that a task asks for', () => {
  it.each(['0001-01-01T00:00:00Z', '2026-01-20T13:15:00Z', '9999-12-30T23:59:59.999999999Z'])(
    'is kept where the database can hold it: %s',
    (until) => expect(deferred(until)).toMatchObject({ kind: 'defer', reason: 'waits' }),
  );

  it.each(['+012000-01-01T00:00Z', '9999-12-31T23:59:59.999999999Z', '0000-12-31T23:59:59Z', '-000400-01-01T00:00Z'])(
    'fails the task that asks for it where the database cannot hold it: %s',
    (until) =>
      expect(deferred(until)).toMatchObject({
        kind: 'fail',
        failure: { code: 'E_DEFER_OUT_OF_RANGE', reaction: 'fail', message: expect.stringContaining(WHAT) },
      }),
  );
});

describe('a pause before the next try that a failure asks for', () => {
  it('of more than a century ends the task with what failed, as a wait for it would have no end', () => {
    for (const pause of [hours(36_500 * 24) + 1, Number.MAX_VALUE, Infinity]) {
      expect(refused(pause)).toMatchObject({
        kind: 'fail',
        failure: {
          code: 'E_RETRY_AFTER_OUT_OF_RANGE',
          reaction: 'fail',
          message: expect.stringContaining('E_BUSY: Busy.'),
        },
      });
    }
  });

  it('is taken in whole milliseconds', () => {
    expect(refused(1500.2)).toMatchObject({ failure: { code: 'E_BUSY', reaction: 'retry', retryAfterMs: 1501 } });
  });
});
