import { DataFailure, type DagGraph, TRIGGER_RULES, failureRecord, runId, seconds, taskId } from '#framework';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Outcome } from '../../../framework/run/outcome.ts';
import { type PlannedTask, type Report, type TaskChange, planCancel } from '../../../framework/run/plan.ts';
import { descendants } from '../../../framework/run/cascade.ts';
import { planTimeOut } from '../../../framework/run/time-out.ts';
import { SUMMARY } from '../../../framework/run/task-key.ts';
import { isFinal } from '../../../framework/run/task-state.ts';
import { NOW, RUN, RunModel, type TaskShape, graphOf } from './run-model.ts';

const SUCCESS: Outcome = { kind: 'success', output: null };
const FAIL: Outcome = { kind: 'fail', failure: failureRecord(new DataFailure('E_TEST', 'no')) };

function ended(tasks: Readonly<Record<string, TaskShape>>, outcomes: Readonly<Record<string, Outcome>>): RunModel {
  const model = new RunModel(graphOf(tasks));
  for (const [task, outcome] of Object.entries(outcomes)) model.end(task, outcome);
  return model;
}

describe('planning', () => {
  it('carries a skip and a failure to everything that depends on it', () => {
    const model = ended(
      { a: {}, b: { upstream: ['a'] }, c: { upstream: ['b'] }, s: {}, t: { upstream: ['s'] } },
      { a: FAIL, s: { kind: 'skip', reason: 'r' } },
    );
    expect(model.states()).toEqual({
      a: 'failed',
      b: 'upstream_failed',
      c: 'upstream_failed',
      s: 'skipped',
      t: 'skipped',
    });
    expect(model.run).toMatchObject({ state: 'failed', openTasks: 0, failedTasks: 3 });
  });

  it('starts a teardown behind its upstream whatever its rule says', () => {
    const model = new RunModel(graphOf({ work: {}, tear: { upstream: ['work'], teardown: true, rule: 'always' } }));
    expect(model.states()).toEqual({ work: 'queued', tear: 'none' });
  });

  it('cancels what waits, leaves what runs, and still tears down', () => {
    const model = new RunModel(
      graphOf({ a: {}, b: {}, c: { upstream: ['a'] }, tear: { upstream: ['c'], teardown: true } }),
    );
    const fence = model.start(taskId('a')) ?? 0;
    model.apply(planCancel(model.found));
    expect(model.states()).toEqual({ a: 'running', b: 'cancelled', c: 'cancelled', tear: 'queued' });
    model.report({ runId: RUN, taskId: taskId('a'), mapIndex: 0, fence, outcome: { kind: 'lost', reason: 'r' } });
    const teardown = model.start(taskId('tear')) ?? 0;
    model.report({ runId: RUN, taskId: taskId('tear'), mapIndex: 0, fence: teardown, outcome: SUCCESS });
    expect(model.run.state).toBe('cancelled');
  });

  it('closes a cancelled run that has no tasks yet', () => {
    const run = {
      id: runId(1),
      state: 'queued',
      openTasks: 0,
      failedTasks: 0,
      cancelRequested: false,
      timedOut: false,
    } as const;
    const { shape } = new RunModel(graphOf({ a: {} }));
    expect(planCancel({ shape, run, tasks: new Map() }).run.state).toBe('cancelled');
  });

  it('names the failure that the record shows', () => {
    const model = new RunModel(graphOf({ a: {} }));
    const report = {
      runId: RUN,
      taskId: taskId('a'),
      mapIndex: 0,
      fence: model.start(taskId('a')) ?? 0,
      outcome: FAIL,
    };
    expect(model.report(report).failure).toMatchObject({ task: 'a', failure: { code: 'E_TEST' } });
  });
});

