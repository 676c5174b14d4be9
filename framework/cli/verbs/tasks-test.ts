import type { Command } from 'commander';

import type { FailureRecord } from '../../core/failures.ts';
import type { Json } from '../../core/json.ts';
import type { Window } from '../../core/window.ts';
import type { Dag } from '../../dag/dag.ts';
import type { Windrow } from '../../process/windrow.ts';
import type { WindowRecord } from '../../record/record.ts';
import type { Outcome } from '../../run/outcome.ts';
import { findRecord } from '../../store/views/find-record.ts';
import { listRuns } from '../../store/views/runs/list-runs.ts';
import { type Answer, notFound, refused } from '../answer.ts';
import { idArgument, paramsArgument, windowArgument } from '../arguments.ts';
import { runTask } from '../local/run-task.ts';
import { unknownName } from '../near-names.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { listenForStop } from '../stop-signals.ts';
import { unknownDag } from './dags.ts';

interface TestOptions {
  readonly record?: number;
  readonly window?: Window;
  readonly params?: Readonly<Record<string, Json>>;
}

interface Asked extends TestOptions {
  readonly dagId: string;
  readonly taskId: string;
}

const NOT_RECORDED =
  'Only this function runs, once and without retries. What it does to other systems is real. Nothing is recorded: ' +
  'no run, no attempt, no log, and the record stays as it is.';

export function addTasksTest(program: Command, { act }: Shell): void {
  program
    .command('tasks')
    .description('single tasks')
    .command('test')
    .description(`call one task function in this process. ${NOT_RECORDED}`)
    .argument('<dag>', 'id of the dag')
    .argument('<task>', 'id of the task')
    .option('--record <id>', 'the record to work on; a pipeline needs one', idArgument)
    .option('--window <start..end>', 'of a dag without records', windowArgument)
    .option('--params <json>', 'a JSON object for the task', paramsArgument)
    .action(
      act((session: Session, ...[dagId, taskId, options]: readonly [string, string, TestOptions]) =>
        session.withWindrow((windrow) => test(session, windrow, { dagId, taskId, ...options }), {
          log: session.taskLog(),
        }),
      ),
    );
}

async function test(session: Session, windrow: Windrow, asked: Asked): Promise<Answer> {
  const dag = windrow.dags.get(asked.dagId);
  if (dag === undefined) return unknownDag(asked.dagId, [...windrow.dags.keys()]);
  const task = dag.graph.tasks.find(({ id }) => id === asked.taskId);
  const handler = task === undefined ? undefined : dag.handlers.get(task.id);
  if (task === undefined || handler === undefined)
    return notFound(
      unknownName(
        `task of dag ${dag.id}`,
        asked.taskId,
        dag.graph.tasks.map(({ id }) => id),
      ),
    );
  if (task.mapped !== undefined)
    return refused(
      `Task ${task.id} is mapped: it runs once for each element of "${task.mapped}", which only a run knows. ` +
        `Run the dag in this process instead: windrow dags test ${dag.id}`,
    );
  const found = await usableRecord(windrow, dag, asked.record);
  if (found.kind === 'unusable') return found.answer;
  const { record } = found;
  session.note(NOT_RECORDED);
  const signals = listenForStop({ stop: () => session.note('The task is told to stop.') });
  try {
    const log = windrow.log.child({ task: task.id });
    const window = record?.window ?? asked.window;
    const outcome = await runTask(windrow, {
      dag,
      task,
      handler,
      record,
      window,
      params: asked.params ?? {},
      log,
      stop: signals.stop,
    });
    return answer(asked, outcome, session);
  } finally {
    await signals.close();
  }
}

function unusable(answer: Answer): Found {
  return { kind: 'unusable', answer };
}

type Found =
  | { readonly kind: 'usable'; readonly record: WindowRecord | undefined }
  | { readonly kind: 'unusable'; readonly answer: Answer };

async function usableRecord({ store }: Windrow, dag: Dag, id: number | undefined): Promise<Found> {
  if (id === undefined) {
    if (dag.pipeline === undefined) return { kind: 'usable', record: undefined };
    return unusable(
      refused(
        `Dag ${dag.id} is a pipeline: name a record with --record ID. Find one: windrow records list --pipeline ${dag.id}`,
      ),
    );
  }
  const record = await findRecord(store.database, id);
  if (record === undefined || record.pipelineId !== dag.id)
    return unusable(notFound(`Dag ${dag.id} has no record ${id}. Find one: windrow records list --pipeline ${dag.id}`));
  const open = (await listRuns(store.database, { recordId: id, limit: 1 })).find(({ endedAt }) => endedAt === null);
  if (open === undefined) return { kind: 'usable', record };
  return unusable(
    refused(
      `Record ${id} has the open run ${open.id}, and two must not work on one window. Wait for its end, or cancel it: windrow runs cancel ${open.id}.`,
    ),
  );
}

function answer({ dagId, taskId, record }: Asked, outcome: Outcome | undefined, { debug }: Session): Answer {
  const ended: Outcome = outcome ?? { kind: 'cancelled', reason: 'stopped' };
  const exit = ended.kind === 'fail' || ended.kind === 'cancelled' ? 'failed' : 'ok';
  return {
    exit,
    json: { dagId, taskId, recordId: record ?? null, recorded: false, ...shown(ended, debug) },
    text: `Task ${taskId}: ${outcomeText(ended, debug)}`,
  };
}

function shown(outcome: Outcome, debug: boolean): object {
  const { kind, ...facts } = outcome;
  if (outcome.kind !== 'fail' || debug) return { outcome: kind, ...facts };
  const { stack: _stack, ...failure } = outcome.failure;
  return { outcome: kind, failure };
}

function outcomeText(outcome: Outcome, debug: boolean): string {
  switch (outcome.kind) {
    case 'success':
      if (outcome.chooses?.kind === 'stop') return `success, after which nothing runs: ${outcome.chooses.reason}`;
      return `success. It returned ${JSON.stringify(outcome.output)}`;
    case 'fail':
      return failureText(outcome.failure, debug);
    case 'defer':
      return `asks to be started again at ${outcome.until.toString()}: ${outcome.reason}`;
    case 'map':
      return `became ${outcome.count} instances`;
    case 'skip':
    case 'cancelled':
    case 'lost':
    case 'handed_back':
      return `${outcome.kind}: ${outcome.reason}`;
  }
}

function failureText({ code, message, causes, stack }: FailureRecord, debug: boolean): string {
  return [
    `failed. ${code}: ${message}`,
    ...causes.map((cause) => `  caused by ${cause}`),
    ...(debug && stack !== undefined ? [stack] : []),
  ].join('\n');
}
