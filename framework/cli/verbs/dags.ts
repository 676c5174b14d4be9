import type { Command } from 'commander';

import type { Json } from '../../core/json.ts';
import { type Window, windowText } from '../../core/window.ts';
import { scheduleFromJson } from '../../dag/schedule/schedule-json.ts';
import { windowKindText } from '../../dag/schedule/window-kind.ts';
import { operations } from '../../process/operations.ts';
import { setPaused } from '../../store/dag-state.ts';
import type { DagSummary } from '../../store/views/dag-rows.ts';
import { listDags } from '../../store/views/list-dags.ts';
import { type DagDetail, showDag } from '../../store/views/show-dag.ts';
import { type Answer, done, notFound, refused } from '../answer.ts';
import { paramsArgument, windowArgument } from '../arguments.ts';
import { unknownName } from '../near-names.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { answerStarted } from '../started-run.ts';
import { type Cell, facts, table } from '../table.ts';

interface TriggerOptions {
  readonly window?: Window;
  readonly params?: Readonly<Record<string, Json>>;
  readonly wait?: true;
}

export function addDags(program: Command, { act }: Shell): Command {
  const dags = program.command('dags').description('what the project runs');
  dags.command('list').description('every dag with its last run and waiting windows').action(act(list));
  dags
    .command('show')
    .description('one dag: schedule, tasks and edges')
    .argument('<dag>', 'id of the dag')
    .action(act(show));
  dags
    .command('trigger')
    .description('start a run by hand, of a paused dag too; the work is done by a worker')
    .argument('<dag>', 'id of the dag')
    .option('--window <start..end>', 'of a pipeline: which window', windowArgument)
    .option('--params <json>', 'a JSON object for the run', paramsArgument)
    .option('--wait', 'wait for the end of the run')
    .action(act(trigger));
  dags
    .command('pause')
    .description('make no new windows and runs; what runs goes on')
    .argument('<dag>', 'id of the dag')
    .action(act((session: Session, dag: string) => pause(session, dag, true)));
  dags
    .command('unpause')
    .description('go on from where it was paused')
    .argument('<dag>', 'id of the dag')
    .action(act((session: Session, dag: string) => pause(session, dag, false)));
  return dags;
}

async function list(session: Session): Promise<Answer> {
  const dags = await session.withDags((database) => listDags(database));
  const rows = dags.map((dag): Cell[] => [
    dag.id,
    dag.paused ? 'paused' : 'active',
    scheduleText(dag),
    dag.lastRun === null ? null : `${dag.lastRun.state} (run ${dag.lastRun.id})`,
    dag.pendingWindows,
    dag.failedWindows,
    dag.description,
  ]);
  return done(
    dags,
    table(
      ['dag', 'state', 'schedule', 'last run', 'pending', 'failed', 'description'],
      rows,
      'The project has no dags.',
    ),
  );
}

async function show(session: Session, id: string): Promise<Answer> {
  return session.withDags(async (database) => {
    const dag = await showDag(database, id);
    return dag === undefined ? unknownDag(id, await knownDags(database)) : done(dag, dagText(dag));
  });
}

async function trigger(session: Session, id: string, { wait, ...options }: TriggerOptions): Promise<Answer> {
  return session.withWindrow(async (windrow) => {
    const triggered = await operations(windrow).triggerDag(id, { ...options, by: session.user });
    if (triggered.kind === 'not_found') return unknownDag(id, [...windrow.dags.keys()]);
    if (triggered.kind === 'refused') return refused(triggered.reason);
    const { runId, window, recordId } = triggered;
    const json = { dagId: id, window: window ?? null, recordId: recordId ?? null };
    const text =
      window === undefined
        ? ''
        : `Window ${windowText(window)}${recordId === undefined ? '' : `, record ${recordId}`}. `;
    return answerStarted(session, { windrow, runId, finish: wait === true ? 'wait' : 'queue', json, text });
  });
}

async function pause(session: Session, id: string, paused: boolean): Promise<Answer> {
  return session.withDags(async (database) => {
    if (!(await setPaused(database, id, { paused, by: session.user })))
      return unknownDag(id, await knownDags(database));
    const text = paused ? 'is paused: no new windows and runs are made; what runs goes on.' : 'is active again.';
    return done({ dagId: id, paused }, `Dag ${id} ${text}`);
  });
}

async function knownDags(database: Parameters<typeof listDags>[0]): Promise<readonly string[]> {
  return (await listDags(database)).map(({ id }) => id);
}

export function unknownDag(id: string, known: readonly string[]): Answer {
  return notFound(unknownName('dag', id, known));
}

function dagText(dag: DagDetail): string {
  const head = facts([
    ['dag', dag.id],
    ['description', dag.description],
    ['state', dag.paused ? 'paused' : 'active'],
    ['schedule', scheduleText(dag)],
    ['runs at once', dag.maxActiveRuns],
    ['windows pending', dag.pendingWindows],
    ['windows failed', dag.failedWindows],
  ]);
  const rows = dag.graph.tasks.map((task): Cell[] => [
    task.id,
    task.upstream.join(', '),
    task.teardown ? 'teardown' : task.rule,
    task.retry.retries,
    task.pool,
    task.group,
  ]);
  return `${head}\n\n${table(['task', 'after', 'rule', 'retries', 'pool', 'group'], rows, 'It has no tasks.')}`;
}

function scheduleText({ schedule, sensors }: DagSummary): string {
  if (schedule !== null) return windowKindText(scheduleFromJson(schedule).windows);
  return sensors.length === 0 ? 'by hand' : `sensor ${sensors.join(', ')}`;
}
