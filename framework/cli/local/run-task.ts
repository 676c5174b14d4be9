import type { Json } from '../../core/json.ts';
import type { Log } from '../../core/log.ts';
import { type RunId, runId } from '../../core/ids.ts';
import type { Window } from '../../core/window.ts';
import type { Dag } from '../../dag/dag.ts';
import type { GraphTask } from '../../dag/graph.ts';
import type { TaskContext } from '../../dag/task-context.ts';
import type { TaskHandler } from '../../dag/task-handler.ts';
import type { Windrow } from '../../process/windrow.ts';
import type { WindowRecord } from '../../record/record.ts';
import { shapeOf } from '../../run/cascade.ts';
import { checkedChoice } from '../../run/choice.ts';
import type { Outcome } from '../../run/outcome.ts';
import { mintFence } from '../../store/runs/mint-fence.ts';
import { pluginDatabase } from '../../store/plugins/plugin-database.ts';
import { listRuns } from '../../store/views/runs/list-runs.ts';
import { openExtensions } from '../../worker/open-extensions.ts';
import { StopSwitch, callUserCode } from '../../worker/user-code.ts';
import { readWires } from '../../worker/wired-input.ts';
import { connectionsWith, paperDesk } from './paper-desk.ts';

export interface SingleTask {
  readonly dag: Dag;
  readonly task: GraphTask;
  readonly handler: TaskHandler;
  readonly record: WindowRecord | undefined;
  readonly window: Window | undefined;
  readonly params: Readonly<Record<string, Json>>;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/** Calls one task function. Its inputs are what the tasks before it returned in the newest run of the record. */
export async function runTask(windrow: Windrow, single: SingleTask): Promise<Outcome | undefined> {
  const { dag, task, handler } = single;
  const stop = new StopSwitch();
  const context = await buildContext(windrow, single, stop.signal);
  single.stop.addEventListener('abort', () => stop.stop('cancel'), { once: true });
  return callUserCode({
    run: async () => checkedChoice(shapeOf(dag.graph), task.id, await handler.run(context)),
    stop,
    what: `Task "${task.id}" of dag "${dag.id}"`,
    ...(task.timeoutMs === undefined ? {} : { timeoutMs: task.timeoutMs }),
  });
}

async function buildContext(windrow: Windrow, single: SingleTask, signal: AbortSignal): Promise<TaskContext> {
  const { dag, task, record, window, params, log } = single;
  const { store, clock } = windrow;
  const run = await newestRun(windrow, record);
  const desk = paperDesk(store.desk, (what) => log.info(what));
  const known = {
    dagId: dag.id,
    runId: run ?? runId(0),
    taskId: task.id,
    attempt: 1,
    // A new one, so that stores which refuse old fences take the writes.
    fence: await mintFence(store.database),
    signal,
    log,
    clock,
  };
  return {
    ...known,
    input: await inputs(windrow, single, run),
    params: dag.params === undefined ? params : dag.params.parse(params),
    connections: connectionsWith(windrow, desk),
    extensions: openExtensions({
      plugins: windrow.plugins,
      attempt: { ...known, mapIndex: null, window: window ?? null, recordId: record?.id ?? null },
      databaseOf: (plugin) => pluginDatabase(store.database, plugin),
      note: (plugin, facts) => log.info('A note, which a test does not keep', { plugin, facts }),
    }),
    progress: ({ done, of, text }) => log.debug('Progress', { done, of, text }),
    ...(window === undefined ? {} : { window }),
    ...(record === undefined
      ? {}
      : { record: { id: record.id, pipelineId: record.pipelineId, businessKeys: record.businessKeys } }),
  };
}

async function newestRun({ store }: Windrow, record: WindowRecord | undefined): Promise<RunId | undefined> {
  if (record === undefined) return undefined;
  const [run] = await listRuns(store.database, { recordId: record.id, limit: 1 });
  return run?.id;
}

async function inputs(
  { store }: Windrow,
  { dag, task }: SingleTask,
  run: RunId | undefined,
): Promise<Readonly<Record<string, Json>>> {
  if (run === undefined) return {};
  return readWires({ dag, run, database: store.database }, dag.wires.get(task.id) ?? {});
}