describe('planning a mapped task', () => {
  const MAPPED = {
    list: {},
    load: { upstream: ['list'], mapped: true },
    sum: { upstream: ['load'], rule: 'all_done' },
  } as const;
  const map = (count: number): Outcome => ({ kind: 'map', count });

  it('becomes its instances, and ends with the last of them', () => {
    const model = ended(MAPPED, { list: SUCCESS, load: map(2), 'load[0]': SUCCESS });
    expect(model.states()).toMatchObject({ load: 'running', 'load[0]': 'success', 'load[1]': 'queued', sum: 'none' });
    expect(model.run.openTasks).toBe(2);
    model.end('load[1]', SUCCESS);
    expect(model.states()).toMatchObject({ load: 'success', sum: 'queued' });
    expect(model.run.openTasks).toBe(1);
  });

  it('is skipped over an empty list, and when all its instances skipped', () => {
    expect(ended(MAPPED, { list: SUCCESS, load: map(0) }).states()).toMatchObject({ load: 'skipped', sum: 'queued' });
    const skips: Outcome = { kind: 'skip', reason: 'r' };
    const model = ended(MAPPED, { list: SUCCESS, load: map(2), 'load[1]': skips, 'load[0]': skips });
    expect(model.states()).toMatchObject({ load: 'skipped', sum: 'queued' });
  });

  it('counts once as failed however many of its instances failed, after all have ended', () => {
    const model = ended(MAPPED, { list: SUCCESS, load: map(3), 'load[0]': FAIL, 'load[2]': FAIL });
    expect(model.states()).toMatchObject({ load: 'running', 'load[1]': 'queued' });
    const plan = model.end('load[1]', SUCCESS);
    expect(model.states()).toMatchObject({ load: 'failed', sum: 'queued' });
    expect(model.run).toMatchObject({ openTasks: 1, failedTasks: 1 });
    expect(plan.failure?.failure.message).toContain('2 of the 3 instances of the mapped task "load" failed');
  });

  it('hears its own report once only, and nothing about itself while its instances run', () => {
    const model = new RunModel(graphOf({ load: { mapped: true } }));
    const fence = model.start('load') ?? 0;
    const report = { runId: RUN, taskId: taskId('load'), mapIndex: -1, fence, outcome: map(2) };
    expect(model.report(report, report).accepted).toHaveLength(1);
    model.end('load[0]', SUCCESS);
    expect(
      model.report(report, { ...report, outcome: FAIL }, { ...report, outcome: { kind: 'lost', reason: 'r' } }).tasks,
    ).toEqual([]);
    expect(model.states()).toEqual({ load: 'running', 'load[0]': 'success', 'load[1]': 'queued' });
  });

  it('cancels the instances that wait, and ends as cancelled with the last one that runs', () => {
    const model = ended(
      { ...MAPPED, sum: { upstream: ['load'] } },
      { list: SUCCESS, load: map(3), 'load[0]': SUCCESS },
    );
    const fence = model.start('load[1]') ?? 0;
    model.apply(planCancel(model.found));
    expect(model.states()).toMatchObject({ load: 'running', 'load[1]': 'running', 'load[2]': 'cancelled' });
    expect(model.run.state).toBe('running');
    const outcome: Outcome = { kind: 'cancelled', reason: 'r' };
    model.report({ runId: RUN, taskId: taskId('load'), mapIndex: 1, fence, outcome });
    expect(model.states()).toMatchObject({ load: 'cancelled', sum: 'cancelled' });
    expect(model.run.state).toBe('cancelled');
  });

  it('is dispatched where limits hold its instances, which are admitted one by one', () => {
    const limits = { pools: new Set(['default']), hasWindow: false };
    const model = new RunModel(graphOf({ load: { mapped: true }, sum: { upstream: ['load'] } }), limits);
    model.end('load', map(2));
    expect(model.states()).toEqual({ load: 'running', 'load[0]': 'scheduled', 'load[1]': 'scheduled', sum: 'none' });
    expect(model.start('load[0]')).toBeUndefined();
    for (const key of ['load[0]', 'load[1]']) {
      model.admit(key);
      model.end(key, SUCCESS);
    }
    expect(model.states()).toMatchObject({ load: 'success', sum: 'scheduled' });
  });

  it('ends at once when it is cancelled with no instance running', () => {
    const model = ended(MAPPED, { list: SUCCESS, load: map(2) });
    model.apply(planCancel(model.found));
    expect(model.states()).toMatchObject({ load: 'cancelled', 'load[0]': 'cancelled', sum: 'cancelled' });
    expect(model.run.state).toBe('cancelled');
  });
});

