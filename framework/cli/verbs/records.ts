import { type Command, Option } from 'commander';

import type { Phase } from '../../record/phase.ts';
import { RECORD_STATUSES, type RecordStatus, type WindowRecord } from '../../record/record.ts';
import { recordFields } from '../../record/record-fields.ts';
import { windowText } from '../../core/window.ts';
import { operations } from '../../process/operations.ts';
import type { TasksAgain } from '../../process/rerun-tasks.ts';
import type { Windrow } from '../../process/windrow.ts';
import { findRecord } from '../../store/views/find-record.ts';
import { findRun } from '../../store/views/runs/find-run.ts';
import { listRecords } from '../../store/views/list-records.ts';
import { listRuns } from '../../store/views/runs/list-runs.ts';
import { type EventView, recordEvents } from '../../store/views/record-events.ts';
import { type Answer, done, notFound, refused } from '../answer.ts';
import { idArgument, limitArgument, phaseArgument, reasonArgument } from '../arguments.ts';
import { cancelText } from '../text/cancel-text.ts';
import { rerunJson, rerunText } from '../text/rerun-text.ts';
import { elapsed, moment, runTable } from '../text/run-text.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { type StartedRun, answerStarted, whatNext } from '../started-run.ts';
import { type Cell, facts, table } from '../table.ts';
import { rerunTasks } from '../tasks-rerun.ts';

interface ListOptions {
  readonly pipeline?: string;
  readonly status?: RecordStatus;
  readonly limit: number;
  readonly before?: number;
}

interface RerunOptions {
  readonly from?: Phase;
  readonly only?: string;
  readonly failed?: true;
  readonly dryRun?: true;
  readonly wait?: true;
  readonly queue?: true;
}

export function addRecords(program: Command, { act }: Shell): void {
  const records = program.command('records').description('windows of pipelines: one record each');
  records
    .command('list')
    .description('records, newest first')
    .option('--pipeline <id>', 'of this pipeline only')
    .addOption(new Option('--status <status>', 'with this status only').choices(RECORD_STATUSES))
    .option('--limit <count>', 'at most so many', limitArgument, 20)
    .option('--before <id>', 'older than this record', idArgument)
    .action(act(list));
  records
    .command('show')
    .description('one record: every column, its runs and what happened to it')
    .argument('<id>', 'number of the record', idArgument)
    .action(act(show));
  records
    .command('rerun')
    .description('run a window again behind its last completed phase, or everything of a completed one')
    .argument('<id>', 'number of the record', idArgument)
    .option('--from <phase>', 'begin at SOURCE_TO_STAGE, STAGE_TO_TARGET or AUDIT', phaseArgument)
    .addOption(
      new Option(
        '--only <task>',
        'this task of its newest run, in that run; other phases keep what they found',
      ).conflicts(['from', 'failed']),
    )
    .addOption(new Option('--failed', 'what failed in its newest run, in that run').conflicts('from'))
    .option('--dry-run', 'show what would be reset and change nothing')
    .addOption(new Option('--wait', 'wait for the end of the new run').conflicts('queue'))
    .option('--queue', 'leave the work to a worker; otherwise it is done here when no worker lives')
    .action(act(rerun));
  records
    .command('cancel')
    .description('stop the open run of a window; its teardown tasks run, and later windows wait for it')
    .argument('<id>', 'number of the record', idArgument)
    .action(act(cancel));
  records
    .command('skip')
    .description(
      'give a window up: it counts as completed, and later ones go on; what it would have brought is not loaded',
    )
    .argument('<id>', 'number of the record', idArgument)
    .requiredOption('--reason <text>', 'why; kept on the record', reasonArgument)
    .action(act(skip));
}

async function list(session: Session, { pipeline, ...filter }: ListOptions): Promise<Answer> {
  const records = await session.withDatabase((database) =>
    listRecords(database, { ...filter, ...(pipeline === undefined ? {} : { pipelineId: pipeline }) }),
  );
  return done(records.map(recordFields), recordTable(records));
}

async function show(session: Session, id: number): Promise<Answer> {
  return session.withDatabase(async (database) => {
    const record = await findRecord(database, id);
    if (record === undefined) return noRecord(id);
    const runs = await listRuns(database, { recordId: id, limit: 100 });
    const events = await recordEvents(database, id);
    const fields = recordFields(record);
    const columns = Object.entries(fields).map(([name, value]) => [name, cell(value)] as const);
    const text = [facts(columns), '', runTable(runs), '', eventTable(events)].join('\n');
    return done({ ...fields, runs, events }, text);
  });
}

