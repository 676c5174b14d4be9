import { describe, expect, it } from 'vitest';

import type { NotableEvent } from '#framework/operate';
import { Temporal, dagId } from '#framework';

import { happeningOf } from '../../../dashboard/server/api/happening-of.ts';

const EVENT: NotableEvent = {
  id: 1,
  at: Temporal.Instant.from('2026-01-20T13:15Z'),
  kind: 'dag_paused',
  dagId: dagId('orders'),
  runId: null,
  recordId: null,
  window: null,
  details: {},
  times: 1,
};

const WIDENED = { changes: [{ sentence: 'Created table x.' }, { sentence: 'Widened x.a.' }] };

describe('what happened', () => {
  it.each<[Partial<NotableEvent>, string]>([
    [{ kind: 'schema_drift', details: WIDENED }, 'The schema changed: Widened x.a.'],
    [{ kind: 'schema_drift', details: WIDENED, times: 3 }, 'The schema changed in 3 windows, at last: Widened x.a.'],
    [{ kind: 'task_deferred', details: { reason: 'no file yet' }, times: 2 }, 'Waited 2 times: no file yet'],
    [{ kind: 'record_rerun', details: { by: 'alice', from: 'AUDIT' } }, 'alice ran it again from AUDIT'],
    [{ kind: 'run_triggered', details: { by: 'unknown' } }, 'Somebody started a run'],
    [{ details: { by: 'alice', reason: 'no power' } }, 'alice: dag paused (no power)'],
    [{ kind: 'made_up', details: { by: 'alice', changes: 7 } }, 'alice: made up'],
  ])('%j is told as %s', (event, sentence) => {
    expect(happeningOf({ ...EVENT, ...event }).sentence).toBe(sentence);
  });
});
