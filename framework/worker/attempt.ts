import { z } from 'zod';

import type { Clock } from '../core/clock.ts';
import { DataFailure, DefinitionFailure, failureRecord } from '../core/failures.ts';
import { recordId, dagId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Dag } from '../dag/dag.ts';
import type { Connections, Progress, TaskContext } from '../dag/task-context.ts';
import { checkedChoice } from '../run/choice.ts';
import type { Outcome } from '../run/outcome.ts';
import { readOutputs } from '../store/runs/task-outputs.ts';
import type { Started } from '../store/runs/start-tasks.ts';
import type { Store } from '../store/store.ts';
import type { TaskLog } from './task-log.ts';
import { type StopSwitch, callUserCode } from './user-code.ts';

export interface AttemptTools {
  readonly store: Store;
  readonly dags: ReadonlyMap<string, Dag>;
  readonly connections: Connections;
  readonly clock: Clock;
  readonly log: TaskLog;
  readonly stop: StopSwitch;
  readonly progress: (progress: Progress) => void;
}

/** Runs one started try of a task; undefined where it was fenced out meanwhile. */
export async function runAttempt(started: Started, tools: AttemptTools): Promise<Outcome | undefined> {
  const dag = tools.dags.get(started.dagId);
  const handler = dag?.handlers.get(started.taskId);
  if (dag === undefined || handler === undefined) return { kind: 'fail', failure: failureRecord(unknownTask(started)) };
  const timeoutMs = dag.graph.tasks.find(({ id }) => id === started.taskId)?.timeoutMs;
  return callUserCode({
    run: async (signal) => {
      const outcome = await handler.run(await buildContext(dag, started, { ...tools, signal }));
      if (outcome.kind !== 'success' || outcome.chooses === undefined) return outcome;
      // The run may have another shape than the code of this worker.
      const shape = await tools.store.graphs.load(tools.store.database, started.graphHash);
      return checkedChoice(shape, started.taskId, outcome);
    },
    stop: tools.stop,
    what: `Task "${started.taskId}" of dag "${started.dagId}"`,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

async function buildContext(
  dag: Dag,
  started: Started,
  tools: AttemptTools & { readonly signal: AbortSignal },
): Promise<TaskContext> {
  const { clock, log, connections, progress, signal } = tools;
  const record = started.recordId === null ? undefined : await tools.store.desk.read(recordId(started.recordId));
  return {
    input: await wiredInput(dag, started, tools.store),
    params: readParams(dag, started),
    dagId: dagId(started.dagId),
    runId: started.runId,
    taskId: started.taskId,
    attempt: started.attempt,
    fence: started.fence,
    signal,
    log,
    clock,
    connections,
    progress,
    ...(started.window === undefined ? {} : { window: started.window }),
    ...(record === undefined
      ? {}
      : { record: { id: record.id, pipelineId: record.pipelineId, businessKeys: record.businessKeys } }),
  };
}

async function wiredInput(dag: Dag, started: Started, store: Store): Promise<Readonly<Record<string, Json>>> {
  const wires = Object.entries(dag.wires.get(started.taskId) ?? {});
  const outputs = await readOutputs(
    store.database,
    started.runId,
    wires.map(([, upstream]) => upstream),
  );
  return Object.fromEntries(
    wires.flatMap(([name, upstream]) => {
      const output = outputs.get(upstream);
      return output === undefined ? [] : [[name, output]];
    }),
  );
}

// The run may have been created by hand, by older code or without the schema.
function readParams(dag: Dag, started: Started): unknown {
  if (dag.params === undefined) return started.params;
  const parsed = dag.params.safeParse(started.params);
  if (parsed.success) return parsed.data;
  throw new DataFailure(
    'E_RUN_PARAMS',
    `Run ${started.runId} of dag "${dag.id}" has parameters that its schema does not read: ${z.prettifyError(parsed.error)}. ` +
      'Start a new run with the right ones.',
    { cause: parsed.error },
  );
}

function unknownTask(started: Started): DefinitionFailure {
  return new DefinitionFailure(
    'E_TASK_NOT_IN_CODE',
    `This worker's code has no task "${started.taskId}" in a dag "${started.dagId}". ` +
      'Deploy the code that the run was started with to every worker, or cancel the run.',
  );
}
