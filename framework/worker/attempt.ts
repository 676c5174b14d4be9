import { z } from 'zod';

import type { Clock } from '../core/clock.ts';
import { DataFailure } from '../core/failures.ts';
import { recordId, dagId } from '../core/ids.ts';
import type { Dag } from '../dag/dag.ts';
import type { Connections, Progress, TaskContext } from '../dag/task-context.ts';
import { checkedChoice, instanceChooses } from '../run/choice.ts';
import type { Outcome } from '../run/outcome.ts';
import type { Plugin } from '../plugin/plugin.ts';
import { pluginDatabase } from '../store/plugins/plugin-database.ts';
import type { Started } from '../store/runs/start-tasks.ts';
import type { Store } from '../store/store.ts';
import { openExtensions } from './open-extensions.ts';
import type { TaskCode } from './task-code.ts';
import type { TaskLog } from './task-log.ts';
import type { TaskNotes } from './task-notes.ts';
import { instanceCount, wiredInput } from './wired-input.ts';
import { type StopSwitch, callUserCode } from './user-code.ts';

export interface AttemptTools {
  readonly store: Store;
  readonly connections: Connections;
  readonly clock: Clock;
  readonly log: TaskLog;
  readonly stop: StopSwitch;
  readonly progress: (progress: Progress) => void;
  readonly plugins: readonly Plugin[];
  readonly notes: TaskNotes;
}

/** Runs one started try of a task; undefined where it was fenced out meanwhile. */
export async function runAttempt(
  started: Started,
  { dag, handler }: TaskCode,
  tools: AttemptTools,
): Promise<Outcome | undefined> {
  const timeoutMs = dag.graph.tasks.find(({ id }) => id === started.taskId)?.timeoutMs;
  return callUserCode({
    run: async (signal) => {
      const count = await instanceCount(dag, started, tools.store.database);
      if (count !== undefined) return { kind: 'map', count };
      const outcome = await handler.run(await buildContext(dag, started, { ...tools, signal }));
      if (outcome.kind !== 'success' || outcome.chooses === undefined) return outcome;
      if (started.mapTotal !== null) throw instanceChooses(started.taskId);
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
  const { runId, taskId, attempt, fence } = started;
  const known = { dagId: dagId(started.dagId), runId, taskId, attempt, fence, signal, log, clock };
  return {
    ...known,
    input: await wiredInput(dag, started, tools.store.database),
    params: readParams(dag, started),
    ...(started.mapTotal === null ? {} : { mapIndex: started.mapIndex }),
    connections,
    extensions: openExtensions({
      plugins: tools.plugins,
      attempt: {
        ...known,
        mapIndex: started.mapTotal === null ? null : started.mapIndex,
        window: started.window ?? null,
        recordId: record?.id ?? null,
      },
      databaseOf: (plugin) => pluginDatabase(tools.store.database, plugin),
      note: tools.notes.add,
    }),
    progress,
    ...(started.window === undefined ? {} : { window: started.window }),
    ...(record === undefined
      ? {}
      : { record: { id: record.id, pipelineId: record.pipelineId, businessKeys: record.businessKeys } }),
  };
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
