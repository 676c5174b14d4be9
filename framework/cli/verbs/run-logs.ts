import { type Command, Option } from 'commander';

import { SUMMARY } from '../../run/task-key.ts';
import { LOG_LINES, readTaskLog } from '../../store/views/runs/read-task-log.ts';
import { showRun } from '../../store/views/runs/show-run.ts';
import { type Answer, done, notFound } from '../answer.ts';
import { type TaskName, idArgument, limitArgument, taskArgument } from '../arguments.ts';
import { logText, noRun } from '../text/run-text.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';

interface LogOptions {
  readonly attempt?: number;
  readonly limit: number;
  readonly before?: number;
  readonly after?: number;
}

export function addRunLogs(runs: Command, { act }: Pick<Shell, 'act'>): void {
  runs
    .command('logs')
    .description('what a task logged, also while it runs: the newest lines, or a page of them')
    .argument('<id>', 'number of the run', idArgument)
    .argument('<task>', "id of the task; 'load[3]' of an instance of a mapped task", taskArgument)
    .option('--attempt <number>', 'of this try only', idArgument)
    .option('--limit <count>', 'at most so many', limitArgument, LOG_LINES)
    .addOption(
      new Option('--before <line>', 'the newest lines before this one').argParser(idArgument).conflicts('after'),
    )
    .option('--after <line>', 'the first lines behind this one', idArgument)
    .action(act(logs));
}

/** Commander hands over an option object behind the arguments. */
async function logs(session: Session, ...[id, task, options]: [number, TaskName, LogOptions]): Promise<Answer> {
  return session.withDatabase(async (database) => {
    const run = await showRun(database, id);
    if (run === undefined) return noRun(id);
    const of = run.tasks.find(
      ({ taskId, mapIndex }) => taskId === task.taskId && (task.instance === undefined || mapIndex === task.instance),
    );
    if (of === undefined) return notFound(`Run ${id} has no such task. They are: windrow runs show ${id}`);
    const isMapped = of.mapIndex === SUMMARY;
    const lines = await readTaskLog(database, {
      runId: id,
      taskId: task.taskId,
      ...(isMapped ? {} : { mapIndex: of.mapIndex }),
      ...options,
    });
    const text = logText(lines, ({ mapIndex }) =>
      isMapped && mapIndex !== SUMMARY ? `${of.name}[${mapIndex}]` : of.name,
    );
    return done(
      { runId: id, task: of.name, lines },
      [lines.length === 0 ? 'It logged nothing there.' : text, ...pages(lines, options)].join('\n'),
    );
  });
}

function pages(lines: readonly { readonly id: number }[], { limit, after }: LogOptions): readonly string[] {
  if (lines.length < limit) return [];
  return after === undefined ? [`Older lines: --before ${lines[0]?.id}`] : [`More lines: --after ${lines.at(-1)?.id}`];
}
