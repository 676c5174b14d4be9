import { z } from 'zod';

import { Bug, DataFailure, DefinitionFailure, type FailureRecord } from '../core/failures.ts';
import type { Millis } from '../core/duration.ts';
import type { Json } from '../core/json.ts';
import { type Log, silentLog } from '../core/log.ts';
import { Temporal } from '../core/time.ts';
import type { Window } from '../core/window.ts';
import type { Dag } from '../dag/dag.ts';
import type { Note } from '../dag/extensions.ts';
import { mappedList } from '../dag/mapping.ts';
import type { Usable } from '../dag/task.ts';
import type { RecordHandle, TaskContext } from '../dag/task-context.ts';
import type { TriggerRule } from '../dag/trigger-rule.ts';
import { recordDeskConnection } from '../pipeline/record-desk-connection.ts';
import type { Plugin, PluginDatabase } from '../plugin/plugin.ts';
import type { WindowRecord } from '../record/record.ts';
import { checkedChoice, instanceChooses } from '../run/choice.ts';
import type { Outcome } from '../run/outcome.ts';
import type { RunState } from '../run/run-state.ts';
import { SUMMARY } from '../run/task-key.ts';
import type { TaskState } from '../run/task-state.ts';
import { openExtensions } from '../worker/open-extensions.ts';
import { TaskNotes } from '../worker/task-notes.ts';
import { StopSwitch, callUserCode } from '../worker/user-code.ts';
import { MemoryDesk } from './memory-desk.ts';
import { MemoryRun, type MemoryTask, TEST_RUN } from './memory-run.ts';
import { MovingClock } from './moving-clock.ts';
import { type StandIn, standIn, standInConnections } from './stand-in.ts';
import { readWindow } from './read-window.ts';

export interface TestRunOptions {
  /** When the run begins. Time stands still while tasks run; waiting for a retry or a deferral moves it on at once. */
  readonly now: Temporal.Instant | string;
  /** For example `2026-01-20T13:15Z..2026-01-20T13:30Z`. */
  readonly window?: Window | string;
  readonly params?: Readonly<Record<string, Json>>;
  readonly connections?: readonly StandIn[];
  /** Plugins that tasks may ask for what they add to the context. They hear no events and have no database. */
  readonly plugins?: readonly Plugin[];
  /** By task id: these tasks do not run and succeed with the value. */
  readonly outputs?: Readonly<Record<string, Json>>;
  /** Gets what tasks log; default: nobody. */
  readonly log?: Log;
}

export interface TestedTask {
  readonly state: TaskState;
  /** Tries that a user would see; 0 for a task that did not run. */
  readonly attempts: number;
  readonly output: Json | undefined;
  readonly failure: FailureRecord | undefined;
  readonly reason: string | undefined;
  /** What plugins noted about the last try. */
  readonly notes: readonly Note[];
}

export interface TestedRun {
  readonly state: RunState;
  /** By id; the instances of a mapped task stand beside it as `load[3]`. */
  readonly tasks: Readonly<Record<string, TestedTask>>;
  /** What a task returned, with its type. `id` where the dag uses the task under another id than its own. */
  readonly outputOf: <Output>(task: Usable<never, Output, TriggerRule, never>, id?: string) => Output;
  /** The record of a pipeline's window, as the run left it. */
  readonly record: WindowRecord | undefined;
  /** The moment at which the last task ended. */
  readonly endedAt: Temporal.Instant;
}

/**
 * Runs a dag in this process, without servers, one task after the other, by the rules that the engine decides with.
 * A failed task does not throw; it is in the result.
 * @throws DataFailure `E_RUN_PARAMS`, `E_TEST_RUN_ENDLESS`; DefinitionFailure `E_TEST_OUTPUT`, `E_TEST_WINDOW`
 */
export async function testRun(dag: Dag, options: TestRunOptions): Promise<TestedRun> {
  const bench = openBench(dag, options);
  const { run, clock, desk } = bench;
  const starts = new Map<string, number>();
  for (let task = run.next(); task !== undefined; task = run.next()) {
    countStart(starts, task, bench);
    if (task.nextAt !== undefined && task.state !== 'queued') clock.waitUntil(task.nextAt);
    const limit = passedLimit(bench);
    if (limit !== undefined) {
      run.timeOut(limit);
      continue;
    }
    const started = run.start(task);
    run.report(started, await outcomeOf(started, bench), clock.now());
  }
  if (run.state === 'failed' || run.state === 'cancelled') desk?.fail(run.failure);
  return tested(bench);
}