describe('any run of any dag', () => {
  it('closes exactly once, decides every join exactly once, and is never open with nothing to do', () => {
    fc.assert(fc.property(dags, fc.infiniteStream(fc.nat()), play), { numRuns: 400 });
  });

  it('does the same where limits hold its tasks, and starts none of them before it is admitted', () => {
    fc.assert(fc.property(dags, fc.infiniteStream(fc.nat()), playLimited), { numRuns: 400 });
  });
});

/** Up to eight tasks, each behind any of the earlier ones, with any rule, some of them mapped. */
const dags = fc
  .array(
    fc.record({
      edges: fc.nat({ max: 255 }),
      rule: fc.constantFrom(...TRIGGER_RULES),
      retries: fc.nat({ max: 1 }),
      teardown: fc.boolean(),
      mapped: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((tasks) =>
    graphOf(
      Object.fromEntries(
        tasks.map(({ edges, rule, retries, teardown, mapped }, index) => {
          const upstream = Array.from({ length: index }, (_, at) => at).filter((at) => (edges >> at) % 2 === 1);
          const shape = { upstream: upstream.map((at) => `t${at}`), retries, mapped };
          return [`t${index}`, teardown && index === tasks.length - 1 ? { ...shape, teardown } : { ...shape, rule }];
        }),
      ),
    ),
  );

const stop = (rules: 'ignore' | 'respect'): Outcome => ({
  kind: 'success',
  output: null,
  chooses: { kind: 'stop', rules, reason: 'r' },
});

const OUTCOMES: readonly Outcome[] = [
  SUCCESS,
  SUCCESS,
  FAIL,
  { kind: 'fail', failure: failureRecord(new Error('again')) },
  { kind: 'skip', reason: 'r' },
  { kind: 'defer', until: NOW, reason: 'r' },
  { kind: 'lost', reason: 'r' },
  { kind: 'handed_back', reason: 'r' },
  { kind: 'cancelled', reason: 'r' },
  stop('ignore'),
  stop('respect'),
  // Filled by `choosing`.
  { kind: 'success', output: null, chooses: { kind: 'only', tasks: [] } },
];

/** A choice of nothing, made one of these tasks. */
function choosing(outcome: Outcome, tasks: readonly string[]): Outcome {
  if (outcome.kind !== 'success' || outcome.chooses?.kind !== 'only') return outcome;
  return { ...outcome, chooses: { kind: 'only', tasks } };
}

interface Drawn {
  readonly drawn: Outcome;
  readonly number: (below: number) => number;
}

/** A mapped task that succeeds gives a count, and its instances cannot choose. */
function fitting({ shape }: RunModel, { id, mapIndex }: PlannedTask, { drawn, number }: Drawn): Outcome {
  const isMapped = shape.tasks.get(id)?.mapped !== undefined;
  if (isMapped && drawn.kind === 'success') return mapIndex === SUMMARY ? { kind: 'map', count: number(4) } : SUCCESS;
  return choosing(
    drawn,
    (shape.downstream.get(id) ?? []).filter(() => number(2) === 1),
  );
}

/** Right after a stop nothing behind it waits but teardowns, and they were not skipped by it. */
function checkChoice(model: RunModel, { id }: PlannedTask, outcome: Outcome): void {
  if (outcome.kind !== 'success' || outcome.chooses === undefined) return;
  const isTeardown = (task: PlannedTask['id']): boolean => model.shape.tasks.get(task)?.teardown === true;
  const stateOf = (task: PlannedTask['id']): string | undefined => model.tasks.get(task)?.state;
  const { chooses } = outcome;
  const next = model.shape.downstream.get(id) ?? [];
  const kept = chooses.kind === 'only' ? next.filter((task) => chooses.tasks.includes(task)) : [];
  const behind = chooses.kind === 'stop' && chooses.rules === 'ignore' ? descendants(model.shape, [id]) : next;
  const spared = new Set([...kept, ...descendants(model.shape, kept)]);
  const waiting = behind.filter((task) => !isTeardown(task) && !spared.has(task) && stateOf(task) === 'none');
  expect(waiting).toEqual([]);
}

/** What moves a task that does not run. */
function moveOn(model: RunModel, { key, state, limited }: PlannedTask): void {
  if (state === 'scheduled') model.admit(key);
  else if (state === 'deferred' || (limited && state === 'up_for_retry')) model.due(key);
  else model.start(key);
}

/** Starts, ends, doubles and delays as the numbers say; after a while every try succeeds, so that the run must end. */
function play(graph: DagGraph, numbers: Iterable<number>): void {
  const model = new RunModel(graph);
  playWith(model, numbers);
  expect(model.closings).toBe(1);
}

/** The same, with every task in a pool with limits. */
function playLimited(graph: DagGraph, numbers: Iterable<number>): void {
  const model = new RunModel(graph, { pools: new Set(['default']), hasWindow: false });
  playWith(model, numbers);
  expect(model.closings).toBe(1);
}

function playWith(model: RunModel, numbers: Iterable<number>): void {
  const drawing = numbers[Symbol.iterator]();
  const number = (below: number): number => Number(drawing.next().value ?? 0) % below;
  const old: Report[] = [];
  const heard: number[] = [];
  const timesOut = number(2) === 1;
  // In most plays never, so that most are whole.
  const endsAt = number(120);
  const tooLate: TaskChange[] = [];
  for (let step = 0; model.run.state === 'running'; step += 1) {
    // A mapped task that waits for its instances is no work itself.
    const live = [...model.tasks.values()].filter(
      ({ state, instances }) => !isFinal(state) && state !== 'none' && instances === undefined,
    );
    // No open run without a task that is held, ready, runs, is deferred or waits for its retry.
    expect(live.length).toBeGreaterThan(0);
    expect(step).toBeLessThan(1000);
    const task = live[number(live.length)];
    if (task === undefined) return;
    if (step === endsAt) model.apply(timesOut ? planTimeOut(model.found, seconds(1)).plan : planCancel(model.found));
    else if (task.state !== 'running') moveOn(model, task);
    else {
      const drawn = step > 40 ? SUCCESS : (OUTCOMES[number(OUTCOMES.length)] ?? SUCCESS);
      const outcome = fitting(model, task, { drawn, number });
      const report = { runId: RUN, taskId: task.id, mapIndex: task.mapIndex, fence: task.fence, outcome };
      old.push(report);
      // Twice in one batch, then a late one under an old fence: neither may change anything.
      heard.push(model.report(report, report).accepted.length);
      checkChoice(model, task, outcome);
      const late = old[number(old.length)] ?? report;
      tooLate.push(...model.report({ ...late, outcome: FAIL }).tasks);
    }
  }
  expect(heard.every((count) => count === 1)).toBe(true);
  expect(tooLate).toEqual([]);
  expect(Object.values(model.states()).filter((state) => state === 'none')).toEqual([]);
  expect([...model.decisions.values()].every((count) => count === 1)).toBe(true);
  expect(model.run.openTasks).toBe(0);
  expect(model.run.timedOut && model.run.state !== 'failed').toBe(false);
  // A teardown is skipped by itself alone: nothing that is decided upstream keeps it from running.
  const skips = old.filter(({ outcome }) => outcome.kind === 'skip' || (outcome.kind === 'map' && outcome.count === 0));
  const skippedThemselves = new Set(skips.map(({ taskId }) => taskId));
  const skippedTeardowns = [...model.shape.tasks.values()].filter(
    ({ id, teardown }) => teardown && model.states()[id] === 'skipped',
  );
  expect(skippedTeardowns.filter(({ id }) => !skippedThemselves.has(id))).toEqual([]);
}
