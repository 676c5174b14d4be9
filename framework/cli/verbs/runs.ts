import { type Command, Option } from 'commander';

import { onlyGiven } from '../../core/only-given.ts';
import { windowText } from '../../core/window.ts';
import { RUN_STATES, type RunState } from '../../run/run-state.ts';
import { operations } from '../../process/operations.ts';
import type { TasksAgain } from '../../process/rerun-tasks.ts';
import { findRun } from '../../store/views/runs/find-run.ts';
import { listRuns } from '../../store/views/runs/list-runs.ts';
import { readRunLogs } from '../../store/views/runs/read-run-logs.ts';
import { showRun } from '../../store/views/runs/show-run.ts';
import { type Answer, done, refused, trouble } from '../answer.ts';
import { idArgument, limitArgument, reasonArgument } from '../arguments.ts';
import { logText, noRun, runJson, runTable, runText } from '../text/run-text.ts';
import { cancelText } from '../text/cancel-text.ts';
import { addRunLogs } from './run-logs.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { whatNext } from '../started-run.ts';
import { rerunTasks } from '../tasks-rerun.ts';

interface ListOptions {
  readonly dag?: string;
  readonly state?: RunState;
  readonly record?: number;
  readonly limit: number;
  readonly before?: number;
}

interface RerunOptions {
  readonly failed?: true;
  readonly task?: string;
  readonly downstream?: true;
  readonly dryRun?: true;
  readonly wait?: true;
  readonly queue?: true;
}

export function addRuns(program: Command, { act }: Shell): void {
  const runs = program.command('runs').description('executions of dags');
  runs
    .command('list')
    .description('runs, newest first')
    .option('--dag <id>', 'of this dag only')
    .addOption(new Option('--state <state>', 'in this state only').choices(RUN_STATES))
    .option('--record <id>', 'of this record only', idArgument)
    .option('--limit <count>', 'at most so many', limitArgument, 20)
    .option('--before <id>', 'older than this run', idArgument)
    .action(act(list));
  runs
    .command('show')
    .description('one run: its tasks, tries and failures')
    .argument('<id>', 'number of the run', idArgument)
    .option('--logs', 'with what its tasks logged, of each the newest 1000 lines')
    .action(act(show));
  addRunLogs(runs, { act });
  runs
    .command('cancel')
    .description('waiting tasks end at once, running ones are told to stop')
    .argument('<id>', 'number of the run', idArgument)
    .action(act(cancel));
  runs
    .command('skip')
    .description('give up the window of an ended run without a record: tasks that depend on the previous window go on')
    .argument('<id>', 'number of the run', idArgument)
    .requiredOption('--reason <text>', 'why; kept on the run', reasonArgument)
    .action(act(skip));
  runs
    .command('rerun')
    .description('do tasks of an ended run again, in that run; what they did before stays in its history')
    .argument('<id>', 'number of the run', idArgument)
    .addOption(
      new Option('--failed', 'what failed or was cancelled, and what did not run because of it').conflicts('task'),
    )
    .option('--task <task>', 'this task, and no other but a teardown directly behind it')
    .option('--downstream', 'with --task: and everything behind it')
    .option('--dry-run', 'show what starts again and what stays, and change nothing')
    .addOption(new Option('--wait', 'wait for the end of the run').conflicts('queue'))
    .option('--queue', 'leave the work to a worker; otherwise it is done here when no worker lives')
    .action(act(rerun));
}

async function list(session: Session, { dag, record, ...filter }: ListOptions): Promise<Answer> {
  const runs = await session.withDatabase((database) =>
    listRuns(database, {
      ...filter,
      ...onlyGiven({ dagId: dag, recordId: record }),
    }),
  );
  return done(runs, runTable(runs));
}

async function show(session: Session, id: number, { logs }: { readonly logs?: true }): Promise<Answer> {
  return session.withDatabase(async (database) => {
    const run = await showRun(database, id);
    if (run === undefined) return noRun(id);
    const json = runJson(run, session);
    if (logs === undefined) return done(json, runText(run));
    const lines = [...(await readRunLogs(database, run))];
    return done(
      { ...json, logs: Object.fromEntries(lines) },
      [runText(run), '', ...lines.map(([task, log]) => logText(log, () => task))].join('\n'),
    );
  });
}

async function cancel(session: Session, id: number): Promise<Answer> {
  return session.withWindrow(async (windrow) => {
    const cancelled = await operations(windrow).cancelRun(id, session.user);
    switch (cancelled.kind) {
      case 'not_found':
        return noRun(id);
      case 'refused':
        return refused(cancelled.reason);
      case 'cancelling': {
        const { running } = cancelled;
        const state = (await findRun(windrow.store.database, id))?.state ?? null;
        return done({ runId: id, state, running }, cancelText(id, { state, running }));
      }
    }
  });
}

async function skip(session: Session, id: number, { reason }: { readonly reason: string }): Promise<Answer> {
  return session.withWindrow(async (windrow) => {
    const skipped = await operations(windrow).skipRun(id, reason, session.user);
    if (skipped.kind === 'not_found') return noRun(id);
    if (skipped.kind === 'refused') return refused(skipped.reason);
    const { dagId, window } = skipped;
    const text = `The window ${windowText(window)} of ${dagId} is given up. Later windows go on without it.`;
    return done({ runId: id, dagId, window, skipped: true, reason }, text);
  });
}

async function rerun(session: Session, id: number, options: RerunOptions): Promise<Answer> {
  const tasks = tasksOf(options);
  if (tasks === undefined) return trouble('usage', { code: 'E_USAGE', message: whichTasks(id) });
  return session.withWindrow((windrow) =>
    rerunTasks(session, windrow, {
      tasks,
      target: { run: id },
      dryRun: options.dryRun === true,
      finish: whatNext(options),
      missing: noRun(id),
    }),
  );
}

function tasksOf({ failed, task, downstream }: RerunOptions): TasksAgain | undefined {
  if (task !== undefined) return { kind: 'task', task, downstream: downstream === true };
  return failed === true && downstream === undefined ? { kind: 'failed' } : undefined;
}

function whichTasks(id: number): string {
  return (
    `Say which tasks of run ${id} are done again: --failed, --task TASK, or --task TASK --downstream. ` +
    `For all of it start a new run: windrow dags trigger DAG, or windrow records rerun RECORD where it has one.`
  );
}
