import { recordId, runId, type RunId } from '../core/ids.ts';
import type { FieldReset } from '../record/record-fields.ts';
import type { Phase } from '../record/phase.ts';
import type { RerunRequest } from '../record/rerun-plan.ts';
import type { ClearRequest } from '../run/clear-plan.ts';
import { isInstance } from '../run/mapped.ts';
import type { TaskState } from '../run/task-state.ts';
import { type Cleared, clearRun } from '../store/runs/clear-run.ts';
import { listRuns } from '../store/views/runs/list-runs.ts';
import { findRecord } from '../store/views/find-record.ts';
import type { Refused } from './trigger.ts';
import type { Windrow } from './windrow.ts';

/** A run, or the newest run of a record. */
export type RerunTarget = { readonly run: number } | { readonly record: number };

/** Which of its tasks are done again: those that failed with what did not run because of them, or one, or one with all behind it. */
export type TasksAgain = ClearRequest;

/** What a re-run of tasks does to a run, task by task. */
export interface TasksRerun {
  readonly runId: RunId;
  readonly dagId: string;
  /** The state of the run before. */
  readonly was: string;
  readonly tasks: readonly TaskAgain[];
  /** Of the record of the run. */
  readonly record?: {
    readonly id: number;
    readonly keeps: readonly Phase[];
    readonly repeats: readonly Phase[];
    readonly resets: readonly FieldReset[];
  };
}

export interface TaskAgain {
  readonly task: string;
  readonly now: TaskState;
  /** `starts` at once, `waits` for its upstream, is decided again without running, or `stays`. */
  readonly effect: 'starts' | 'waits' | 'stays' | Extract<TaskState, 'skipped' | 'upstream_failed'>;
  /** Of a mapped task that repeats some of its instances only: which. */
  readonly instances?: readonly number[];
}

/** As `NotFound`, with what there is none of. */
export type RerunTasks =
  | { readonly kind: 'planned' | 'started'; readonly plan: TasksRerun }
  | { readonly kind: 'not_found' }
  | Refused;

/** Does tasks of an ended run again, in that run; `dryRun` only says which. Nothing starts before the run is activated. */
export async function rerunTasks(
  windrow: Windrow,
  target: RerunTarget,
  options: {
    readonly tasks: TasksAgain;
    readonly dryRun: boolean;
    readonly by: string;
    readonly record: Pick<RerunRequest, 'now' | 'keysOf'>;
  },
): Promise<RerunTasks> {
  const run = await runOf(windrow, target);
  if (typeof run !== 'number') return run;
  const result = await clearRun(windrow.store, runId(run), {
    request: options.tasks,
    dryRun: options.dryRun,
    by: options.by,
    record: options.record,
    graphOf: (dagId) => windrow.dags.get(dagId)?.graph,
  });
  if (result.kind !== 'cleared') return result;
  return { kind: options.dryRun ? 'planned' : 'started', plan: shown(result) };
}

async function runOf(
  { store }: Windrow,
  target: RerunTarget,
): Promise<number | Refused | { readonly kind: 'not_found' }> {
  if ('run' in target) return target.run;
  const id = recordId(target.record);
  if ((await findRecord(store.database, id)) === undefined) return { kind: 'not_found' };
  const [newest] = await listRuns(store.database, { recordId: id, limit: 1 });
  if (newest !== undefined) return newest.id;
  return {
    kind: 'refused',
    reason: `Record ${id} has no run yet whose tasks could be done again. Run all of it: windrow records rerun ${id}.`,
  };
}

function shown({ run, shape, tasks, plan, record }: Cleared): TasksRerun {
  const cleared = new Map(Map.groupBy(plan.cleared, ({ id }) => id));
  const restarted = new Map(plan.restart.tasks.map((task) => [task.key, task.state]));
  const list = [...shape.tasks.keys()].flatMap((id): TaskAgain[] => {
    const now = tasks.get(id)?.state;
    const rows = cleared.get(id);
    if (now === undefined) return [];
    if (rows === undefined) return [{ task: id, now, effect: 'stays' }];
    const instances = rows.filter(isInstance).map(({ mapIndex }) => mapIndex);
    const effect = effectOf(restarted.get(id));
    return [{ task: id, now, effect, ...(instances.length === 0 ? {} : { instances }) }];
  });
  return {
    runId: run.id,
    dagId: run.dagId,
    was: run.state,
    tasks: list,
    ...(record === undefined
      ? {}
      : { record: { id: record.after.id, keeps: record.keeps, repeats: record.repeats, resets: record.resets } }),
  };
}

function effectOf(state: TaskState | undefined): TaskAgain['effect'] {
  if (state === undefined) return 'waits';
  return state === 'skipped' || state === 'upstream_failed' ? state : 'starts';
}