async function rerun(session: Session, id: number, options: RerunOptions): Promise<Answer> {
  const tasks = tasksOf(options);
  const from = options.from === undefined ? {} : { from: options.from };
  return session.withWindrow((windrow) => {
    const finish = whatNext(options);
    const dryRun = options.dryRun === true;
    if (tasks !== undefined)
      return rerunTasks(session, windrow, { tasks, target: { record: id }, dryRun, finish, missing: noRecord(id) });
    return dryRun ? preview(windrow, id, from) : start(session, windrow, { id, from, finish });
  });
}

function tasksOf({ only, failed }: RerunOptions): TasksAgain | undefined {
  if (only !== undefined) return { kind: 'task', task: only, downstream: false };
  return failed === true ? { kind: 'failed' } : undefined;
}

async function preview(windrow: Windrow, id: number, from: { readonly from?: Phase }): Promise<Answer> {
  const result = await operations(windrow).previewRerun(id, from);
  if (result.kind === 'not_found') return noRecord(id);
  if (result.kind === 'refused') return refused(result.reason);
  return done(
    { dryRun: true, ...rerunJson(result.plan) },
    `${rerunText(result.plan)}\n\nDry run: nothing was changed.`,
  );
}

interface Start {
  readonly id: number;
  readonly from: { readonly from?: Phase };
  readonly finish: StartedRun['finish'];
}

async function start(session: Session, windrow: Windrow, { id, from, finish }: Start): Promise<Answer> {
  const result = await operations(windrow).rerunRecord(id, { ...from, by: session.user });
  if (result.kind === 'not_found') return noRecord(id);
  if (result.kind === 'refused') return refused(result.reason);
  const { plan, runId } = result;
  const json = { dryRun: false, ...rerunJson(plan) };
  return answerStarted(session, {
    windrow,
    runId,
    finish,
    json,
    text: `${rerunText(plan)}\n\n`,
  });
}

async function cancel(session: Session, id: number): Promise<Answer> {
  return session.withWindrow(async (windrow) => {
    const cancelled = await operations(windrow).cancelRecord(id, session.user);
    if (cancelled.kind === 'not_found') return noRecord(id);
    if (cancelled.kind === 'refused') return refused(cancelled.reason);
    const { runId, running } = cancelled;
    const state = (await findRun(windrow.store.database, runId))?.state ?? null;
    return done({ recordId: id, runId, state, running }, `Record ${id}: ${cancelText(runId, { state, running })}`);
  });
}

async function skip(session: Session, id: number, { reason }: { readonly reason: string }): Promise<Answer> {
  return session.withWindrow(async (windrow) => {
    const result = await operations(windrow).skipRecord(id, reason, session.user);
    if (result.kind === 'not_found') return noRecord(id);
    if (result.kind === 'refused') return refused(result.reason);
    const { record } = result;
    const text = `Record ${id} (${windowText(record.window)} of ${record.pipelineId}) is skipped. Later windows go on without it.`;
    return done({ skipped: true, reason, ...recordFields(record) }, text);
  });
}

function recordTable(records: readonly WindowRecord[]): string {
  const rows = records.map((record): Cell[] => [
    record.id,
    record.pipelineId,
    windowText(record.window),
    record.pipelineStatus,
    record.phaseCompleted,
    record.audit.sourceCount,
    record.audit.targetCount,
    record.audit.result,
    record.retryAttempt,
    elapsed({ startedAt: record.pipelineStartTime, endedAt: record.pipelineEndTime }),
    record.error?.code,
  ]);
  const titles = [
    'record',
    'pipeline',
    'window',
    'status',
    'completed',
    'source',
    'target',
    'audit',
    'reruns',
    'took',
    'error',
  ];
  return table(titles, rows, 'There are no such records.');
}

function eventTable(events: readonly EventView[]): string {
  const rows = events.map((event): Cell[] => [
    moment(event.at),
    event.kind,
    event.runId,
    event.taskId,
    cell(event.details),
  ]);
  return table(['at', 'event', 'run', 'task', 'details'], rows, 'Nothing happened to it yet.');
}

function cell(value: unknown): Cell {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  return JSON.stringify(value);
}

function noRecord(id: number): Answer {
  return notFound(`There is no record ${id}. The newest: windrow records list`);
}
