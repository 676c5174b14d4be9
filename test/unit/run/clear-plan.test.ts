import { DataFailure, type DagGraph, TRIGGER_RULES, type TriggerRule, failureRecord, taskId } from '#framework';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type ClearRequest, planClear } from '../../../framework/run/clear-plan.ts';
import { isInstance } from '../../../framework/run/mapped.ts';
import type { Outcome } from '../../../framework/run/outcome.ts';
import { FAILED_STATES, type PlannedTask, type Report, planCancel } from '../../../framework/run/plan.ts';
import { SUMMARY } from '../../../framework/run/task-key.ts';
import { isFinal } from '../../../framework/run/task-state.ts';
import { tallyOf } from '../../../framework/run/trigger-decision.ts';
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

  it('keeps every count right, moves nothing that stays and ends once, whatever was cleared of whatever run', () => {
    fc.assert(fc.property(graphs(TRIGGER_RULES), requests, fc.infiniteStream(fc.nat()), clearAndGoOn), {
      numRuns: 600,
    });
  });

  it('ends with --failed, once all is mended, as a fresh run in which all succeeds', () => {
    fc.assert(
      fc.property(graphs(NEVER_SKIPPING), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (graph, fails) => {
        const model = new RunModel(graph);
        finish(model, ({ id }) => (fails[Number(id.slice(1))] === true ? FAIL : SUCCESS));
        // Refused where nothing failed.
        model.clear(FAILED);
        finish(model, () => SUCCESS);
        const fresh = new RunModel(graph);
        finish(fresh, () => SUCCESS);
        expect([model.run, counts(model)]).toEqual([fresh.run, counts(fresh)]);
      }),
      { numRuns: 300 },
    );
  });

  it('ends with --task and --downstream as a fresh run in which the tasks before it end as they did', () => {
    fc.assert(
      fc.property(
        graphs(NEVER_SKIPPING),
        fc.nat({ max: 7 }),
        fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 8, maxLength: 8 }),
        (graph, at, fails) => {
          const model = new RunModel(graph);
          finish(model, ({ id }) => (fails[Number(id.slice(1))]?.[0] === true ? FAIL : SUCCESS));
          const plan = model.clear(one(`t${at % graph.tasks.length}`, true));
          if (plan.kind === 'refused') return;
          const again = new Set(plan.cleared.map(({ id }) => id));
          const then = ({ id }: PlannedTask): Outcome =>
            fails[Number(id.slice(1))]?.[again.has(id) ? 1 : 0] === true ? FAIL : SUCCESS;
          finish(model, then);
          const fresh = new RunModel(graph);
          finish(fresh, then);
          expect([model.run, counts(model)]).toEqual([fresh.run, counts(fresh)]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Under these no order of ends decides, as long as no task skips itself. */
const NEVER_SKIPPING: readonly TriggerRule[] = ['all_success', 'all_done', 'none_failed', 'one_success', 'always'];

const requests = fc.oneof(
  fc.constant(FAILED),
  fc.record({
    kind: fc.constant('task' as const),
    task: fc.nat({ max: 7 }).map((at) => `t${at}`),
    downstream: fc.boolean(),
  }),
);

/** Up to eight tasks, each behind any of the earlier ones, with any of the rules, some of them mapped. */
function graphs(rules: readonly TriggerRule[]): fc.Arbitrary<DagGraph> {
  const task = fc.record({
    edges: fc.nat({ max: 255 }),
    rule: fc.constantFrom(...rules),
    teardown: fc.boolean(),
    mapped: fc.boolean(),
  });
  return fc.array(task, { minLength: 1, maxLength: 8 }).map((tasks) =>
    graphOf(
      Object.fromEntries(
        tasks.map(({ edges, rule, teardown, mapped }, index) => {
          const upstream = Array.from({ length: index }, (_, at) => at).filter((at) => (edges >> at) % 2 === 1);
          const shape = { upstream: upstream.map((at) => `t${at}`), mapped };
          return [`t${index}`, teardown && index === tasks.length - 1 ? { ...shape, teardown } : { ...shape, rule }];
        }),
      ),
    ),
  );
}

/** Ends whatever can be ended until the run has ended; a mapped task has two instances, which end alike. */
function finish(model: RunModel, outcomeOf: (task: PlannedTask) => Outcome, told: Report[] = []): void {
  while (model.run.state === 'running') {
    const task = [...model.tasks.values()].find(({ state }) => state === 'queued' || state === 'up_for_retry');
    if (task === undefined) throw new Error(`An open run with nothing to do: ${JSON.stringify(model.states())}`);
    const outcome = outcomeOf(task);
    const maps = model.shape.tasks.get(task.id)?.mapped !== undefined && task.mapIndex === SUMMARY;
    const fitting: Outcome = maps && outcome.kind === 'success' ? { kind: 'map', count: 2 } : outcome;
    told.push({
      runId: RUN,
      taskId: task.id,
      mapIndex: task.mapIndex,
      fence: model.start(task.key) ?? 0,
      outcome: fitting,
    });
    model.report(...told.slice(-1));
  }
}

function clearAndGoOn(graph: DagGraph, request: ClearRequest, numbers: Iterable<number>): void {
  const drawing = numbers[Symbol.iterator]();
  const number = (below: number): number => Number(drawing.next().value ?? 0) % below;
  const draw = ({ id, key }: PlannedTask): Outcome => {
    const drawn = [SUCCESS, SUCCESS, FAIL, SKIP, choosing][number(5)] ?? SUCCESS;
    if (typeof drawn !== 'function') return drawn;
    return key === id && graph.tasks.find((task) => task.id === id)?.mapped === undefined ? drawn(id) : SUCCESS;
  };
  const choosing = (id: string): Outcome => {
    const next = graph.tasks.filter(({ upstream }) => upstream.some((before) => before === id));
    const chosen = next.filter(() => number(2) === 1).map((task) => task.id);
    const chooses = number(3) === 0 ? STOP : { kind: 'only' as const, tasks: chosen };
    return { kind: 'success', output: null, chooses };
  };
  const model = new RunModel(graph);
  const old: Report[] = [];
  finish(model, draw, old);
  const before = new Map(model.tasks);
  const plan = model.clear(request);
  if (plan.kind === 'refused') return;
  const cleared = new Set([...plan.cleared, ...plan.dropped].map(({ key }) => key));
  expect(cleared.size).toBeGreaterThan(0);
  checkStays(model, before, cleared);
  for (const { key, seq, attempt } of model.tasks.values()) {
    const was = before.get(key);
    if (was !== undefined && cleared.has(key) && model.states()[key] === 'queued' && !isRestarted(was, seq, attempt))
      throw new Error(`${key} has an old number.`);
  }
  // Reports of the earlier life are late.
  expect(model.report(...old).tasks).toEqual([]);
  finish(model, draw);
  checkStays(model, before, cleared);
  checkCounts(model);
  expect(model.closings).toBe(2);
}

const STOP = { kind: 'stop', rules: 'ignore', reason: 'enough' } as const;

function isRestarted(was: PlannedTask, seq: number, attempt: number): boolean {
  return seq > was.seq && attempt > was.attempt;
}

function checkStays(model: RunModel, before: ReadonlyMap<string, PlannedTask>, cleared: ReadonlySet<string>): void {
  for (const [key, was] of before) {
    if (cleared.has(key)) continue;
    const { tally: _now, ...now } = model.tasks.get(key) ?? was;
    const { tally: _then, ...then } = was;
    expect(now).toEqual(then);
  }
}

/** Counters of joins, of mapped tasks and of the run say what the rows say. */
function checkCounts(model: RunModel): void {
  const rows = [...model.tasks.values()];
  expect(rows.filter(({ state }) => !isFinal(state))).toEqual([]);
  const failed = rows.filter(
    (task) => !isInstance(task) && FAILED_STATES.has(task.state) && model.shape.tasks.get(task.id)?.teardown !== true,
  );
  expect(model.run).toMatchObject({ openTasks: 0, failedTasks: failed.length });
  for (const { id, upstream } of model.shape.tasks.values()) {
    expect(model.tasks.get(id)?.tally).toEqual(
      tallied(
        upstream.map((before) => model.tasks.get(before)),
        upstream.length,
      ),
    );
    const instances = rows.filter((row) => row.id === id && isInstance(row));
    const counted = model.tasks.get(id)?.instances;
    if (counted !== undefined) expect(counted).toEqual(tallied(instances, instances.length));
  }
}

function tallied(tasks: readonly (PlannedTask | undefined)[], total: number): object {
  const count = { total, success: 0, failed: 0, skipped: 0 };
  for (const task of tasks) {
    const counter = task === undefined ? undefined : tallyOf(task.state);
    if (counter !== undefined) count[counter] += 1;
  }
  return count;
}

/** The counters of an instance decide nothing: only its summary has something before it. */
function counts(model: RunModel): object {
  const rows = [...model.tasks.values()];
  return Object.fromEntries(
    rows.map((task) => [task.key, isInstance(task) ? task.state : { state: task.state, tally: task.tally }]),
  );
}