/** The limit of a run that has just passed it, by waiting: time stands still while tasks run. */
function passedLimit({ run, clock, dag, beganAt }: Bench): Millis | undefined {
  const limit = dag.graph.runTimeoutMs;
  if (limit === undefined || run.timedOut) return undefined;
  return clock.now().since(beganAt).total('milliseconds') >= limit ? limit : undefined;
}

interface Bench {
  readonly dag: Dag;
  readonly run: MemoryRun;
  readonly clock: MovingClock;
  readonly beganAt: Temporal.Instant;
  readonly desk: MemoryDesk | undefined;
  readonly outputs: ReadonlyMap<string, Json>;
  readonly plugins: readonly Plugin[];
  /** Of the last try, by key. */
  readonly notes: Map<string, TaskNotes>;
  readonly context: Pick<TaskContext, 'params' | 'window' | 'record' | 'connections' | 'log'>;
}

function openBench(dag: Dag, options: TestRunOptions): Bench {
  const { connections = [], log = silentLog } = options;
  const run = new MemoryRun(dag.graph);
  const clock = new MovingClock(Temporal.Instant.from(options.now));
  const window = options.window === undefined ? undefined : readWindow(options.window, dag);
  const failedTasks = () => failures(run);
  const desk = dag.pipeline === undefined ? undefined : new MemoryDesk({ dag, window, clock, failedTasks });
  const own = desk === undefined ? [] : [standIn(recordDeskConnection, desk)];
  return {
    dag,
    run,
    clock,
    beganAt: clock.now(),
    desk,
    outputs: knownOutputs(dag, options.outputs ?? {}),
    plugins: options.plugins ?? [],
    notes: new Map(),
    context: {
      params: readParams(dag, options.params ?? {}),
      connections: standInConnections([...own, ...connections]),
      log,
      ...(window === undefined ? {} : { window }),
      ...(desk === undefined ? {} : { record: handleOf(desk.record) }),
    },
  };
}

function handleOf({ id, pipelineId, businessKeys }: WindowRecord): RecordHandle {
  return { id, pipelineId, businessKeys };
}

function failures(run: MemoryRun) {
  return [...run.tasks.values()].flatMap(({ id, state, failure }) =>
    state === 'failed' && failure !== undefined ? [{ task: id, failure }] : [],
  );
}

function knownOutputs(dag: Dag, outputs: Readonly<Record<string, Json>>): ReadonlyMap<string, Json> {
  const ids: readonly string[] = dag.graph.tasks.map(({ id }) => id);
  const unknown = Object.keys(outputs).find((id) => !ids.includes(id));
  if (unknown === undefined) return new Map(Object.entries(outputs));
  throw new DefinitionFailure(
    'E_TEST_OUTPUT',
    `\`outputs\` names the task "${unknown}", which dag "${dag.id}" does not have. Expected one of ${ids.join(', ')}.`,
  );
}

function readParams(dag: Dag, params: Readonly<Record<string, Json>>): unknown {
  if (dag.params === undefined) return params;
  const parsed = dag.params.safeParse(params);
  if (parsed.success) return parsed.data;
  throw new DataFailure(
    'E_RUN_PARAMS',
    `Dag "${dag.id}" cannot use the params of the test: ${z.prettifyError(parsed.error)}. Correct them.`,
    { cause: parsed.error },
  );
}

/** A minute's deferrals over a fortnight, and far more than any test waits for. */
const MOST_STARTS = 20_000;

function countStart(starts: Map<string, number>, { key }: MemoryTask, { dag, clock }: Bench): void {
  const count = (starts.get(key) ?? 0) + 1;
  starts.set(key, count);
  if (count <= MOST_STARTS) return;
  throw new DataFailure(
    'E_TEST_RUN_ENDLESS',
    `Task "${key}" of dag "${dag.id}" was started ${MOST_STARTS} times and asks to be started again; the time of the test is ` +
      `${clock.now().toString()}. Let what it waits for happen in the test, for example by a stand-in that looks at the clock.`,
  );
}

