import { Temporal } from '#framework';
import { describe, expect, it } from 'vitest';

import { type TaskFacts, explainTask, explainUnexpanded } from '../../../../framework/run/explain/explain-task.ts';
import { nearestInstances } from '../../../../framework/run/explain/explain-instances.ts';

const NOW = Temporal.Instant.from('2026-01-20T13:30:00Z');

const facts: TaskFacts = {
  runId: 5,
  taskId: 'load',
  instance: null,
  instances: null,
  mapped: false,
  dagId: 'products',
  state: 'queued',
  rule: 'all_success',
  teardown: false,
  pool: 'warehouse',
  attempt: 1,
  tally: { total: 0, success: 0, failed: 0, skipped: 0 },
  upstream: [],
  cancelRequested: false,
  worker: null,
  leaseUntil: null,
  nextAt: null,
  dispatchedAt: NOW,
  startedAt: null,
  endedAt: null,
  reason: null,
  failure: null,
  lastTry: null,
  ahead: 0,
  runningInPool: 0,
  workers: [{ id: 'w', pools: ['warehouse'], dags: ['products'], hasTask: true }],
  schedulers: { all: 1, withDag: 1 },
  slots: 0,
  limits: null,
  previous: null,
  heldAhead: 0,
  now: NOW,
};

const summary: TaskFacts = {
  ...facts,
  state: 'running',
  mapped: true,
  instances: {
    total: 20,
    success: 11,
    failed: 2,
    skipped: 1,
    open: [
      { state: 'running', count: 2, nearest: 3 },
      { state: 'up_for_retry', count: 1, nearest: 17 },
      { state: 'scheduled', count: 3, nearest: 15 },
    ],
  },
};

describe('a reason that others wrote', () => {
  it.each(['there is nothing to do', 'there is nothing to do.'])(
    'ends the sentence with one full stop: %s',
    (reason) => {
      expect(explainTask({ ...facts, state: 'skipped', reason })).toMatchObject([
        { text: 'Task "load" of run 5 was skipped: there is nothing to do.' },
      ]);
    },
  );
});

describe('an expanded mapped task', () => {
  it('says how many of its instances ended, and which open ones to look at', () => {
    expect(explainTask(summary)).toEqual([
      {
        code: 'instances_open',
        text:
          'Task "load" of run 5 waits for its instances: 14 of 20 have ended (11 succeeded, 2 failed, 1 skipped); open are ' +
          '1 up_for_retry (see load[17]), 3 scheduled (see load[15]), 2 running (see load[3]). ' +
          "Look there first: windrow explain task 5 'load[17]'",
        facts: expect.objectContaining({ total: 20, success: 11, failed: 2, skipped: 1 }),
      },
    ]);
  });

  it('that is asked to end says that its instances end', () => {
    expect(explainTask({ ...summary, cancelRequested: true })[1]).toMatchObject({
      code: 'cancel_requested',
      text: 'Run 5 is asked to end. Its instances end at the next heartbeats of their workers.',
    });
  });

  it('puts the instances first that wait, and those last that run', () => {
    const { instances } = summary;
    expect(instances === null ? [] : nearestInstances(instances)).toEqual([17, 15, 3]);
  });

  it('has an explanation for an instance that is not there yet, and none for one that never will be', () => {
    const waiting = { ...summary, state: 'queued', instances: null } as const;
    const codes = explainUnexpanded(waiting, 3)?.map(({ code, text }) => [code, text]);
    expect(codes?.[0]).toEqual([
      'not_expanded',
      'Task "load[3]" of run 5 is not there yet: "load" has not counted its list.',
    ]);
    expect(codes?.[1]?.[0]).toBe('waits_for_worker');
    expect(explainUnexpanded(summary, 99)).toBeUndefined();
    expect(explainUnexpanded({ ...waiting, state: 'skipped' }, 3)).toBeUndefined();
    expect(explainUnexpanded(facts, 3)).toBeUndefined();
  });
});

