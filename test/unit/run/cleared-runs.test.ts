import { DataFailure, type DagGraph, TRIGGER_RULES, type TriggerRule, failureRecord } from '#framework';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ClearRequest } from '../../../framework/run/clear-plan.ts';
import { isInstance } from '../../../framework/run/mapped.ts';
import type { Outcome } from '../../../framework/run/outcome.ts';
import { FAILED_STATES, type PlannedTask, type Report } from '../../../framework/run/plan.ts';
import { SUMMARY } from '../../../framework/run/task-key.ts';
import { isFinal } from '../../../framework/run/task-state.ts';
import { tallyOf } from '../../../framework/run/trigger-decision.ts';
import { RUN, RunModel, graphOf } from './run-model.ts';

const SUCCESS: Outcome = { kind: 'success', output: null };
const FAIL: Outcome = { kind: 'fail', failure: failureRecord(new DataFailure('E_TEST', 'no')) };
const SKIP: Outcome = { kind: 'skip', reason: 'nothing to do' };
const FAILED: ClearRequest = { kind: 'failed' };

describe('a cleared run', () => {
  it('keeps every count right, moves nothing that stays and ends once, whatever was cleared of whatever run', () => {
    fc.assert(fc.property(graphs(TRIGGER_RULES), requests, fc.infiniteStream(fc.nat()), clearAndGoOn), {
      numRuns: 600,
    });
  });

  it('does the same where limits hold its tasks, which are admitted anew', () => {
    fc.assert(fc.property(graphs(TRIGGER_RULES), requests, fc.infiniteStream(fc.nat()), clearAndGoOnLimited), {
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
          const plan = model.clear({ kind: 'task', task: `t${at % graph.tasks.length}`, downstream: true });
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
    const task = [...model.tasks.values()].find(({ state }) => state === 'queued' || state === 'scheduled');
    if (task === undefined) throw new Error(`An open run with nothing to do: ${JSON.stringify(model.states())}`);
    model.admit(task.key);
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
  const { lives, closings } = clearAndFinish(new RunModel(graph), request, numbers);
  expect(closings).toBe(lives);
}

/** The same, with every task in a pool with limits. */
function clearAndGoOnLimited(graph: DagGraph, request: ClearRequest, numbers: Iterable<number>): void {
  const limits = { pools: new Set(['default']), hasWindow: false };
  const { lives, closings } = clearAndFinish(new RunModel(graph, limits), request, numbers);
  expect(closings).toBe(lives);
}

interface Lives {
  readonly lives: number;
  readonly closings: number;
}

function clearAndFinish(model: RunModel, request: ClearRequest, numbers: Iterable<number>): Lives {
  const drawing = numbers[Symbol.iterator]();
  const number = (below: number): number => Number(drawing.next().value ?? 0) % below;
  const tasks = [...model.shape.tasks.values()];
  const draw = ({ id, key }: PlannedTask): Outcome => {
    const drawn = [SUCCESS, SUCCESS, FAIL, SKIP, choosing][number(5)] ?? SUCCESS;
    if (typeof drawn !== 'function') return drawn;
    return key === id && tasks.find((task) => task.id === id)?.mapped === undefined ? drawn(id) : SUCCESS;
  };
  const choosing = (id: string): Outcome => {
    const next = tasks.filter(({ upstream }) => upstream.some((before) => before === id));
    const chosen = next.filter(() => number(2) === 1).map((task) => task.id);
    const chooses = number(3) === 0 ? STOP : { kind: 'only' as const, tasks: chosen };
    return { kind: 'success', output: null, chooses };
  };
  const old: Report[] = [];
  finish(model, draw, old);
  const before = new Map(model.tasks);
  const plan = model.clear(request);
  if (plan.kind === 'refused') return { lives: 1, closings: model.closings };
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
  return { lives: 2, closings: model.closings };
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
