import { z } from 'zod';

import type { FailureRecord } from '../../../core/failures.ts';
import type { Temporal } from '../../../core/time.ts';
import type { DagGraph, GraphTask } from '../../../dag/graph.ts';
import { countedIndex, taskKey } from '../../../run/task-key.ts';
import type { Executor } from '../../database.ts';
import { type AttemptView, readAttempts } from './read-attempts.ts';
import { type TaskView, readRunTasks } from './read-run-tasks.ts';
import { RUN_COLUMNS, RunColumns, type RunSummary, runSummary } from './run-summary.ts';
import { MaybeFailure, MaybeInstant } from '../view-rows.ts';

export interface RunDetail extends RunSummary {
  /** Upstream tasks first. Before the run has started, every task stands there with the state `none`. */
  readonly tasks: readonly TaskView[];
  /** Every ended try, oldest first. */
  readonly attempts: readonly (AttemptView & Pick<TaskView, 'name'>)[];
  /** How often tasks of it were done again; its tries stand in `attempts`, those of earlier lives too. */
  readonly cleared: number;
  /** When it must have ended. */
  readonly deadlineAt: Temporal.Instant | null;
  /** The failure of a run that had not. */
  readonly timedOut: FailureRecord | null;
}

export async function showRun(database: Executor, runId: number): Promise<RunDetail | undefined> {
  const [row] = await database.run(SHOW, [runId]);
  if (row === undefined) return undefined;
  const { graph, cleared, deadlineAt, timedOut, ...columns } = DetailRow.parse(row);
  const run = runSummary(columns);
  const [found, attempts] = [await readRunTasks(database, run.id), await readAttempts(database, run.id)];
  const mapped = new Set(graph.tasks.filter((task) => task.mapped !== undefined).map(({ id }) => id));
  return {
    ...run,
    tasks: inOrder(graph, found),
    attempts: attempts.map((attempt) => ({
      name: taskKey(attempt.taskId, attempt.mapIndex, mapped.has(attempt.taskId)),
      ...attempt,
    })),
    cleared,
    deadlineAt,
    timedOut,
  };
}

type Found = Awaited<ReturnType<typeof readRunTasks>>;

function inOrder(graph: DagGraph, found: Found): readonly TaskView[] {
  return graph.tasks.flatMap((task) =>
    (found.get(task.id) ?? [notStarted(task)]).map((view) => ({ ...view, upstream: task.upstream })),
  );
}

function notStarted(task: GraphTask): Omit<TaskView, 'upstream'> {
  return {
    name: task.id,
    taskId: task.id,
    mapIndex: countedIndex(task),
    instances: null,
    state: 'none',
    attempt: 0,
    seq: 0,
    fence: 0,
    startedAt: null,
    endedAt: null,
    reason: null,
    failure: null,
    output: null,
    worker: null,
  };
}

const SHOW = {
  name: 'show_run',
  text: `
select ${RUN_COLUMNS}, version.graph, r.cleared, r.deadline_at as "deadlineAt", r.timed_out as "timedOut"
from dag_run r
join dag_version version on version.hash = r.graph_hash
where r.id = $1`,
};

const DetailRow = RunColumns.extend({
  cleared: z.number(),
  deadlineAt: MaybeInstant,
  timedOut: MaybeFailure,
  // Written by `registerDags` from a checked value.
  graph: z.custom<DagGraph>((value) => typeof value === 'object' && value !== null),
});