describe('an instance of a mapped task', () => {
  it.each([
    ['queued', 'is queued'],
    ['running', 'runs on worker'],
    ['failed', 'failed at try 1'],
  ] as const)('that is %s is named with its number', (state, said) => {
    expect(explainTask({ ...facts, instance: 3, state })[0]?.text).toContain(`Task "load[3]" of run 5 ${said}`);
  });

  it('that is held names who holds the slots, instances with their numbers', () => {
    const holders = [
      { run: 4, task: 'extract', instance: null, slots: 1 },
      { run: 5, task: 'load', instance: 0, slots: 2 },
    ];
    const limits = { slots: 3, used: 3, rateStarts: null, ratePerMs: null, tokens: 0, holders };
    expect(explainTask({ ...facts, state: 'scheduled', instance: 7, slots: 2, limits })).toMatchObject([
      {
        code: 'pool_full',
        text: expect.stringContaining(
          'Task "load[7]" of run 5 needs 2 slots of pool "warehouse", but 3 of 3 are held by "extract" of run 4 (1), "load[0]" of run 5 (2).',
        ),
        facts: { holders },
      },
    ]);
  });
});

describe('a held task', () => {
  const held: TaskFacts = { ...facts, state: 'scheduled', slots: 2 };
  const limits = { slots: 4, used: 0, rateStarts: null, ratePerMs: null, tokens: 0, holders: [] };

  it('waits for its turn where nothing but those before it keeps it back', () => {
    expect(explainTask({ ...held, limits, heldAhead: 3 })).toMatchObject([
      { code: 'held', text: expect.stringContaining('3 held tasks before it'), facts: { ahead: 3 } },
    ]);
  });

  it('is told that its pool is shut, and how to open it', () => {
    expect(explainTask({ ...held, limits: { ...limits, slots: 0 } })).toMatchObject([
      { code: 'pool_shut', text: expect.stringContaining('windrow pools set warehouse --slots 1') },
    ]);
  });

  it('that is heavier than its pool waits for all of it, not for more than it has', () => {
    expect(explainTask({ ...held, slots: 9, limits: { ...limits, used: 1 } })).toMatchObject([
      { code: 'pool_full', facts: { needs: 4, used: 1, slots: 4 } },
    ]);
    expect(explainTask({ ...held, slots: 9, limits })).toMatchObject([{ code: 'held' }]);
  });

  it('is told when the rate allows the next start', () => {
    const rate = { ...limits, rateStarts: 5, ratePerMs: 1000, tokens: 0.5 };
    expect(explainTask({ ...held, limits: rate })).toMatchObject([{ code: 'rate_limited', facts: { waitMs: 100 } }]);
    expect(explainTask({ ...held, limits: { ...rate, tokens: 1 } })).toMatchObject([{ code: 'held' }]);
  });

  it.each([
    [
      { run: 4, record: null, state: 'failed', stands: 'ended', isFull: false, neverStarted: null },
      'run 4 is failed. See: windrow explain run 4. To do that window again, windrow runs rerun 4 --failed. To give that window up: windrow runs skip 4 --reason TEXT',
    ],
    [
      { run: null, record: 7, state: 'CANCELLED', stands: 'ended', isFull: true, neverStarted: null },
      'make room first: windrow runs cancel 5, then windrow records rerun 7, then windrow runs rerun 5 --failed. To give that window up: windrow records skip 7 --reason TEXT',
    ],
    [
      { run: 4, record: null, state: 'queued', stands: 'waits', isFull: true, neverStarted: null },
      'To give it the place: windrow runs cancel 5, then windrow runs rerun 5 --failed',
    ],
    [
      { run: null, record: 7, state: 'PENDING', stands: 'waits', isFull: false, neverStarted: null },
      'record 7 is PENDING. See: windrow explain record 7',
    ],
  ] as const)('is told of the window before: %o', (previous, said) => {
    expect(explainTask({ ...held, previous })).toMatchObject([
      {
        code: 'previous_window',
        text: expect.stringContaining(said),
        facts: { run: previous.run, record: previous.record, state: previous.state },
      },
    ]);
  });

  it('is told of everything that keeps it back, and that no scheduler lives to move it', () => {
    const rate = { ...limits, used: 4, rateStarts: 1, ratePerMs: 1000 };
    const previous = {
      run: 4,
      record: null,
      state: 'running',
      stands: 'runs',
      isFull: true,
      neverStarted: null,
    } as const;
    const reasons = explainTask({ ...held, limits: rate, previous, schedulers: { all: 0, withDag: 0 } });
    expect(reasons.map(({ code }) => code)).toEqual(['previous_window', 'pool_full', 'rate_limited', 'no_scheduler']);
  });
});