async function outcomeOf(task: MemoryTask, bench: Bench): Promise<Outcome> {
  const { dag, run, outputs } = bench;
  const preset = outputs.get(task.id);
  if (preset !== undefined) return { kind: 'success', output: preset };
  const handler = dag.handlers.get(task.id);
  const timeoutMs = dag.graph.tasks.find(({ id }) => id === task.id)?.timeoutMs;
  const outcome =
    handler &&
    (await callUserCode({
      run: async (signal) => {
        const mapped = mappedInput(task, dag);
        if (mapped !== undefined && task.mapIndex === SUMMARY)
          return { kind: 'map', count: listOf(task, bench, mapped).length };
        const ended = await handler.run(contextOf(task, bench, signal));
        if (mapped !== undefined && ended.kind === 'success' && ended.chooses !== undefined)
          throw instanceChooses(task.id);
        return checkedChoice(run.shape, task.id, ended);
      },
      stop: new StopSwitch(),
      what: `Task "${task.id}" of dag "${dag.id}"`,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    }));
  if (outcome !== undefined) return outcome;
  throw new Bug('E_TEST_TASK', `Task "${task.id}" of dag "${dag.id}" gave no outcome.`);
}

function mappedInput({ id }: MemoryTask, dag: Dag): string | undefined {
  return dag.graph.tasks.find((task) => task.id === id)?.mapped;
}

function listOf({ id }: MemoryTask, { dag, run }: Bench, input: string): readonly Json[] {
  const over = dag.wires.get(id)?.[input];
  return mappedList(id, input, dag.lists.get(id) ?? (over === undefined ? undefined : run.outputOf(over)));
}

function inputOf(task: MemoryTask, bench: Bench): Readonly<Record<string, Json>> {
  const { dag, run } = bench;
  const wires = Object.entries(dag.wires.get(task.id) ?? {}).flatMap(([name, upstream]) => {
    const output = run.outputOf(upstream);
    return output === undefined ? [] : [[name, output] as const];
  });
  const mapped = mappedInput(task, dag);
  const element = mapped === undefined ? [] : [[mapped, listOf(task, bench, mapped)[task.mapIndex] ?? null] as const];
  // A copy, as every reader gets in production.
  return structuredClone(Object.fromEntries([...wires, ...element]));
}

function contextOf(task: MemoryTask, bench: Bench, signal: AbortSignal): TaskContext {
  const { dag, clock, context, plugins, notes } = bench;
  const { attempt, fence } = task;
  const known = { dagId: dag.id, runId: TEST_RUN, taskId: task.id, attempt, fence, signal, clock, log: context.log };
  const isMapped = mappedInput(task, dag) !== undefined;
  const noted = new TaskNotes();
  notes.set(task.key, noted);
  return {
    ...context,
    ...known,
    input: inputOf(task, bench),
    ...(isMapped ? { mapIndex: task.mapIndex } : {}),
    extensions: openExtensions({
      plugins,
      attempt: {
        ...known,
        mapIndex: isMapped ? task.mapIndex : null,
        window: context.window ?? null,
        recordId: context.record?.id ?? null,
      },
      databaseOf: noDatabase,
      note: noted.add,
    }),
    progress: () => {},
  };
}

function noDatabase(plugin: string): PluginDatabase {
  const refuse = async (): Promise<never> => {
    throw new DefinitionFailure(
      'E_TEST_DATABASE',
      `A test run has no database, and the plugin "${plugin}" asks for its tables. Give the task what it needs by a stand-in for a connection.`,
    );
  };
  return { run: refuse };
}

function tested({ dag, run, clock, desk, outputs, notes }: Bench): TestedRun {
  const tasks = Object.fromEntries(
    [...run.tasks].map(([key, { id, state, attempt, output, failure, reason, instances }]) => [
      key,
      {
        state,
        attempts: outputs.has(key) ? 0 : attempt,
        output: instances === undefined ? output : run.outputOf(id),
        failure,
        reason,
        notes: notes.get(key)?.all ?? [],
      },
    ]),
  );
  return {
    state: run.state,
    tasks,
    record: desk?.record,
    endedAt: clock.now(),
    outputOf: <Output>(task: Usable<never, Output, TriggerRule, never>, id: string = task.id): Output => {
      const found = tasks[id];
      // What the task returned passed its compile-time type.
      if (found?.output !== undefined) return z.custom<Output>().parse(found.output);
      const is =
        found === undefined ? 'not in it' : [found.state, found.failure?.message, found.reason].filter(Boolean);
      throw new DataFailure(
        'E_TEST_OUTPUT',
        `There is no output of "${id}" in the test run of dag "${dag.id}": the task is ${[is].flat().join(', ')}.`,
      );
    },
  };
}
