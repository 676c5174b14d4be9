import type { Command } from 'commander';

import { systemClock } from '../../core/clock.ts';
import {
  type Explanation,
  countInstances,
  explainBackfill,
  explainRecord,
  explainRun,
  explainTask,
} from '../../process/explain.ts';
import { instanceName } from '../../run/task-key.ts';
import { type Answer, done, notFound } from '../answer.ts';
import { type TaskName, idArgument, taskArgument } from '../arguments.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';

export function addExplain(program: Command, { act }: Shell): void {
  const explain = program.command('explain').description('why something is not running, and what to do');
  explain
    .command('run')
    .description('why a run does not go on')
    .argument('<id>', 'number of the run', idArgument)
    .action(act(run));
  explain
    .command('record')
    .description('why a window is not loaded')
    .argument('<id>', 'number of the record', idArgument)
    .action(act(record));
  explain
    .command('backfill')
    .description('why a backfill does not go on')
    .argument('<id>', 'number of the backfill', idArgument)
    .action(act(backfill));
  explain
    .command('task')
    .description('what a task of a run waits for')
    .argument('<run>', 'number of the run', idArgument)
    .argument('<task>', "id of the task; 'load[3]' is one instance of a mapped task", taskArgument)
    .action(act(task));
}

async function run(session: Session, id: number): Promise<Answer> {
  const explanation = await session.withDatabase((database) => explainRun(database, id));
  if (explanation === undefined) return noRun(id);
  return answer({ kind: 'run', run: id }, `run ${id}`, explanation);
}

function noRun(id: number): Answer {
  return notFound(`There is no run ${id}. The newest: windrow runs list`);
}

async function record(session: Session, id: number): Promise<Answer> {
  const explanation = await session.withDatabase((database) => explainRecord(database, id, systemClock.now()));
  if (explanation === undefined) return notFound(`There is no record ${id}. The newest: windrow records list`);
  return answer({ kind: 'record', record: id }, `record ${id}`, explanation);
}

async function backfill(session: Session, id: number): Promise<Answer> {
  const explanation = await session.withDatabase((database) => explainBackfill(database, id));
  if (explanation === undefined) return notFound(`There is no backfill ${id}. The newest: windrow backfill list`);
  return answer({ kind: 'backfill', backfill: id }, `backfill ${id}`, explanation);
}

async function task(session: Session, runId: number, name: TaskName): Promise<Answer> {
  const { taskId, instance } = name;
  return session.withDatabase(async (database) => {
    const explanation = await explainTask(database, { runId, ...name });
    if (explanation !== undefined)
      return answer(
        { kind: 'task', run: runId, task: taskId, instance: instance ?? null },
        `task ${text(name)} of run ${runId}`,
        explanation,
      );
    const known = instance === undefined ? undefined : await explainTask(database, { runId, taskId });
    if (known === undefined) {
      if ((await explainRun(database, runId)) === undefined) return noRun(runId);
      return notFound(`There is no task "${taskId}" in run ${runId}. Its tasks: windrow runs show ${runId}`);
    }
    const count = await countInstances(database, { runId, taskId });
    const has = count === undefined ? 'no instances' : `${count} instances, ${taskId}[0] to ${taskId}[${count - 1}]`;
    return notFound(`There is no ${text(name)} of run ${runId}: task "${taskId}" has ${has}.`);
  });
}

function text({ taskId, instance }: TaskName): string {
  return instanceName(taskId, instance ?? null);
}

function answer(subject: object, name: string, { state, reasons }: Explanation): Answer {
  const lines = reasons.map(({ code, text }) => `- ${text} [${code}]`);
  return done({ ...subject, state, reasons }, [`${name}: ${state}`, ...lines].join('\n'));
}
