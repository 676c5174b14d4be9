import { type Command, Option } from 'commander';

import { RUN_STATES, type RunState } from '../../run/run-state.ts';
import { operations } from '../../process/operations.ts';
import { findRun } from '../../store/views/find-run.ts';
import { listRuns } from '../../store/views/list-runs.ts';
import { readRunLogs } from '../../store/views/read-run-logs.ts';
import { showRun } from '../../store/views/show-run.ts';
import { type Answer, done, notFound, refused } from '../answer.ts';
import { idArgument, limitArgument } from '../arguments.ts';
import { logText, runJson, runTable, runText } from '../run-text.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';

interface ListOptions {
  readonly dag?: string;
  readonly state?: RunState;
  readonly record?: number;
  readonly limit: number;
  readonly before?: number;
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
    .option('--logs', 'with what its tasks logged')
    .action(act(show));
  runs
    .command('cancel')
    .description('waiting tasks end at once, running ones are told to stop')
    .argument('<id>', 'number of the run', idArgument)
    .action(act(cancel));
}

async function list(session: Session, { dag, record, ...filter }: ListOptions): Promise<Answer> {
  const runs = await session.withDatabase((database) =>
    listRuns(database, {
      ...filter,
      ...(dag === undefined ? {} : { dagId: dag }),
      ...(record === undefined ? {} : { recordId: record }),
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
      [runText(run), '', ...lines.map(([task, log]) => logText(task, log))].join('\n'),
    );
  });
}

async function cancel(session: Session, id: number): Promise<Answer> {
  return session.withWindrow(async (windrow) => {
    const cancelled = await operations(windrow).cancelRun(id);
    switch (cancelled.kind) {
      case 'not_found':
        return noRun(id);
      case 'refused':
        return refused(cancelled.reason);
      case 'cancelling': {
        const { running } = cancelled;
        const state = (await findRun(windrow.store.database, id))?.state ?? null;
        return done({ runId: id, state, running }, `Run ${id} is cancelled. ${whatGoesOn(state, running)}`);
      }
    }
  });
}

function whatGoesOn(state: RunState | null, running: number): string {
  if (running > 0) return `${running} running tasks are told to stop within seconds, then teardown tasks run.`;
  return state === 'cancelled'
    ? 'Nothing of it was running.'
    : 'Nothing of it was running; its teardown tasks run once a worker takes them, and end it.';
}

function noRun(id: number): Answer {
  return notFound(`There is no run ${id}. The newest: windrow runs list`);
}
